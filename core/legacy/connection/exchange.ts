import { Clock, Duration, Effect, Result, type Scope } from "effect"
import * as CircuitBreaker from "effect/persistence/CircuitBreaker"
import { NoAnswer, NotSent, Transport } from "../../transport.ts"
import type { AnyErrand } from "./errand.ts"
import { NotReached } from "./failures.ts"
import { type Lane, makeLanes } from "./lanes.ts"
import { report } from "./report.ts"
import { type Heard, type Posted, readAnswer, type Verdict } from "./server-dialect.ts"
import { makeSessions, type Opened } from "./sessions.ts"
import type { ConnectionSettings } from "./settings.ts"

/** How an errand is run. */
export interface Running {
  readonly lane: Lane
  /** Done just before the request leaves, every time one does; what it fails with ends the errand unsent. */
  readonly leaving?: Effect.Effect<void, NotSent>
  /** It may have been done before: it is looked up first. */
  readonly doubtful?: boolean
}

/** What one exchange came to; an answer only where the verdict is ok. */
interface Said {
  readonly verdict: Verdict
  readonly answer?: unknown
}

/** Says an errand once, and what came of it. */
export type Once = (
  errand: AnyErrand,
  body: Uint8Array,
  how: Running
) => Effect.Effect<Said, NotReached>

/** Sends over one connection: in its turn, with the session there is, unless the old system has not answered lately. */
export const makeOnce = Effect.fnUntraced(function* (
  name: string,
  settings: ConnectionSettings
): Effect.fn.Return<Once, never, Transport | Scope.Scope> {
  const transport = yield* Transport
  const { dialect, limits = {} } = settings
  const base = settings.address.href.replace(/\/$/, "")
  const { host } = settings.address
  const inTurn = yield* makeLanes(limits)
  const breaker = yield* CircuitBreaker.make({
    tripPolicy: CircuitBreaker.consecutive(limits.failures ?? 5),
    openDuration: limits.rest ?? "15 seconds"
  }).pipe(Effect.provide(CircuitBreaker.layerStoreMemory()))
  const key = `${name} ${host}`

  const exchange = (
    posted: Posted,
    patience: Duration.Input
  ): Effect.Effect<Heard, NotSent | NoAnswer> =>
    transport.exchange({
      method: posted.method,
      url: base + posted.target,
      headers: posted.headers,
      ...(posted.method !== "GET" && { body: posted.body }),
      timeout: patience,
      maxBytes: limits.maxBytes ?? 1 << 20,
      lenient: settings.lenient ?? false
    })

  /** Also what is no answer of this dialect at all counts as a failure: a proxy's page means that the server is away. */
  const guarded = <A extends Said>(work: Effect.Effect<A, NotSent | NoAnswer>) =>
    breaker
      .execute(work, {
        key,
        classify: (exit) => {
          const away = exit._tag === "Failure" || exit.value.verdict.is === "unknown"
          return away ? CircuitBreaker.failure() : CircuitBreaker.success
        }
      })
      .pipe(
        Effect.catchTag("CircuitBreakerError", () =>
          Effect.fail(new NotSent({ reason: "it has not answered lately, and is left alone" }))
        )
      )

  const sessions =
    dialect.session === undefined
      ? undefined
      : makeSessions(dialect.session, (posted) => exchange(posted, dialect.patience))

  const hear = Effect.fnUntraced(function* (call: string, heard: Heard): Effect.fn.Return<Said> {
    const { answer, flaw } = yield* readAnswer(dialect, heard)
    const verdict = dialect.classify({ ...heard, call, answer })
    if (verdict.is === "ok" && answer === undefined)
      return { verdict: { is: "unknown", reason: `not an answer of ${dialect.name}` } }
    return verdict.is === "unknown" && flaw !== undefined
      ? { verdict: { is: "unknown", reason: `${verdict.reason} (${flaw})` } }
      : { verdict, answer }
  })

  /** One exchange, in its turn. */
  const say = Effect.fnUntraced(function* (
    errand: AnyErrand,
    body: Uint8Array,
    session: Opened | undefined,
    { lane, leaving = Effect.void }: Running
  ) {
    const patience = Duration.fromInputUnsafe(errand.patience ?? dialect.patience)
    const since = yield* Clock.currentTimeMillis
    let began = false
    const work = Effect.gen(function* () {
      began = true
      const now = yield* Clock.currentTimeMillis
      const left = Duration.subtract(patience, Duration.millis(now - since))
      const plain = dialect.post(errand.call, body, now)
      const posted =
        session === undefined ? plain : (dialect.session?.wear(plain, session.texts) ?? plain)
      yield* leaving
      return yield* hear(errand.call, yield* exchange(posted, left))
    })
    return yield* Effect.timeoutOrElse(inTurn(lane, guarded(work)), {
      duration: patience,
      orElse: () =>
        Effect.fail<NotSent | NoAnswer>(
          began
            ? new NoAnswer({ reason: "no whole answer in time" })
            : new NotSent({ reason: "its turn did not come in time" })
        )
    })
  })

  const sessionOf = Effect.suspend(() => {
    if (sessions === undefined) return Effect.undefined
    return sessions.get.pipe(
      Effect.catchTags({
        NotSent: ({ reason }) => new NotReached({ connection: name, reason }),
        NoAnswer: ({ reason }) =>
          new NotReached({ connection: name, reason: `no session: ${reason}` })
      }),
      Effect.flatMap((session) =>
        session === undefined
          ? new NotReached({ connection: name, reason: "it lets us not in: see its account" })
          : Effect.succeed(session)
      )
    )
  })

  /** Once, with the session there is: what came of it, and whether that session is over. */
  const once: Once = Effect.fnUntraced(function* (
    errand: AnyErrand,
    body: Uint8Array,
    how: Running
  ) {
    const session = yield* sessionOf
    const [duration, said] = yield* Effect.timed(Effect.result(say(errand, body, session, how)))
    yield* report(name, errand.name, Duration.toMillis(duration), said)
    if (Result.isSuccess(said)) {
      const { verdict } = said.success
      if (verdict.is === "session lost" && session !== undefined)
        yield* sessions?.lost(session) ?? Effect.void
      return said.success
    }
    const { _tag, reason } = said.failure
    if (_tag === "NotSent") return yield* new NotReached({ connection: name, reason })
    return { verdict: { is: "unknown", reason } } satisfies Said
  })
  return once
})
