import { Clock, Context, Effect, Layer, Schema } from "effect"
import { Database, type Sql } from "../database/database.ts"
import { task } from "../tasks/kind.ts"
import { Tasks } from "../tasks/tasks.ts"
import { raiseTodo } from "../tasks/todos.ts"
import { Accounts } from "../wechat/accounts.ts"
import type { WechatApi } from "../wechat/api.ts"
import { movedOpenids } from "../wechat/users.ts"
import { Customers } from "./customers.ts"
import { identityPlace } from "./identities.ts"
import { makeMeans } from "./means.ts"
import { tables } from "./store.ts"

/** An account that took another's place: the name by which it is configured, and the appid of the former. */
export const Move = Schema.Struct({
  account: Schema.String.check(Schema.isMaxLength(64)),
  from: Schema.String.check(Schema.isPattern(/^wx[0-9a-f]{16}$/))
})
type Move = typeof Move.Type

class AccountUnknown extends Schema.TaggedError<AccountUnknown>()("AccountUnknown", {
  account: Schema.String
}) {
  readonly status = 404
  override readonly message = "No account is configured under this name"
}

/** A part of a move: behind which of them it begins, and what came of those before. */
const Part = Schema.Struct({
  ...Move.fields,
  after: Schema.String,
  moved: Schema.Int,
  missing: Schema.Int
})
const MovePart = task("customers.move", Part)

/** WeChat is asked about a hundred at a time. */
const most = 100

/** Lets the people of a former account be known at the one that took its place (WeChat: `changeopenid`). */
export class AccountMoves extends Context.Service<
  AccountMoves,
  {
    /** Begins it, or begins it anew; it goes on by itself, and leaves a to-do that says how many WeChat could tell. */
    begin(move: Move): Effect.Effect<void, AccountUnknown>
  }
>()("weir/AccountMoves") {
  static readonly layer = Layer.effect(
    AccountMoves,
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const api = yield* Effect.context<WechatApi>()
      const customers = yield* Customers
      const database = yield* Database
      const { openText } = yield* makeMeans
      const tasks = yield* Tasks
      const key = ({ from }: Move) => `move:${from}`

      const part = Effect.fnUntraced(function* (begun: typeof Part.Type) {
        const { after, from } = begun
        const account = accounts.named(begun.account)
        if (account === undefined) return yield* new AccountUnknown({ account: begun.account })
        const rows = yield* database.read((sql) => knownWithin(sql, from, after))
        const openids = rows.map(({ pseudonym, sealed }) =>
          openText(sealed, identityPlace(pseudonym))
        )
        const told = yield* Effect.provideContext(movedOpenids(account, from, openids), api)
        const pairs = [...told].map(([before, now]) => ({ from: before, to: now }))
        yield* customers.migrate({ appid: from }, account, pairs)
        const moved = begun.moved + pairs.length
        const missing = begun.missing + openids.length - pairs.length
        const at = yield* Clock.currentTimeMillis
        const last = rows.at(-1)?.pseudonym
        yield* database.write(key(begun), async (sql) => {
          if (last !== undefined && rows.length === most)
            return tasks.add(sql, MovePart, {
              key: key(begun),
              payload: { ...begun, after: last, moved, missing }
            })
          const detail = `${moved} people of ${from} are known at account ${account.name} now; of ${missing} WeChat could not tell`
          await raiseTodo(sql, { kind: "account.moved", subject: from, detail, at })
        })
      })
      yield* tasks.handle(MovePart, part)

      return AccountMoves.of({
        begin: Effect.fnUntraced(function* (move) {
          if (accounts.named(move.account) === undefined)
            return yield* new AccountUnknown({ account: move.account })
          yield* database.write(key(move), (sql) =>
            tasks.ensure(sql, MovePart, {
              key: key(move),
              payload: { ...move, after: "", moved: 0, missing: 0 }
            })
          )
        })
      })
    })
  )
}

/** Whom we know at an appid, by the order of their pseudonyms; whoever is forgotten is not among them. */
const knownWithin = async (sql: Sql, appid: string, after: string) => {
  const rows = await tables(sql)
    .selectFrom("weir_identities")
    .select(["pseudonym", "sealed"])
    .where("kind", "=", "openid")
    .where("within", "=", appid)
    .where("pseudonym", ">", after)
    .where("sealed", "is not", null)
    .orderBy("pseudonym")
    .limit(most)
    .execute()
  return rows.flatMap(({ pseudonym, sealed }) => (sealed === null ? [] : [{ pseudonym, sealed }]))
}
