import { Effect } from "effect"
import { may } from "../abilities.ts"
import { type Api, type Asked, ok, openGet } from "../api.ts"
import { secretHolder } from "../credentials.ts"
import { no } from "../errcodes.ts"
import { type Account, unionidOf } from "../model.ts"
import type { PlatformServices } from "../platform.ts"
import type { UserTokenRow } from "../store.ts"

const text = { plain: true } as const

/** Everything under `/sns` says that it is plain text, and is JSON. */
export const snsApis: ReadonlyArray<Api> = [
  openGet("/sns/oauth2/access_token", text, (platform, asked) =>
    Effect.gen(function* () {
      const account = yield* codeHolder(platform, asked, "code")
      const row = yield* platform.logins.exchange(account, asked.query("code"))
      return yield* granted(platform, account, row)
    })
  ),
  openGet("/sns/oauth2/refresh_token", text, (platform, { query }) =>
    Effect.gen(function* () {
      if (query("appid") === "") return yield* no(41002)
      const account = yield* platform.accounts.byAppid(query("appid"))
      if (account === undefined) return yield* no(40013)
      if (query("grant_type") !== "refresh_token") return yield* no(40002)
      if (query("refresh_token") === "") return yield* no(41003)
      const row = yield* platform.logins.refresh(account, query("refresh_token"))
      const { access_token, openid, refresh_token, scope } = row
      return { access_token, expires_in: 7200, refresh_token, openid, scope }
    })
  ),
  openGet("/sns/userinfo", text, (platform, asked) =>
    Effect.gen(function* () {
      const row = yield* userOf(platform, asked)
      if (row.scope === "snsapi_base") return yield* no(48001)
      const account = yield* platform.accounts.byAppid(row.appid)
      const person = yield* platform.people.find(row.openid)
      return {
        openid: row.openid,
        nickname: person?.name ?? "微信用户",
        sex: 0,
        language: "",
        city: "",
        province: "",
        country: "",
        headimgurl: "",
        privilege: [],
        ...(account && person && unionOf(account, person.id))
      }
    })
  ),
  openGet("/sns/auth", text, (platform, asked) => Effect.as(userOf(platform, asked), ok())),
  openGet("/sns/jscode2session", text, (platform, asked) =>
    Effect.gen(function* () {
      const account = yield* codeHolder(platform, asked, "js_code")
      if (!may(account, "session")) return yield* no(40029)
      return yield* platform.logins.session(account, asked.query("js_code"))
    })
  )
]

const codeHolder = Effect.fnUntraced(function* (
  platform: PlatformServices,
  { query }: Asked<undefined>,
  name: "code" | "js_code"
) {
  const account = yield* secretHolder(platform, query("appid"), query("secret"))
  if (query("grant_type") !== "authorization_code") return yield* no(40002)
  if (query(name) === "") return yield* no(41008)
  return account
})

const userOf = Effect.fnUntraced(function* (
  { logins }: PlatformServices,
  { query }: Asked<undefined>
) {
  if (query("access_token") === "") return yield* no(41001)
  if (query("openid") === "") return yield* no(41009)
  return yield* logins.judge(query("access_token"), query("openid"))
})

/** A unionid only with a scope that tells who somebody is, and never for the virtual visitor of a snapshot. */
const granted = Effect.fnUntraced(function* (
  { people }: PlatformServices,
  account: Account,
  row: UserTokenRow
) {
  const { access_token, openid, refresh_token, scope, snapshot } = row
  const person = snapshot === 1 ? undefined : yield* people.find(openid)
  return {
    access_token,
    expires_in: 7200,
    refresh_token,
    openid,
    scope,
    ...(snapshot === 1 && { is_snapshotuser: 1 }),
    ...(scope !== "snsapi_base" && person && unionOf(account, person.id))
  }
})

const unionOf = ({ openPlatform }: Account, person: string) =>
  openPlatform === "" ? {} : { unionid: unionidOf(openPlatform, person) }
