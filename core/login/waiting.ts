import { Context, Duration, Effect, Layer, Schema } from "effect"
import { Customers } from "../customers/customers.ts"
import { makeMeans } from "../customers/means.ts"
import type { Who } from "../customers/model.ts"
import { Database, type Sql } from "../database/database.ts"
import { Pseudonyms } from "../database/pseudonyms.ts"
import type { Account } from "../wechat/account.ts"
import { countLogin } from "./counting.ts"
import { makeEntering } from "./entering.ts"
import type { Entered } from "./logins.ts"
import { type LoggedIn, LoginRefused } from "./model.ts"
import { isSecret } from "./secrets.ts"
import { changeLogin, findLogin, type LoginRow, tables } from "./store.ts"

/** What a waiting page remembers of where it came from. */
const About = Schema.Struct({
  to: Schema.String,
  /** The computer it is shown on, in a few words of ours. */
  device: Schema.String,
  /** What a parametric QR says. */
  content: Schema.optionalKey(Schema.String)
})
type About = typeof About.Type
const readAbout = Schema.decodeUnknownSync(About)

/** A page with a QR, as whoever looks at it finds it. */
export interface WaitingPage extends About {
  readonly way: "qr" | "scene"
  readonly state: "open" | "scanned" | "done" | "cancelled" | "over"
  /** The name of the account that is followed by scanning it. */
  readonly account: string
}

/** What somebody who looks at a page proves to be its own browser with. */
interface Look {
  readonly number: string
  readonly browser: string | undefined
}

/**
 * Pages with a QR that a phone scans. The number is in the QR for everybody to see, so it opens nothing: a page goes on only in the
 * browser in which it was begun, and only after somebody has agreed to it on a phone.
 */
export class WaitingPages extends Context.Service<
  WaitingPages,
  {
    /** Begins to wait. The number is a new secret. */
    open(page: {
      readonly number: string
      readonly way: "qr" | "scene"
      readonly account: string
      readonly browser: string
      readonly about: About
    }): Effect.Effect<void>
    /** The page in its own browser. */
    look(look: Look): Effect.Effect<WaitingPage, LoginRefused>
    /** The page as the phone sees it that has scanned it. */
    scan(number: string): Effect.Effect<WaitingPage, LoginRefused>
    /** Somebody agrees on the phone, or does not. */
    decide(number: string, decision: LoggedIn | "cancel"): Effect.Effect<void, LoginRefused>
    /** Somebody has scanned a parametric QR; `false`: no page waits for it. Part of the write that stores the event. */
    scannedIn(sql: Sql, account: Account, number: string, who: Who): Promise<boolean>
    /** The page that somebody has agreed to by scanning, if it was they who did. */
    agreedBy(number: string, openid: string): Effect.Effect<WaitingPage | undefined>
    /** The page goes on, in its own browser; `former`: the session that had. */
    enter(
      look: Look & { readonly former: string | undefined }
    ): Effect.Effect<Entered, LoginRefused>
  }
