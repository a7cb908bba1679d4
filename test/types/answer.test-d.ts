import { Context, Effect, Layer } from "effect"
import {
  answer,
  definePlugin,
  Followed,
  MenuLinkOpened,
  OtherReceived,
  on,
  PaymentPaid,
  TemplateMessageDone,
  TextReceived,
  Unfollowed
} from "#core"

class Greeting extends Context.Service<Greeting, { readonly text: Effect.Effect<string> }>()(
  "Greeting"
) {}

const hello = Effect.succeed({ type: "text", text: "你好" } as const)

answer(TextReceived, ({ openid, text }) => Effect.as(Effect.log(openid, text), undefined))
answer(Followed, ({ scene }) => (scene === undefined ? hello : Effect.succeed(undefined)))

// @ts-expect-error who has left cannot be answered
answer(Unfollowed, () => hello)
// @ts-expect-error nor can who opened a page
answer(MenuLinkOpened, () => hello)
// @ts-expect-error a result is nothing that somebody said
answer(TemplateMessageDone, () => hello)
// @ts-expect-error of what nobody knows it is not known whether an answer is waited for
answer(OtherReceived, () => hello)
// @ts-expect-error money says nothing in the chat
answer(PaymentPaid, () => hello)

// @ts-expect-error a handler gets the facts of its event
answer(TextReceived, ({ scene }) => Effect.as(Effect.log(scene), undefined))
// @ts-expect-error an answer is one of WeChat's kinds
answer(TextReceived, () => Effect.succeed({ type: "sticker", mediaId: "M1" }))
// @ts-expect-error with what its kind needs
answer(TextReceived, () => Effect.succeed({ type: "image" }))
// @ts-expect-error and never no article at all
answer(TextReceived, () => Effect.succeed({ type: "news", articles: [] }))

definePlugin({
  name: "x",
  options: {},
  on: [
    // @ts-expect-error an answer cannot use a service that nobody provides
    answer(TextReceived, () =>
      Effect.map(
        Greeting.use((greeting) => greeting.text),
        (text) => ({ type: "text" as const, text })
      )
    )
  ]
})

// With the service provided it may, beside all else a plugin does.
const greeting = Layer.succeed(Greeting, { text: Effect.succeed("你好") })
definePlugin({
  name: "x",
  options: {},
  layer: greeting,
  on: [
    on(TextReceived, ({ at, messageId }) => Effect.log(at, messageId)),
    answer(TextReceived, () =>
      Effect.map(
        Greeting.use((greeting) => greeting.text),
        (text) => ({ type: "text" as const, text })
      )
    )
  ]
})
