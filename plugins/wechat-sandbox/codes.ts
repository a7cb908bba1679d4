import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { WechatClock } from "./clock.ts"
import { developmentCode, lives, type Outcome, shoppers } from "./model.ts"
import { randomDigits } from "./random.ts"
import { type CodeRow, shopperOf, tables } from "./store.ts"

/** Payment codes on phones: one minute each, and good for one trade. */
export class Codes extends Context.Service<
  Codes,
  {
    show(outcome: Outcome, openid: string): Effect.Effect<CodeRow>
    /** What the phone shows now; a new one when the last was used or is over. */
    current(openid: string): Effect.Effect<CodeRow>
  }
>()("wechat-sandbox/Codes") {
  static readonly layer = Layer.effect(
    Codes,
    Effect.gen(function* () {
      const clock = yield* WechatClock
      const database = yield* Database
      yield* database.write("shoppers", open)

      const show = Effect.fnUntraced(function* (outcome: Outcome, openid: string) {
        const now = yield* clock.now
        const code: CodeRow = {
          code: `13${yield* randomDigits(16)}`,
          openid,
          outcome,
          shown_at: now,
          expires_at: now + lives.code,
          used_by: null
        }
        yield* database.write(`code:${code.code}`, (sql) => insert(sql, code))
        return code
      })

      const current = Effect.fnUntraced(function* (openid: string) {
        const now = yield* clock.now
        const shown = yield* database.read((sql) => usable(sql, openid, now))
        if (shown !== undefined) return shown
        const shopper = yield* database.read((sql) => shopperOf(sql, openid))
        return yield* show(shopper?.outcome ?? "userpaying", openid)
      })

      return Codes.of({ show, current })
    })
  )
}

/** The three shoppers of a fresh sandbox, and the one code that can be known beforehand. */
const open = async (sql: Sql) => {
  if ((await shopperOf(sql, shoppers[0].openid)) !== undefined) return
  for (const { balance, openid } of shoppers) {
    await tables(sql)
      .insertInto("sandbox_shoppers")
      .values({ openid, balance, outcome: "userpaying" })
      .execute()
  }
  await insert(sql, {
    code: developmentCode,
    openid: shoppers[0].openid,
    outcome: "userpaying",
    shown_at: 0,
    expires_at: null,
    used_by: null
  })
}

const insert = (sql: Sql, code: CodeRow) =>
  tables(sql).insertInto("sandbox_codes").values(code).execute()

const usable = (sql: Sql, openid: string, now: number) =>
  tables(sql)
    .selectFrom("sandbox_codes")
    .selectAll()
    .where("openid", "=", openid)
    .where("used_by", "is", null)
    .where((code) => code.or([code("expires_at", "is", null), code("expires_at", ">", now)]))
    .orderBy("shown_at", "desc")
    .executeTakeFirst()
