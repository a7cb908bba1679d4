import { Effect, Schema } from "effect"
import { type Api, openGet, openPost } from "../api.ts"
import { fromAllowedAddress, secretHolder } from "../credentials.ts"
import { no } from "../errcodes.ts"

const StableToken = Schema.Struct({
  grant_type: Schema.optionalKey(Schema.String),
  appid: Schema.optionalKey(Schema.String),
  secret: Schema.optionalKey(Schema.String),
  force_refresh: Schema.optionalKey(Schema.Boolean)
})

export const tokenApis: ReadonlyArray<Api> = [
  openGet("/cgi-bin/token", {}, (platform, { query, request }) =>
    Effect.gen(function* () {
      if (query("grant_type") !== "client_credential") return yield* no(40002)
      const account = yield* secretHolder(platform, query("appid"), query("secret"))
      yield* fromAllowedAddress(account, request)
      yield* platform.quotas.spend(account, "/cgi-bin/token")
      return yield* platform.tokens.classic(account.appid)
    })
  ),
  openPost("/cgi-bin/stable_token", StableToken, {}, (platform, { body, request }) =>
    Effect.gen(function* () {
      const { appid = "", force_refresh = false, grant_type, secret = "" } = body
      if (grant_type !== "client_credential") return yield* no(40002)
      const account = yield* secretHolder(platform, appid, secret)
      yield* fromAllowedAddress(account, request)
      yield* platform.quotas.spend(account, "/cgi-bin/stable_token")
      return yield* platform.tokens.stable(account.appid, force_refresh)
    })
  )
]
