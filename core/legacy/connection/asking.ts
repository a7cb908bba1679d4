import { Effect, Option, Schema, type Scope } from "effect"
import type { Transport } from "../../transport.ts"
import { malformed } from "../codec/two-way.ts"
import { type AnyErrand, type Errand, erased } from "./errand.ts"
import { makeOnce, type Running } from "./exchange.ts"
import { type AskFailure, NotReached, OutcomeUnknown, Refused } from "./failures.ts"
import type { ConnectionSettings } from "./settings.ts"

/** Runs errands over one connection, and says what came of each. */
export type Run = <Request, Reply>(
  errand: Errand<Request, Reply>,
  request: Request,
  how: Running
) => Effect.Effect<Reply, AskFailure>

/**
 * Asks over one connection. A read may be repeated; a write whose session or answer was lost is looked up by our own key before
 * anything else, and sent again only where the old system says that it is not there.
 */
export const makeRun = Effect.fnUntraced(function* (
  name: string,
  settings: ConnectionSettings
): Effect.fn.Return<Run, never, Transport | Scope.Scope> {
  const once = yield* makeOnce(name, settings)
  const unknown = (reason: string) => new OutcomeUnknown({ connection: name, reason })
  const away = (reason: string) => new NotReached({ connection: name, reason })

  /** What an earlier sending came to; nothing if it is not there. */
  const earlier = Effect.fnUntraced(function* (
    { writes }: AnyErrand,
    request: unknown,
    how: Running
  ): Effect.fn.Return<Option.Option<unknown>, AskFailure> {
    if (writes === undefined || !("lookUp" in writes)) return Option.none()
    const { errand, found, question } = writes.lookUp(request)
    const answer = yield* run(errand, question, { lane: how.lane }).pipe(
      Effect.catchTag("Refused", ({ reason }) => unknown(`it could not be looked up: ${reason}`))
    )
    return found(answer)
  })

  /** Just after a sending, whatever keeps it from being looked up leaves the outcome unknown. */
  const afterwards = (errand: AnyErrand, request: unknown, how: Running) =>
    Effect.mapError(earlier(errand, request, how), ({ reason }) => unknown(reason))

  const written = Effect.fnUntraced(function* ({ request: codec }: AnyErrand, request: unknown) {
    return yield* Schema.encodeEffect(codec)(request).pipe(
      Effect.flatMap(Schema.encodeUnknownEffect(settings.dialect.request)),
      Effect.mapError(
        (error) => new Refused({ connection: name, reason: `cannot be written: ${flawIn(error)}` })
      )
    )
  })

  const run = Effect.fnUntraced(function* (
    errand: AnyErrand,
    request: unknown,
    how: Running
  ): Effect.fn.Return<unknown, AskFailure> {
    const body = yield* written(errand, request)
    const { writes } = errand
    if (how.doubtful === true && writes !== undefined) {
      const known = yield* earlier(errand, request, how)
      if (Option.isSome(known)) return known.value
    }
    for (let sendings = 1; ; sendings++) {
      const { answer, verdict } = yield* once(errand, body, how)
      if (verdict.is === "ok")
        return yield* Effect.mapError(Schema.decodeUnknownEffect(errand.reply)(answer), (error) =>
          unknown(`an answer that is not understood: ${flawIn(error)}`)
        )
      if (verdict.is === "refused") {
        // "That is there already" is a refusal too.
        const known = yield* Effect.orElseSucceed(earlier(errand, request, how), Option.none)
        if (Option.isSome(known)) return known.value
        return yield* new Refused({ connection: name, reason: verdict.reason })
      }
      if (verdict.is === "retryable") return yield* away(verdict.reason)
      const isSure = verdict.is === "session lost" && (verdict.certain || writes === undefined)
      const known = isSure ? Option.none() : yield* afterwards(errand, request, how)
      if (Option.isSome(known)) return known.value
      // What is not there now may still be under way there.
      if (verdict.is === "unknown") return yield* unknown(verdict.reason)
      if (sendings > 1) return yield* away("the session is lost again and again")
    }
  })

  return <Request, Reply>(errand: Errand<Request, Reply>, request: Request, how: Running) =>
    run(erased(errand), request, how) as Effect.Effect<Reply, AskFailure>
})

const flawIn = (error: Schema.SchemaError) => {
  const { field, message } = malformed(error)
  return field === undefined ? message : `${field}: ${message}`
}
