import { Context, Duration, Effect, Fiber, Layer, Scope } from "effect"
import { Customers } from "../customers/customers.ts"
import { makeMeans } from "../customers/means.ts"
import { Database, type Sql } from "../database/database.ts"
import { Pseudonyms } from "../database/pseudonyms.ts"
import type { Account } from "../wechat/account.ts"
import { Accounts } from "../wechat/accounts.ts"
import type { WechatApi } from "../wechat/api.ts"
import { type Claim, claimIn, type Return, releaseIn, replay } from "./claiming.ts"
import { countLogin } from "./counting.ts"
import { makeEntering } from "./entering.ts"
import { type Identified, identify } from "./identifying.ts"
import { LoginRefused, type RefusalReason, type Way } from "./model.ts"
import { isSecret, newSecret } from "./secrets.ts"
import { changeLogin, findLogin, type LoginRow, tables } from "./store.ts"

/** A login that goes by way of a page of WeChat's. */
export interface Begun {
  readonly way: Way
  readonly account: Account
  readonly browser: string
  /** Where to go then; found good. */
  readonly to: string
}

/** Somebody is in. */
export interface Entered {
  /** What their browser or app is known by from now on. */
  readonly secret: string
  readonly to: string
}

/**
 * Logins by a code of WeChat's. The state that goes with it is bound to the browser, good once and for ten minutes; who comes back again
 * with the same code in the same browser gets the same session.
 */
export class Logins extends Context.Service<
  Logins,
  {
    /** Remembers where a browser wants to go, and returns the state that WeChat gives back. */
    begin(login: Begun): Effect.Effect<string>
    /** A browser comes back from WeChat. `former`: the session it had. */
    finish(back: {
      readonly state: string
      readonly code: string
      readonly browser: string | undefined
      readonly former: string | undefined
    }): Effect.Effect<Entered, LoginRefused>
    /** A mini program or an app brings a code. `openid`: who it believes to be. */
    enter(brought: {
      readonly way: "mini-program" | "app"
      readonly account: Account
      readonly code: string
      readonly openid?: string | undefined
    }): Effect.Effect<Entered, LoginRefused>
  }
