import {
  Cause,
  Context,
  type Duration,
  Effect,
  Exit,
  Fiber,
  Predicate,
  References,
  Result
} from "effect"
import type { PublicError } from "../errors.ts"
import type { Call } from "./app.ts"
import { type Problem, problems, refuse } from "./problem.ts"
import { reply } from "./reply.ts"

/** Runs a route's handler for one request, and answers with what it returns or with why it could not. */
export type Run<R> = <A>(
  c: Call,
  handler: Effect.Effect<A, PublicError, R>,
  answer: (c: Call, value: A) => Response
) => Response | Promise<Response>

/** What a request brings besides what every request has. */
export type Brought<B> = (c: Call) => Context.Context<B>

export const runner = <R, B>(
  context: Context.Context<R>,
  brought: Brought<B> | undefined,
  timeLimit: Duration.Duration
): Run<R | B> => {
  const annotations = Context.get(context, References.CurrentLogAnnotations)
  return (c, handler, answer) => {
    const noted = Context.add(context, References.CurrentLogAnnotations, {
      ...annotations,
      request: c.env.requestId
    })
    // Where nothing is brought, nothing is needed: `B` is `never` then.
    const own = (
      brought === undefined ? noted : Context.merge(noted, brought(c))
    ) as Context.Context<R | B>
    const fiber = Effect.runForkWith(own)(handler)
    const exit = fiber.pollUnsafe()
    return exit === undefined
      ? wait(fiber, c, own, timeLimit).then((exit) => conclude(c, exit, own, answer))
      : conclude(c, exit, own, answer)
  }
}

/** Only a handler that has to wait is worth a timer and an `AbortSignal`. It ends when its time is up or the caller is gone. */
const wait = async <A, E, R>(
  fiber: Fiber.Fiber<A, E>,
  c: Call,
  context: Context.Context<R>,
  duration: Duration.Duration
): Promise<Exit.Exit<A, E | Problem>> => {
  const settled = Fiber.await(fiber).pipe(
    Effect.timeoutOrElse({ duration, orElse: () => Effect.succeed(late) }),
    Effect.ensuring(Effect.sync(() => fiber.interruptUnsafe()))
  )
  const exit = await Effect.runPromiseExitWith(context)(settled, { signal: c.req.raw.signal })
  return Exit.isSuccess(exit) ? exit.value : Exit.failCause(exit.cause)
}

const late = Exit.fail<Problem>(problems.tookTooLong)

const conclude = <A, R>(
  c: Call,
  exit: Exit.Exit<A, Problem>,
  context: Context.Context<R>,
  answer: (c: Call, value: A) => Response
): Response => {
  if (Exit.isSuccess(exit)) return answer(c, exit.value)
  const problem = problemIn(exit.cause)
  if (problem === problems.stopping && c.req.raw.signal.aborted) return reply(c, gone, null, {})
  if (unexpected.has(problem) || Cause.hasDies(exit.cause)) {
    Effect.runForkWith(context)(Effect.logError("a handler failed", exit.cause))
  }
  return refuse(c, problem)
}

/** Nobody hears it; it is for the log. nginx has made this number customary. */
const gone = 499

const problemIn = (cause: Cause.Cause<unknown>): Problem => {
  const failure = Cause.findError(cause)
  if (Result.isSuccess(failure) && isProblem(failure.success)) return failure.success
  if (Cause.hasInterruptsOnly(cause)) return problems.stopping
  return cause.reasons.some(isStorageFailed) ? problems.storageFailed : problems.internalError
}

const isProblem = (error: unknown): error is Problem =>
  Predicate.hasProperty(error, "_tag") &&
  Predicate.hasProperty(error, "status") &&
  Predicate.isNumber(error.status)

const isStorageFailed = (reason: Cause.Reason<unknown>): boolean =>
  Cause.isDieReason(reason) && Predicate.isTagged(reason.defect, "StorageFailed")

const unexpected: ReadonlySet<Problem> = new Set([problems.storageFailed, problems.internalError])
