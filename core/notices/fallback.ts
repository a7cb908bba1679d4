import { Context, Effect, Layer, Option } from "effect"

/** A text for somebody whom no channel of WeChat's reaches. */
export interface FallbackMessage {
  /** Our own number of it: the same for the same message. */
  readonly id: string
  readonly phone: string
  readonly text: string
}

/** Another way to tell people what concerns them, such as SMS. */
export class Fallback extends Context.Service<
  Fallback,
  {
    /** `true`: it is on its way; `false`: there is no such way, or not for this person. */
    send(message: FallbackMessage): Effect.Effect<boolean>
  }
>()("weir/Fallback") {
  /** What whoever starts the gateway has connected, or else nothing but a line in the log. */
  static readonly layer = Layer.unwrap(
    Effect.map(Effect.serviceOption(Fallback), (connected) =>
      Option.match(connected, {
        onNone: () => Fallback.loggingLayer,
        onSome: (provider) => Layer.succeed(Fallback, provider)
      })
    )
  )

  /** Until somebody connects a provider: writes that a message would have gone out, and nothing of whom or what it says. */
  static readonly loggingLayer = Layer.succeed(Fallback, {
    send: ({ id }) =>
      Effect.as(
        Effect.logInfo("No channel of WeChat's reaches them, and no other is set up", {
          notice: id
        }),
        false
      )
  })
}
