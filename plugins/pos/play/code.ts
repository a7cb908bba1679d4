import { Effect, Schema } from "effect"
import { PlayFailed, Transport, type World } from "#core"

const Shown = Schema.fromJsonString(Schema.Struct({ authCode: Schema.String }))

/** A payment code as a customer's phone shows it, fresh from the sandbox. */
export const freshCode = Effect.fnUntraced(function* ({ sandbox }: World, outcome = "paid") {
  if (sandbox === undefined)
    return yield* new PlayFailed({
      reason: "there is no sandbox to show a payment code: say one with --code"
    })
  const transport = yield* Transport
  const url = `${sandbox}/control/codes`
  return yield* transport
    .exchange({
      method: "POST",
      url,
      headers: { "content-type": "application/json" },
      body: Buffer.from(JSON.stringify({ outcome })),
      timeout: "5 seconds"
    })
    .pipe(
      Effect.flatMap(({ body }) => Schema.decodeUnknownEffect(Shown)(Buffer.from(body).toString())),
      Effect.map(({ authCode }) => authCode),
      Effect.mapError(
        ({ _tag }) =>
          new PlayFailed({
            reason: `${url} ${_tag === "NotSent" ? "does not answer; is `npm start` running?" : "gave no payment code"}`
          })
      )
    )
})