>()("weir/WaitingPages") {
  static readonly layer = Layer.effect(
    WaitingPages,
    Effect.gen(function* () {
      const customers = yield* Customers
      const database = yield* Database
      const pseudonyms = yield* Pseudonyms
      const { now, openJson, openText, sealJson, sealText } = yield* makeMeans
      const entering = yield* makeEntering

      const idOf = (number: string) => pseudonyms.of("login", number)
      const aboutOf = ({ id, target }: LoginRow): About =>
        readAbout(openJson(target, targetPlace(id)))
      const refuse = (reason: LoginRefused["reason"], row?: LoginRow) =>
        new LoginRefused({ reason, ...(row !== undefined && { to: aboutOf(row).to }) })

      const pageOf = (row: LoginRow): WaitingPage => ({
        ...aboutOf(row),
        way: row.way === "scene" ? "scene" : "qr",
        account: row.account,
        state: now() >= row.expires_at ? "over" : stateOf(row)
      })

      const find = Effect.fnUntraced(function* (number: string) {
        if (!isSecret(number)) return yield* refuse("unknown state")
        const row = yield* database.read((sql) => findLogin(sql, idOf(number)))
        const isPage = row?.way === "qr" || row?.way === "scene"
        return isPage ? row : yield* refuse("unknown state")
      })

      const own = Effect.fnUntraced(function* ({ browser, number }: Look) {
        const row = yield* find(number)
        if (row.browser !== pseudonyms.of("browser", browser ?? ""))
          return yield* refuse("other browser")
        return row
      })

      const write = <A>(id: string, work: (sql: Sql) => Promise<A>) =>
        database.write(`login:${id}`, work)

      /** Agrees to a page for somebody. */
      const agree = (sql: Sql, row: LoginRow, { account, customer, openid }: LoggedIn) =>
        changeLogin(sql, row, {
          state: "done",
          customer,
          account,
          sealed: sealText(openid, openidPlace(row.id)),
          expires_at: now() + life
        })

      const isWaiting = (row: LoginRow) =>
        (row.state === "open" || row.state === "scanned") && now() < row.expires_at

      return WaitingPages.of({
        open: ({ about, account, browser, number, way }) => {
          const id = idOf(number)
          return Effect.asVoid(
            write(id, (sql) =>
              tables(sql)
                .insertInto("weir_logins")
                .values({
                  ...{ id, way, account, state: "open", version: 1 },
                  browser: pseudonyms.of("browser", browser),
                  target: sealJson(about, targetPlace(id)),
                  ...{ code: null, lease_until: 0, refusal: null, customer: null, sealed: null },
                  expires_at: now() + life
                })
                .execute()
            )
          )
        },
        look: (look) => Effect.map(own(look), pageOf),
        scan: Effect.fnUntraced(function* (number) {
          const row = yield* find(number)
          if (row.state === "open" && isWaiting(row))
            yield* write(row.id, (sql) => changeLogin(sql, row, { state: "scanned" }))
          return pageOf(row)
        }),
        decide: Effect.fnUntraced(function* (number, decision) {
          const row = yield* find(number)
          // Pressed twice, or the answer was reloaded.
          if (decision !== "cancel" && row.customer === decision.customer) return
          if (!isWaiting(row)) return yield* refuse("over")
          const isFirst = yield* write(row.id, async (sql) =>
            decision === "cancel"
              ? changeLogin(sql, row, { state: "cancelled" })
              : agree(sql, row, decision)
          )
          if (!isFirst) return yield* refuse("over")
        }),
        scannedIn: async (sql, account, number, who) => {
          if (!isSecret(number)) return false
          const row = await findLogin(sql, idOf(number))
          if (row?.way !== "scene" || row.account !== account.name || !isWaiting(row)) return false
          const customer = await customers.recogniseIn(sql, account, who)
          return agree(sql, row, { customer, account: account.name, openid: who.openid })
        },
        agreedBy: Effect.fnUntraced(function* (number, openid) {
          const row = yield* database.read((sql) => findLogin(sql, idOf(number)))
          const sealed = row?.sealed ?? undefined
          if (row?.way !== "scene" || sealed === undefined) return undefined
          return openText(sealed, openidPlace(row.id)) === openid ? pageOf(row) : undefined
        }),
        enter: Effect.fnUntraced(function* ({ former, ...look }) {
          const row = yield* own(look)
          if (row.state === "cancelled") return yield* refuse("cancelled", row)
          if (now() >= row.expires_at) return yield* refuse("over", row)
          const { customer, sealed } = row
          if (customer === null || sealed === null) return yield* refuse("no state", row)
          const secret = pseudonyms.of("session secret", row.id, row.browser)
          const openid = openText(sealed, openidPlace(row.id))
          const isFirst = yield* write(row.id, async (sql) => {
            // A page that goes on twice is let in once: a session that was ended stays ended.
            if (row.code !== null || !(await changeLogin(sql, row, { code: "entered" })))
              return false
            const who = { customer, account: row.account, openid }
            await entering.in(sql, { secret, who, former, way: row.way, agreed: false })
            return true
          })
          if (isFirst) yield* countLogin(row.way)
          return { secret, to: aboutOf(row).to }
        })
      })
    })
  )
}

const stateOf = ({ state }: LoginRow): WaitingPage["state"] =>
  state === "scanned" || state === "done" || state === "cancelled" ? state : "open"

const targetPlace = (id: string) => `weir_logins.target:${id}`
const openidPlace = (id: string) => `weir_logins.sealed:${id}`

/** How long a page waits, and then how long its browser may take to go on. */
const life = Duration.toMillis("5 minutes")