>()("weir/Logins") {
  static readonly layer = Layer.effect(
    Logins,
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const customers = yield* Customers
      const database = yield* Database
      const pseudonyms = yield* Pseudonyms
      const { now, openText, sealText } = yield* makeMeans
      const entering = yield* makeEntering
      const wechat = yield* Effect.context<WechatApi | Accounts>()
      const scope = yield* Scope.Scope

      const secretOf = ({ browser, code, id }: Return) =>
        pseudonyms.of("session secret", id, browser, code)

      const insert = (sql: Sql, id: string, { account, browser, to, way }: Begun) =>
        tables(sql)
          .insertInto("weir_logins")
          .values({
            ...{ id, way, browser, state: "open", version: 1, account: account.name },
            target: sealText(to, placeOf(id)),
            ...{ code: null, lease_until: 0, refusal: null, customer: null, sealed: null },
            expires_at: now() + life
          })
          .execute()

      const write = <A>(id: string, work: (sql: Sql) => Promise<A>) =>
        database.write(`login:${id}`, work)

      /** Lets in whom WeChat means, in one write; `undefined`: another process was quicker. */
      const conclude = (
        row: LoginRow,
        back: Return,
        account: Account,
        found: Identified,
        former: string | undefined
      ) =>
        write(row.id, async (sql) => {
          const isOurs = await changeLogin(sql, row, { state: "done", expires_at: now() + replay })
          if (!isOurs) return undefined
          const customer = await customers.recogniseIn(sql, account, found.who)
          const who = { customer, account: account.name, openid: found.who.openid }
          const agreed = found.profile !== undefined
          await entering.in(sql, { secret: secretOf(back), who, former, way: row.way, agreed })
          return customer
        })

      const ask = Effect.fnUntraced(function* (
        row: LoginRow,
        back: Return,
        code: string,
        former: string | undefined,
        openid: string | undefined
      ) {
        const account = accounts.named(row.account)
        if (account === undefined) return yield* new LoginRefused({ reason: "no account" })
        const found = yield* identify(account, code)
        if (openid !== undefined && openid !== found.who.openid)
          return yield* new LoginRefused({ reason: "foreign openid" })
        const customer = yield* conclude(row, back, account, found, former)
        if (customer === undefined) return
        yield* countLogin(row.way)
        if (found.profile !== undefined) yield* customers.learn(customer, found.profile)
      })

      /** Until it is known what a code is worth, whoever asks for it. */
      const settle = Effect.fnUntraced(function* (
        back: Return,
        claim: (sql: Sql) => Promise<Claim>,
        code: string,
        former?: string,
        openid?: string
      ): Effect.fn.Return<Entered, LoginRefused, WechatApi | Accounts> {
        for (let tries = 0; tries < 100; tries++) {
          const claimed = yield* write(back.id, claim)
          switch (claimed.is) {
            case "refused":
              return yield* refusal(claimed.reason, claimed.row)
            case "done":
              return { secret: secretOf(back), to: targetOf(claimed.row) }
            case "held":
              yield* Effect.sleep("200 millis")
              break
            case "ours":
              yield* ask(claimed.row, back, code, former, openid).pipe(
                Effect.catchTag("LoginRefused", ({ reason }) =>
                  Effect.andThen(
                    write(back.id, (sql) => releaseIn(sql, claimed.row, reason)),
                    refusal(reason, claimed.row)
                  )
                )
              )
          }
        }
        return yield* refusal("unavailable")
      })

      /** Browsers that follow a redirect twice give the first one up; what it has begun goes on. */
      const once = (...asked: Parameters<typeof settle>): Effect.Effect<Entered, LoginRefused> =>
        Effect.flatMap(
          Effect.forkIn(Effect.provideContext(settle(...asked), wechat), scope),
          Fiber.join
        )

      const targetOf = ({ id, target }: LoginRow) => openText(target, placeOf(id))
      const refusal = (reason: RefusalReason, row?: LoginRow) =>
        new LoginRefused({ reason, ...(row !== undefined && { to: targetOf(row) }) })

      return Logins.of({
        begin: Effect.fnUntraced(function* (login) {
          const state = newSecret()
          const id = pseudonyms.of("login", state)
          const browser = pseudonyms.of("browser", login.browser)
          yield* write(id, (sql) => insert(sql, id, { ...login, browser }))
          return state
        }),
        finish: Effect.fnUntraced(function* ({ browser, code, former, state }) {
          if (state === "") return yield* refusal("no state")
          if (!isSecret(state)) return yield* refusal("unknown state")
          const id = pseudonyms.of("login", state)
          const back = {
            id,
            browser: pseudonyms.of("browser", browser ?? ""),
            code: pseudonyms.of("code", code)
          }
          if (code === "") {
            const row = yield* database.read((sql) => findLogin(sql, id))
            return yield* refusal("no code", row?.browser === back.browser ? row : undefined)
          }
          return yield* once(back, (sql) => claimIn(sql, back, now()), code, former)
        }),
        enter: ({ account, code, openid, way }) =>
          Effect.suspend(() => {
            const id = pseudonyms.of("login", account.appid, code)
            const back = { id, browser: "", code: pseudonyms.of("code", code) }
            const claim = async (sql: Sql) => {
              if ((await findLogin(sql, id)) === undefined)
                await insert(sql, id, { way, account, browser: "", to: "" })
              return claimIn(sql, back, now())
            }
            return once(back, claim, code, undefined, openid)
          })
      })
    })
  )
}

const placeOf = (id: string) => `weir_logins.target:${id}`

/** As long as any code of WeChat's is good. */
const life = Duration.toMillis("10 minutes")
