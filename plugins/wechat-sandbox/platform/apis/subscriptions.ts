import { Effect, Schema } from "effect"
import { type Api, get, ok, post } from "../api.ts"
import { no } from "../errcodes.ts"
import { entryBy, library } from "../library.ts"
import { TemplateData } from "../template-fields.ts"

const terms = { ability: "subscription" } as const
const text = Schema.optionalKey(Schema.String)
const Number_ = Schema.Union([Schema.Int, Schema.NumberFromString])

const Send = Schema.Struct({
  touser: Schema.String,
  template_id: Schema.String,
  page: text,
  miniprogram: Schema.optionalKey(Schema.Struct({ appid: Schema.String, pagepath: text })),
  miniprogram_state: text,
  lang: text,
  data: TemplateData
})

const typed = library.filter(({ isOld }) => !isOld)
const categories = [...new Map(typed.map(({ category }) => [category.id, category])).values()]

export const subscriptionApis: ReadonlyArray<Api> = [
  post("/cgi-bin/message/subscribe/bizsend", Send, terms, ({ sends }, { account, body }) =>
    Effect.gen(function* () {
      if (body.page !== undefined && !/^(https?:\/\/|[\w-]+\/)/.test(body.page)) {
        return yield* no(41030)
      }
      yield* sends.subscription(account, body)
      return ok()
    })
  ),
  // The mini programs' sibling, taken for the other by many: here nobody has ever agreed to it.
  post("/cgi-bin/message/subscribe/send", Send, {}, () => no(43101)),
  post(
    "/wxaapi/newtmpl/addtemplate",
    Schema.Struct({
      tid: Schema.Union([Schema.String, Schema.Int]),
      kidList: Schema.Array(Number_),
      sceneDesc: text
    }),
    terms,
    ({ templates }, { account, body: { kidList, sceneDesc = "", tid } }) =>
      Effect.gen(function* () {
        const entry = entryBy(String(tid))
        if (entry === undefined || entry.isOld) return yield* no(200014)
        const known = kidList.every((kid) => entry.keywords[kid - 1] !== undefined)
        if (kidList.length < 2 || kidList.length > 5 || !known) return yield* no(200020)
        if ([...sceneDesc].length > 15) return yield* no(200021)
        const { template_id } = yield* templates.add(account, "subscription", entry, kidList)
        return ok({ priTmplId: template_id })
      })
  ),
  post(
    "/wxaapi/newtmpl/deltemplate",
    Schema.Struct({ priTmplId: Schema.String }),
    terms,
    ({ templates }, { account, body }) =>
      Effect.as(templates.remove(account, "subscription", body.priTmplId), ok())
  ),
  get("/wxaapi/newtmpl/gettemplate", terms, ({ templates }, { account }) =>
    Effect.map(templates.of(account, "subscription"), (rows) =>
      ok({
        data: rows.map(({ content, example, template_id, title }) => ({
          ...{ priTmplId: template_id, title, content, example, type: 2 }
        }))
      })
    )
  ),
  get("/wxaapi/newtmpl/getcategory", terms, () => Effect.succeed(ok({ data: categories }))),
  get("/wxaapi/newtmpl/getpubtemplatetitles", terms, (_, { query }) =>
    Effect.gen(function* () {
      const ids = query("ids").split(",").map(Number)
      const start = Number(query("start") || "0")
      const limit = Number(query("limit") || "30")
      if (!ids.every((id) => categories.some((category) => category.id === id))) {
        return yield* no(200018)
      }
      if (!Number.isInteger(start) || start < 0) return yield* no(200016)
      if (!Number.isInteger(limit) || limit < 1 || limit > 30) return yield* no(200017)
      const found = typed.filter(({ category }) => ids.includes(category.id))
      return ok({
        count: found.length,
        data: found.slice(start, start + limit).map(({ category, id, title }) => ({
          ...{ tid: Number(id), title, type: 2, categoryId: String(category.id) }
        }))
      })
    })
  ),
  get("/wxaapi/newtmpl/getpubtemplatekeywords", terms, (_, { query }) =>
    Effect.gen(function* () {
      const entry = typed.find(({ id }) => id === query("tid"))
      if (entry === undefined) return yield* no(200014)
      return ok({
        count: entry.keywords.length,
        data: entry.keywords.map(([name, rule, example], place) => ({
          ...{ kid: place + 1, name, example, rule }
        }))
      })
    })
  )
]
