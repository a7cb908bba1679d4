import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { Behaviour } from "../behaviour.ts"
import { WechatClock } from "../clock.ts"
import { randomText } from "../random.ts"
import { decide } from "./decide.ts"
import { type Errcode, no } from "./errcodes.ts"
import { type Account, platformLives, snapshotOpenid, unionidOf } from "./model.ts"
import {
  type ContactRow,
  changeContact,
  contactOf,
  type LoginRow,
  platform,
  type UserTokenRow
} from "./store.ts"

export interface SessionGiven {
  readonly openid: string
  readonly session_key: string
  readonly unionid?: string
}

/** Codes that people come back with, and what accounts get for them. */
export class Logins extends Context.Service<
  Logins,
  {
    /** A code that is good for one exchange. */
    issue(
      account: Account,
      contact: ContactRow,
      grant: { readonly scope: string; readonly snapshot: boolean }
    ): Effect.Effect<string>
    exchange(account: Account, code: string): Effect.Effect<UserTokenRow, Errcode>
    refresh(account: Account, refreshToken: string): Effect.Effect<UserTokenRow, Errcode>
    /** Whose user token it is. */
    judge(accessToken: string, openid: string): Effect.Effect<UserTokenRow, Errcode>
    session(account: Account, code: string): Effect.Effect<SessionGiven, Errcode>
  }
>()("wechat-sandbox/Logins") {
  static readonly layer = Layer.effect(
    Logins,
    Effect.gen(function* () {
      const behaviour = yield* Behaviour
      const clock = yield* WechatClock
      const database = yield* Database

      const issue = Effect.fnUntraced(function* (
        account: Account,
        contact: ContactRow,
        { scope, snapshot }: { readonly scope: string; readonly snapshot: boolean }
      ) {
        const now = yield* clock.now
        const isOpen = account.kind === "website" || account.kind === "app"
        const row: LoginRow = {
          code: `0${yield* randomText(31)}`,
          appid: account.appid,
          openid: snapshot ? snapshotOpenid(account.appid, contact.person) : contact.openid,
          scope,
          snapshot: snapshot ? 1 : 0,
          expires_at: now + (isOpen ? platformLives.openCode : platformLives.accountCode),
          used_at: null
        }
        const session_key = yield* sessionKey
        yield* database.write(`login:${row.code}`, async (sql) => {
          await platform(sql).insertInto("sandbox_logins").values(row).execute()
          if (account.kind === "mini-program") await changeContact(sql, contact, { session_key })
        })
        return row.code
      })

      const exchange = Effect.fnUntraced(function* (account: Account, code: string) {
        const now = yield* clock.now
        const access_token = `73_${yield* randomText(105)}`
        const refresh_token = `74_${yield* randomText(105)}`
        const until = now + (yield* behaviour.settings).refreshTokenDays * day
        return yield* decide(database, `login:${code}`, async (sql) => {
          const login = await use(sql, account, code, now)
          if ("message" in login) return login
          const { appid, openid, scope, snapshot } = login
          const row: UserTokenRow = {
            ...{ access_token, refresh_token, appid, openid, scope, snapshot },
            expires_at: now + platformLives.token,
            refresh_until: until
          }
          await platform(sql).insertInto("sandbox_user_tokens").values(row).execute()
          return row
        })
      })

      const refresh = Effect.fnUntraced(function* (account: Account, refreshToken: string) {
        const now = yield* clock.now
        const fresh = `73_${yield* randomText(105)}`
        return yield* decide(database, `refresh:${refreshToken}`, async (sql) => {
          const row = await byRefreshToken(sql, refreshToken)
          if (row === undefined || row.appid !== account.appid) return no(40030)
          if (now >= row.refresh_until) return no(42002)
          // One that is still alive is given out again and lives on; a dead one is replaced.
          const access_token = now < row.expires_at ? row.access_token : fresh
          const changes = { access_token, expires_at: now + platformLives.token }
          await platform(sql)
            .updateTable("sandbox_user_tokens")
            .set(changes)
            .where("access_token", "=", row.access_token)
            .execute()
          return { ...row, ...changes }
        })
      })

      const judge = Effect.fnUntraced(function* (accessToken: string, openid: string) {
        const row = yield* database.read((sql) => byAccessToken(sql, accessToken))
        if (row === undefined) return yield* no(40001)
        if ((yield* clock.now) >= row.expires_at) return yield* no(42001)
        if (row.openid !== openid) return yield* no(40003)
        return row
      })

      const session = Effect.fnUntraced(function* (account: Account, code: string) {
        const now = yield* clock.now
        return yield* decide(database, `login:${code}`, async (sql) => {
          const login = await use(sql, account, code, now)
          if ("message" in login) return login
          const contact = await contactOf(sql, account.appid, login.openid)
          if (contact?.session_key == null) return no(40029)
          const { openid, person, session_key } = contact
          const { openPlatform } = account
          const unionid = openPlatform && { unionid: unionidOf(openPlatform, person) }
          return { openid, session_key, ...unionid }
        })
      })

      return Logins.of({ issue, exchange, refresh, judge, session })
    })
  )
}

const day = 24 * 60 * 60 * 1000

const sessionKey = Effect.map(randomText(16), (text) => Buffer.from(text).toString("base64"))

/** Uses a code up: the second time it has been used, and any other is nobody's. */
const use = async (
  sql: Sql,
  { appid }: Account,
  code: string,
  now: number
): Promise<LoginRow | Errcode> => {
  const row = await platform(sql)
    .selectFrom("sandbox_logins")
    .selectAll()
    .where("code", "=", code)
    .executeTakeFirst()
  if (row === undefined || row.appid !== appid) return no(40029)
  if (row.used_at !== null) return no(40163)
  if (now >= row.expires_at) return no(40029)
  await platform(sql)
    .updateTable("sandbox_logins")
    .set({ used_at: now })
    .where("code", "=", code)
    .execute()
  return row
}

const byRefreshToken = (sql: Sql, token: string) =>
  platform(sql)
    .selectFrom("sandbox_user_tokens")
    .selectAll()
    .where("refresh_token", "=", token)
    .executeTakeFirst()

const byAccessToken = (sql: Sql, token: string) =>
  platform(sql)
    .selectFrom("sandbox_user_tokens")
    .selectAll()
    .where("access_token", "=", token)
    .executeTakeFirst()
