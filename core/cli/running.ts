import { Effect, Schema } from "effect"
import { Ended } from "./ended.ts"
import { askOperator } from "./operator.ts"
import { readProject } from "./project.ts"

class NotRunning extends Schema.TaggedError<NotRunning>()("NotRunning", {}) {
  override readonly message =
    "No gateway answers at the operator door: `weir start` it first, as it alone may do this"
}

/** What the gateway says to what was asked of it: the error's own sentence, as its door words it. */
class Refused extends Schema.TaggedError<Refused>()("Refused", { detail: Schema.String }) {
  override readonly message = this.detail
}

const Problem = Schema.fromJsonString(Schema.Struct({ detail: Schema.String }))

/** Asks the running gateway at its operator door; with a `body`, to do something. */
export const askRunning = Effect.fnUntraced(function* <A>(
  path: string,
  answer: Schema.Codec<A, string>,
  body?: object
) {
  const { settings } = yield* readProject
  const said = yield* askOperator(settings, path, body)
  if (said === undefined) return yield* new NotRunning()
  if (said.status === 200) return yield* Effect.orDie(Schema.decodeUnknownEffect(answer)(said.text))
  const problem = yield* Effect.option(Schema.decodeUnknownEffect(Problem)(said.text))
  return problem._tag === "Some" ? yield* new Refused(problem.value) : yield* new Ended({ code: 1 })
})
