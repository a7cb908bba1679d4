import { Context, Effect, Layer } from "effect"

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
