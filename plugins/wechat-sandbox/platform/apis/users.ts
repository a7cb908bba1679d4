import { Effect, Schema } from "effect"
import { type Api, get, ok, post } from "../api.ts"
import { no } from "../errcodes.ts"
import { userInfo } from "../users.ts"

const terms = { ability: "users" } as const

export const userApis: ReadonlyArray<Api> = [
  get("/cgi-bin/user/info", terms, ({ users }, { account, query }) =>
    Effect.map(users.find(account, query("openid")), (contact) => userInfo(account, contact))
  ),
  post(
    "/cgi-bin/user/info/batchget",
    Schema.Struct({
      user_list: Schema.Array(
        Schema.Struct({ openid: Schema.String, lang: Schema.optionalKey(Schema.String) })
      )
    }),
    terms,
    ({ users }, { account, body }) =>
      Effect.gen(function* () {
        if (body.user_list.length < 1 || body.user_list.length > 100) return yield* no(40032)
        const contacts = yield* Effect.forEach(body.user_list, ({ openid }) =>
          users.find(account, openid)
        )
        return { user_info_list: contacts.map((contact) => userInfo(account, contact)) }
      })
  ),
  get("/cgi-bin/user/get", terms, ({ users }, { account, query }) =>
    Effect.map(users.page(account, query("next_openid")), ({ openids, total }) => ({
      total,
      count: openids.length,
      ...(openids.length > 0 && { data: { openid: openids } }),
      next_openid: openids.at(-1) ?? ""
    }))
  ),
  post(
    "/cgi-bin/user/info/updateremark",
    Schema.Struct({ openid: Schema.String, remark: Schema.String }),
    terms,
    ({ users }, { account, body }) =>
      Effect.gen(function* () {
        if ([...body.remark].length > 30) return yield* no(40035)
        yield* users.remark(account, body.openid, body.remark)
        return ok()
      })
  ),
  post(
    "/cgi-bin/changeopenid",
    Schema.Struct({ from_appid: Schema.String, openid_list: Schema.Array(Schema.String) }),
    terms,
    ({ accounts, users }, { account, body: { from_appid, openid_list } }) =>
      Effect.gen(function* () {
        if ((yield* accounts.byAppid(from_appid)) === undefined) return yield* no(40013)
        if (openid_list.length < 1 || openid_list.length > 100) return yield* no(40032)
        const found = yield* users.moved(account, from_appid, openid_list)
        return ok({
          result_list: found.map(({ now, old }) =>
            now === undefined
              ? { ori_openid: old, err_msg: "ori_openid error" }
              : { ori_openid: old, new_openid: now, err_msg: "ok" }
          )
        })
      })
  )
]
