import { Effect, Schema } from "effect"
import { beijingDate } from "#core"
import { setSetting, setting } from "../../store.ts"
import { type Api, get, ok, post } from "../api.ts"
import { decide } from "../decide.ts"
import { Errcode, no } from "../errcodes.ts"
import { entryBy, industries } from "../library.ts"
import { TemplateData } from "../template-fields.ts"

const terms = { ability: "template" } as const
const text = Schema.optionalKey(Schema.String)

const Send = Schema.Struct({
  touser: Schema.String,
  template_id: Schema.String,
  url: text,
  topcolor: text,
  miniprogram: Schema.optionalKey(Schema.Struct({ appid: Schema.String, pagepath: text })),
  client_msg_id: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(64))),
  data: TemplateData
})

const Industries = Schema.Struct({ industry_id1: Schema.String, industry_id2: Schema.String })
const Stored = Schema.fromJsonString(
  Schema.Struct({ ids: Schema.Array(Schema.String), month: Schema.String })
)

const changedTooOften = new Errcode({ code: 43100, message: "change template too frequently" })
const industryOf = (id: string) => industries[Number(id) - 1]

export const templateApis: ReadonlyArray<Api> = [
  post("/cgi-bin/message/template/send", Send, terms, ({ sends }, { account, body }) =>
    Effect.map(sends.template(account, body), (msgid) => ok({ msgid }))
  ),
  post(
    "/cgi-bin/template/api_set_industry",
    Industries,
    terms,
    ({ clock, database }, { account, body }) =>
      Effect.gen(function* () {
        const ids = [body.industry_id1, body.industry_id2]
        if (ids.some((id) => industryOf(id) === undefined)) return yield* no(40097)
        const month = beijingDate(yield* clock.now).slice(0, 6)
        const name = `industry:${account.appid}`
        yield* decide(database, name, async (sql) => {
          const stored = await setting(sql, name)
          if (stored !== undefined && Schema.decodeSync(Stored)(stored).month === month) {
            return changedTooOften
          }
          await setSetting(sql, name, Schema.encodeSync(Stored)({ ids, month }))
        })
        return ok()
      })
  ),
  get("/cgi-bin/template/get_industry", terms, ({ database }, { account }) =>
    Effect.gen(function* () {
      const stored = yield* database.read((sql) => setting(sql, `industry:${account.appid}`))
      const ids = stored === undefined ? ["1", "31"] : Schema.decodeSync(Stored)(stored).ids
      const [primary_industry, secondary_industry] = ids.map(industryOf)
      return { primary_industry, secondary_industry }
    })
  ),
  post(
    "/cgi-bin/template/api_add_template",
    Schema.Struct({
      template_id_short: Schema.String,
      keyword_name_list: Schema.optionalKey(Schema.Array(Schema.String))
    }),
    terms,
    ({ templates }, { account, body }) =>
      Effect.gen(function* () {
        const entry = entryBy(body.template_id_short)
        if (entry === undefined) return yield* no(40097)
        const names =
          body.keyword_name_list ?? (entry.isOld ? entry.keywords.map(([name]) => name) : [])
        const kids = names.map((name) => entry.keywords.findIndex(([word]) => word === name) + 1)
        if (kids.length === 0 || kids.includes(0)) return yield* no(40246)
        const { template_id } = yield* templates.add(account, "template", entry, kids)
        return ok({ template_id })
      })
  ),
  get("/cgi-bin/template/get_all_private_template", terms, ({ templates }, { account }) =>
    Effect.map(templates.of(account, "template"), (rows) => ({
      template_list: rows.map(({ content, example, template_id, title }) => ({
        ...{ template_id, title, primary_industry: "", deputy_industry: "", content, example }
      }))
    }))
  ),
  post(
    "/cgi-bin/template/del_private_template",
    Schema.Struct({ template_id: Schema.String }),
    terms,
    ({ templates }, { account, body }) =>
      Effect.as(templates.remove(account, "template", body.template_id), ok())
  )
]
