import { Effect, Schema } from "effect"
import { rfc3339, route } from "#core"
import { WechatSandbox } from "../../sandbox.ts"
import type { Consent } from "../notices.ts"
import { chatBy, openid } from "./whose.ts"

const Notice = Schema.Struct({
  id: Schema.String,
  openid: Schema.String,
  /** Told by a template message, or by a subscription notice. */
  way: Schema.String,
  templateId: Schema.String,
  title: Schema.String,
  lines: Schema.Array(Schema.Struct({ name: Schema.String, value: Schema.String })),
  /** Where a tap leads; empty: nowhere. */
  url: Schema.String,
  /** `success`, or why its reader does not see it. */
  state: Schema.String,
  at: Schema.String
})

const template = Schema.String.check(Schema.isBetweenLength(1, 64))

/** What people are told, and what they have agreed to be told. */
export const noticeControl = [
  route.get("/control/notices", {
    output: Schema.Struct({ notices: Schema.Array(Notice) }),
    handle: () =>
      WechatSandbox.use(({ platform }) =>
        Effect.map(platform.notices.all, (notices) => ({
          notices: notices.map((notice) => ({ ...notice, at: rfc3339(notice.at) }))
        }))
      )
  }),
  route.post("/control/users/:openid/consent", {
    input: {
      openid,
      appid: Schema.optionalKey(Schema.String),
      templateId: Schema.Union([template, Schema.Array(template).check(Schema.isMaxLength(5))]),
      accept: Schema.optionalKey(Schema.Boolean),
      /** Good for any number of messages, as public services may ask for. */
      longTerm: Schema.optionalKey(Schema.Boolean),
      /** Where they decide: on a page, in an article, or in the settings of the account. */
      from: Schema.optionalKey(Schema.Literals(["page", "article", "settings"]))
    },
    output: Schema.Struct({}),
    handle: ({ accept = true, appid, from = "page", longTerm = false, openid, templateId }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const { account, contact } = yield* chatBy(platform, openid, appid)
        const templates = typeof templateId === "string" ? [templateId] : templateId
        const [accepted, refused] = accept ? [templates, []] : [[], templates]
        const consent: Consent = { accepted, from, longTerm, refused }
        yield* platform.notices.decide(account, contact, consent)
        return {}
      })
  })
]
