import { Effect, Schema } from "effect"
import { type Api, get, ok, openPost, post } from "../api.ts"
import { secretHolder } from "../credentials.ts"
import { no } from "../errcodes.ts"

const Path = Schema.Struct({ cgi_path: Schema.String })

/** WeChat's callbacks come from where the sandbox runs. */
const own = ["127.0.0.1"]

export const quotaApis: ReadonlyArray<Api> = [
  post("/cgi-bin/openapi/quota/get", Path, {}, ({ quotas }, { account, body }) =>
    Effect.map(quotas.of(account, body.cgi_path), (quota) => ok({ quota }))
  ),
  post(
    "/cgi-bin/clear_quota",
    Schema.Struct({ appid: Schema.String }),
    {},
    ({ quotas }, { account, body }) =>
      Effect.gen(function* () {
        if (body.appid !== account.appid) return yield* no(40013)
        yield* quotas.clear(account)
        return ok()
      })
  ),
  // Without a token, for when the tokens of the day are used up.
  openPost(
    "/cgi-bin/clear_quota/v2",
    Schema.Struct({ appid: Schema.String, appsecret: Schema.String }),
    {},
    (platform, { body }) =>
      Effect.gen(function* () {
        yield* platform.quotas.clear(yield* secretHolder(platform, body.appid, body.appsecret))
        return ok()
      })
  ),
  post("/cgi-bin/openapi/quota/clear", Path, {}, ({ quotas }, { account, body }) =>
    Effect.as(quotas.clearOne(account, body.cgi_path), ok())
  ),
  get("/cgi-bin/getcallbackip", {}, () => Effect.succeed({ ip_list: own })),
  get("/cgi-bin/get_api_domain_ip", {}, () => Effect.succeed({ ip_list: own }))
]
