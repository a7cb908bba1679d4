import { type Cause, Clock, Duration, Effect, Option, Schema } from "effect"
import { Journal } from "../journal/journal.ts"
import { Stopping } from "../stopping.ts"
import { Transport } from "../transport.ts"
import { malformed } from "./codec/two-way.ts"
import type { Problem, Texts } from "./dialect.ts"
import { handOn } from "./elsewhere.ts"
import { makeHanding } from "./handing.ts"
import type { Spoken } from "./inlet.ts"
import type { Answerer, Framed, Reply, Unframed } from "./message.ts"
import { answerOnce, type Books } from "./once.ts"
import { prepare } from "./prepared.ts"

/** An answer in the dialect's own fields. */
interface Said {
  readonly reply: Texts
  readonly delivered: Effect.Effect<void>
}

/**
 * Answers every message of an inlet: reads it, lets its call answer it once, and says the answer in the caller's own bytes within the
 * caller's patience. Whatever goes wrong is said in its words too.
 */
export const makeAnswerer = Effect.fnUntraced(function* <R>(
  source: string,
  inlet: Spoken<R>
): Effect.fn.Return<Answerer, never, R | Journal | Stopping | Transport> {
  const context = yield* Effect.context<R>()
  const books: Books = { journal: yield* Journal, handing: makeHanding(), source }
  const stopping = yield* Stopping
  const transport = yield* Transport
  const { dialect, elsewhere } = inlet
  const decode = Schema.decodeEffect(dialect.request)
  const encode = Schema.encodeEffect(dialect.reply)
  const calls = new Map(inlet.calls.map((call) => [call.name, prepare(call)]))

  const refuse = (problem: Problem, texts: Texts = {}): Said => ({
    reply: { ...dialect.echo(texts), ...dialect.refuse(problem) },
    delivered: Effect.void
  })

  const say = Effect.fnUntraced(function* ({ delivered, reply }: Said) {
    const contentType = dialect.contentType?.(reply)
    const bytes = yield* Effect.orDie(encode(reply))
    return { bytes, delivered, ...(contentType !== undefined && { contentType }) } satisfies Reply
  })

  const read = Effect.fnUntraced(function* (message: Framed | Unframed) {
    if (!("problem" in message)) return yield* decode(message.bytes).pipe(Effect.mapError(flawIn))
    const problem: Problem = {
      is: "malformed",
      step: message.problem,
      message: "expected one whole message"
    }
    return yield* Effect.fail(problem)
  })

  /** The work goes on when its caller's patience ends, or this process does. */
  const unlessOver = <A, E, R>(work: Effect.Effect<A, E, R>, patience: Duration.Duration) =>
    Effect.raceFirst(
      Effect.asSome(work),
      Effect.as(Effect.raceFirst(Effect.sleep(patience), stopping.begun), Option.none())
    )

  /** What the call of a message says, however long it takes. */
  const call = Effect.fnUntraced(function* (texts: Texts, bytes: Uint8Array, since: number) {
    const name = dialect.callOf(texts)
    const call = calls.get(name)
    if (call === undefined) return refuse({ is: "unknown call", call: name }, texts)
    const request = yield* Effect.result(call.decode(texts))
    if (request._tag === "Failure") return refuse(flawIn(request.failure), texts)
    const told = ({ delivered, reply }: Said) => ({
      delivered,
      reply: { ...dialect.echo(texts), ...reply }
    })
    const answered =
      call.once === undefined
        ? Effect.map(call.answer(request.success), ({ reply }) => ({
            reply,
            delivered: Effect.void
          }))
        : answerOnce(books, call, call.once, request.success, bytes)
    const patience = call.patience ?? dialect.patience
    const waited = Duration.subtract(
      patience,
      Duration.millis((yield* Clock.currentTimeMillis) - since)
    )
    const done = yield* unlessOver(answered, waited).pipe(
      Effect.catchTag("KeyReused", () => Effect.succeed(Option.some(refuse({ is: "reused" }))))
    )
    if (Option.isSome(done)) return told(done.value)
    if (call.pending === undefined) return refuse({ is: "running", waited: patience }, texts)
    const reply = yield* call.pending(request.success, patience)
    return told({ reply, delivered: Effect.void })
  })

  const answer = Effect.fnUntraced(function* (message: Framed | Unframed) {
    const since = yield* Clock.currentTimeMillis
    const texts = yield* Effect.result(read(message))
    if (texts._tag === "Failure") return yield* say(refuse(texts.failure))
    const { bytes } = message as Framed
    const to = elsewhere?.(texts.success)
    if (to === undefined) {
      const said = call(texts.success, bytes, since)
      return yield* say(yield* Effect.catchCause(said, failed(texts.success)))
    }
    const handed = yield* Effect.result(handOn(transport, to, bytes, dialect.patience))
    return handed._tag === "Success"
      ? ({ bytes: handed.success, delivered: Effect.void } satisfies Reply)
      : yield* say(refuse(handed.failure, texts.success))
  })

  /** A fault of ours is said as one; the details are for our log, not for the cashier. */
  const failed = (texts?: Texts) => (cause: Cause.Cause<never>) =>
    Effect.as(
      Effect.logError("A call could not be answered", cause),
      refuse({ is: "failed" }, texts)
    )

  const safe = (message: Framed | Unframed) =>
    Effect.catchCause(answer(message), (cause) => Effect.flatMap(failed()(cause), say))

  return (message) => Effect.provide(safe(message), context)
})

const flawIn = (error: Schema.SchemaError): Problem => {
  const flaw = malformed(error)
  return flaw.step === "signature" ? { is: "wrong signature" } : { is: "malformed", ...flaw }
}
