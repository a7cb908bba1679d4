import { type Duration, Effect, Schema } from "effect"
import { type Answer, final, interim } from "../journal/journal.ts"
import type { Call, Once } from "./call.ts"
import type { Texts } from "./dialect.ts"

/** A call with its Schemas made ready once, so that it takes and gives a dialect's texts. */
export interface Prepared<R> {
  readonly name: string
  readonly decode: (texts: Texts) => Effect.Effect<never, Schema.SchemaError>
  readonly answer: (request: never) => Effect.Effect<Answer<Texts>, never, R>
  readonly pending:
    | ((request: never, waited: Duration.Duration) => Effect.Effect<Texts, never, R>)
    | undefined
  readonly once: Once<never, R> | undefined
  readonly giveUp: Call<R>["giveUp"]
  readonly patience: Call<R>["patience"]
}

export const prepare = <R>(call: Call<R>): Prepared<R> => {
  const encode = Schema.encodeUnknownEffect(call.reply)
  const written = (reply: unknown) => Effect.orDie(encode(reply))
  const { pending } = call
  return {
    name: call.name,
    // What a call's own Schema decodes is what its own handler takes; the list of calls has forgotten the type.
    decode: Schema.decodeEffect(call.request) as Prepared<R>["decode"],
    answer: (request) =>
      Effect.flatMap(call.answer(request), (answer) =>
        Effect.map(written(answer.reply), answer._tag === "Final" ? final : interim)
      ),
    pending:
      pending === undefined
        ? undefined
        : (request, waited) => Effect.flatMap(pending(request, waited), written),
    once: call.once,
    giveUp: call.giveUp,
    patience: call.patience
  }
}
