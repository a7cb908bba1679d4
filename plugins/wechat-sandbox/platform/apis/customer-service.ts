import { Effect, Schema } from "effect"
import { type Api, ok, post } from "../api.ts"
import { contentFields, contentIn } from "../content.ts"
import { no } from "../errcodes.ts"

const terms = { ability: "custom" } as const

const Send = Schema.Struct({
  touser: Schema.String,
  customservice: Schema.optionalKey(Schema.Struct({ kf_account: Schema.String })),
  ...contentFields
})

const allowed: ReadonlySet<string> = new Set([
  ...["text", "image", "voice", "video", "music", "news", "mpnews", "mpnewsarticle"],
  ...["msgmenu", "wxcard", "miniprogrampage"]
])

export const customerServiceApis: ReadonlyArray<Api> = [
  post("/cgi-bin/message/custom/send", Send, terms, (platform, { account, body }) =>
    Effect.gen(function* () {
      const { content, kind } = yield* contentIn(platform, account, body, allowed)
      yield* platform.sends.custom(account, body.touser, kind, content)
      return ok()
    })
  ),
  post(
    "/cgi-bin/message/custom/typing",
    Schema.Struct({ touser: Schema.String, command: Schema.String }),
    terms,
    ({ sends }, { account, body: { command, touser } }) =>
      Effect.gen(function* () {
        if (command !== "Typing" && command !== "CancelTyping") return yield* no(45072)
        yield* sends.typing(account, touser, command === "Typing")
        return ok()
      })
  )
]
