import { type Duration, Effect, Fiber, Option } from "effect"
import { nameOf } from "../../tasks/perform.ts"
import type { Message } from "./message.ts"
import type { Answerable } from "./received.ts"
import type { PassiveReply } from "./reply.ts"

/** What a plugin says at once to something that was pushed. */
export interface Answering<out R> {
  readonly answers: Answerable<never>
  readonly handle: (fact: never) => Effect.Effect<PassiveReply | undefined, unknown, R>
}

/**
 * Declares what a plugin answers at once, shown in the chat like any message. Within four seconds of the push: a handler that takes
 * longer is interrupted, so what must happen belongs in `on`. `undefined` leaves the answer to the next plugin. The compiler refuses
 * events that WeChat waits for no answer to.
 */
export const answer = <A, E, R>(
  event: Answerable<A>,
  handle: (fact: A) => Effect.Effect<PassiveReply | undefined, E, R>
): Answering<R> => ({ answers: event as Answerable<never>, handle })

export type Answerer = (fact: Message) => Effect.Effect<PassiveReply | undefined, unknown>

/** All are asked at the same time; of those who answer in time, the first in the order of the configuration is heard. */
export const firstAnswer = Effect.fnUntraced(function* (
  answerers: ReadonlyArray<Answerer>,
  message: Message,
  within: Duration.Input
) {
  const asked = yield* Effect.forEach(answerers, (answerer) =>
    Effect.suspend(() => answerer(message)).pipe(
      Effect.timeoutOption(within),
      Effect.catch((error) =>
        Effect.as(
          Effect.logWarning(`An answer to ${message.type} failed`, nameOf(error)),
          Option.none()
        )
      ),
      Effect.catchDefect((defect) =>
        Effect.as(
          Effect.logError(`An answer to ${message.type} failed`, nameOf(defect)),
          Option.none()
        )
      ),
      Effect.forkChild
    )
  )
  for (const fiber of asked) {
    const said = Option.getOrUndefined(yield* Fiber.join(fiber))
    if (said !== undefined) return said
  }
  return undefined
})
