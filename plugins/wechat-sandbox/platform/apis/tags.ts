import { Effect, Schema } from "effect"
import { type Api, get, ok, post } from "../api.ts"
import { no } from "../errcodes.ts"
import { idsIn } from "../tags.ts"

const terms = { ability: "tags" } as const
const openids = Schema.Array(Schema.String)
const Members = Schema.Struct({ openid_list: openids, tagid: Schema.Int })
const After = Schema.Struct({ begin_openid: Schema.optionalKey(Schema.String) })
const pageSize = 10_000

/** One page of openids after one of them, as WeChat tells it. */
const page = (all: ReadonlyArray<string>, after: string) => {
  const rest = all.filter((openid) => openid > after).slice(0, pageSize)
  return {
    count: rest.length,
    ...(rest.length > 0 && { data: { openid: rest } }),
    next_openid: rest.at(-1) ?? ""
  }
}

export const tagApis: ReadonlyArray<Api> = [
  post(
    "/cgi-bin/tags/create",
    Schema.Struct({ tag: Schema.Struct({ name: Schema.String }) }),
    terms,
    ({ tags }, { account, body }) =>
      Effect.map(tags.create(account, body.tag.name), ({ id, name }) => ({ tag: { id, name } }))
  ),
  get("/cgi-bin/tags/get", terms, ({ tags }, { account }) =>
    Effect.map(tags.of(account), (all) => ({ tags: all }))
  ),
  post(
    "/cgi-bin/tags/update",
    Schema.Struct({ tag: Schema.Struct({ id: Schema.Int, name: Schema.String }) }),
    terms,
    ({ tags }, { account, body: { tag } }) =>
      Effect.as(tags.rename(account, tag.id, tag.name), ok())
  ),
  post(
    "/cgi-bin/tags/delete",
    Schema.Struct({ tag: Schema.Struct({ id: Schema.Int }) }),
    terms,
    ({ tags }, { account, body: { tag } }) => Effect.as(tags.remove(account, tag.id), ok())
  ),
  post(
    "/cgi-bin/user/tag/get",
    Schema.Struct({ tagid: Schema.Int, next_openid: Schema.optionalKey(Schema.String) }),
    terms,
    ({ mass, tags }, { account, body: { next_openid = "", tagid } }) =>
      Effect.gen(function* () {
        yield* tags.find(account, tagid)
        return page(yield* mass.followers(account, tagid), next_openid)
      })
  ),
  post("/cgi-bin/tags/members/batchtagging", Members, terms, ({ tags }, { account, body }) =>
    Effect.as(tags.mark(account, body.tagid, body.openid_list, true), ok())
  ),
  post("/cgi-bin/tags/members/batchuntagging", Members, terms, ({ tags }, { account, body }) =>
    Effect.as(tags.mark(account, body.tagid, body.openid_list, false), ok())
  ),
  post(
    "/cgi-bin/tags/getidlist",
    Schema.Struct({ openid: Schema.String }),
    terms,
    ({ users }, { account, body }) =>
      Effect.map(users.find(account, body.openid), ({ tags }) => ({ tagid_list: idsIn(tags) }))
  ),
  post("/cgi-bin/tags/members/getblacklist", After, terms, ({ users }, { account, body }) =>
    Effect.map(users.blacklisted(account), (all) => ({
      total: all.length,
      ...page(all, body.begin_openid ?? "")
    }))
  ),
  ...(["batchblacklist", "batchunblacklist"] as const).map((name) =>
    post(
      `/cgi-bin/tags/members/${name}`,
      Schema.Struct({
        openid_list: Schema.optionalKey(openids),
        opened_list: Schema.optionalKey(openids)
      }),
      terms,
      ({ tags }, { account, body }) =>
        Effect.gen(function* () {
          // WeChat's own page spells it `opened_list`, and takes both.
          const list = body.openid_list ?? body.opened_list
          if (list === undefined) return yield* no(40035)
          yield* tags.blacklist(account, list, name === "batchblacklist")
          return ok()
        })
    )
  )
]
