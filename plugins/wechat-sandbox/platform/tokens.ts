import { Context, Effect, Layer } from "effect"
import { beijingDate, Database, type Sql } from "#core"
import { WechatClock } from "../clock.ts"
import { randomText } from "../random.ts"
import { decide } from "./decide.ts"
import { type Errcode, no } from "./errcodes.ts"
import { forcedADay, platformLives } from "./model.ts"
import { count, platform, type TokenRow, usedOf } from "./store.ts"

export interface Issued {
  readonly access_token: string
  readonly expires_in: number
}

/** Backend tokens, in two families that leave each other alone. */
export class Tokens extends Context.Service<
  Tokens,
  {
    /** `GET /cgi-bin/token`: always a new one; the one before lives on for five minutes, older ones do not. */
    classic(appid: string): Effect.Effect<Issued>
    /** `POST /cgi-bin/stable_token`: the same until its last five minutes, unless forced. */
    stable(appid: string, forced: boolean): Effect.Effect<Issued, Errcode>
    /** Whose it is: 40014 nobody's, 40001 one that was superseded, 42001 one past its life. */
    judge(token: string): Effect.Effect<string, Errcode>
    /** A ticket for pages: the same until it ends. */
    ticket(appid: string, type: "jsapi" | "wx_card"): Effect.Effect<Issued>
    /** The tickets for pages that are still good. */
    tickets(appid: string): Effect.Effect<ReadonlyArray<string>>
    /** Kills every token of an account at once. */
    revoke(appid: string): Effect.Effect<void>
  }
>()("wechat-sandbox/Tokens") {
  static readonly layer = Layer.effect(
    Tokens,
    Effect.gen(function* () {
      const clock = yield* WechatClock
      const database = yield* Database

      const prefixes = { classic: "71_", stable: "72_", jsapi: "HoagFKD", wx_card: "IpK_1T69" }

      const newToken = Effect.fnUntraced(function* (
        appid: string,
        family: TokenRow["family"],
        forced: boolean
      ) {
        const issued_at = yield* clock.now
        return {
          token: `${prefixes[family]}${yield* randomText(family === "jsapi" ? 79 : 133)}`,
          appid,
          family,
          forced: forced ? 1 : 0,
          issued_at,
          expires_at: issued_at + platformLives.token,
          retired_at: null
        } satisfies TokenRow
      })

      const classic = Effect.fnUntraced(function* (appid: string) {
        const token = yield* newToken(appid, "classic", false)
        yield* database.write(`token:${appid}`, (sql) => supersede(sql, token))
        return issued(token, token.issued_at)
      })

      const stable = Effect.fnUntraced(function* (appid: string, forced: boolean) {
        const fresh = yield* newToken(appid, "stable", forced)
        const now = fresh.issued_at
        const token = yield* decide(database, `token:${appid}`, async (sql) => {
          const current = await currentOf(sql, appid, "stable")
          if (current === undefined) return supersede(sql, fresh)
          if (!forced) {
            const ends = current.expires_at - now < platformLives.overlap
            return ends ? supersede(sql, fresh) : current
          }
          const tooEarly =
            current.forced === 1 && now - current.issued_at < platformLives.forcedPause
          if (tooEarly) return current
          const today = beijingDate(now)
          if ((await usedOf(sql, appid, "stable_token forced", today)) >= forcedADay) {
            return no(45009)
          }
          await count(sql, appid, "stable_token forced", today)
          return supersede(sql, fresh)
        })
        return issued(token, now)
      })

      const judge = Effect.fnUntraced(function* (text: string) {
        const token = yield* database.read((sql) => tokenOf(sql, text))
        const now = yield* clock.now
        if (token === undefined || !isToken(token)) return yield* no(40014)
        if (token.retired_at !== null && now >= token.retired_at) return yield* no(40001)
        if (now >= token.expires_at) return yield* no(42001)
        return token.appid
      })

      const revoke = Effect.fnUntraced(function* (appid: string) {
        const now = yield* clock.now
        yield* database.write(`token:${appid}`, async (sql) => {
          await platform(sql)
            .updateTable("sandbox_tokens")
            .set({ retired_at: now })
            .where("appid", "=", appid)
            .where("family", "in", ["classic", "stable"])
            .execute()
        })
      })

      const ticket = Effect.fnUntraced(function* (appid: string, type: "jsapi" | "wx_card") {
        const fresh = yield* newToken(appid, type, false)
        const now = fresh.issued_at
        const row = yield* database.write(`token:${appid}`, async (sql) => {
          const current = await currentOf(sql, appid, type)
          return current !== undefined && current.expires_at > now ? current : supersede(sql, fresh)
        })
        return issued(row, now)
      })

      const tickets = Effect.fnUntraced(function* (appid: string) {
        const now = yield* clock.now
        const rows = yield* database.read((sql) =>
          platform(sql)
            .selectFrom("sandbox_tokens")
            .select("token")
            .where("appid", "=", appid)
            .where("family", "=", "jsapi")
            .where("expires_at", ">", now)
            .execute()
        )
        return rows.map(({ token }) => token)
      })

      return Tokens.of({ classic, stable, judge, ticket, tickets, revoke })
    })
  )
}

const isToken = ({ family }: TokenRow) => family === "classic" || family === "stable"

const issued = ({ expires_at, token }: TokenRow, now: number): Issued => ({
  access_token: token,
  expires_in: Math.floor((expires_at - now) / 1000)
})

const tokenOf = (sql: Sql, token: string) =>
  platform(sql)
    .selectFrom("sandbox_tokens")
    .selectAll()
    .where("token", "=", token)
    .executeTakeFirst()

const currentOf = (sql: Sql, appid: string, family: TokenRow["family"]) =>
  platform(sql)
    .selectFrom("sandbox_tokens")
    .selectAll()
    .where("appid", "=", appid)
    .where("family", "=", family)
    .where("retired_at", "is", null)
    .executeTakeFirst()

/** The one before keeps five minutes; whatever is older dies at once, which is how a leaked token is killed by forcing twice. */
const supersede = async (sql: Sql, token: TokenRow): Promise<TokenRow> => {
  const { appid, family, issued_at } = token
  const family_ = platform(sql)
    .updateTable("sandbox_tokens")
    .where("appid", "=", appid)
    .where("family", "=", family)
  await family_.set({ retired_at: issued_at }).where("retired_at", ">", issued_at).execute()
  await family_
    .set({ retired_at: issued_at + platformLives.overlap })
    .where("retired_at", "is", null)
    .execute()
  await platform(sql)
    .deleteFrom("sandbox_tokens")
    .where("appid", "=", appid)
    .where("expires_at", "<", issued_at - forgetAfter)
    .execute()
  await platform(sql).insertInto("sandbox_tokens").values(token).execute()
  return token
}

/** So long a dead token is still known to have lived. */
const forgetAfter = platformLives.sameMass
