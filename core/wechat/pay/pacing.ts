import { Clock, Effect, Metric, Result } from "effect"
import type { Operation } from "./codes.ts"
import type { PayFailure, PayNotSent, PayRefused } from "./errors.ts"
import { type Kind, kindOf, patienceOf } from "./limits.ts"
import type { Merchant } from "./merchant.ts"
import { makePace, type Pace } from "./pace.ts"

const complaints = Metric.counter("weir_pay_too_fast_total", {
  description: "Calls that WeChat did not execute because there were too many, by kind",
  incremental: true
})

/** Refunds are taken one at a time for so long after one has failed: WeChat takes far fewer that fail. */
const CAREFUL = 60_000

interface Paces {
  readonly of: (kind: Kind) => Pace
  /** When a refund failed last. */
  failedAt: number
}

/** Keeps each merchant within WeChat's limits, so that one that is at them leaves all others as they are. */
export const makePacing = Effect.map(Effect.scope, (scope) => {
  const merchants = new Map<string, Paces>()

  const pacesOf = ({ limits, mchid }: Merchant): Paces => {
    const known = merchants.get(mchid)
    if (known !== undefined) return known
    const paces = new Map<Kind, Pace>()
    const of = (kind: Kind) => {
      const pace = paces.get(kind) ?? makePace(limits[kind], scope)
      paces.set(kind, pace)
      return pace
    }
    const made = { of, failedAt: Number.NEGATIVE_INFINITY }
    merchants.set(mchid, made)
    return made
  }

  /** Waits for this call's turn. */
  const turn = (merchant: Merchant, operation: Operation): Effect.Effect<void, PayNotSent> => {
    const kind = kindOf(operation)
    const paces = pacesOf(merchant)
    const own = paces.of(kind).turn(patienceOf(kind))
    if (kind !== "refunds") return own
    return Effect.flatMap(Effect.andThen(own, Clock.currentTimeMillis), (now) =>
      isCareful(paces, now)
        ? paces.of("failingRefunds").turn(patienceOf("failingRefunds"))
        : Effect.void
    )
  }

  /** Learns from what came of a call. */
  const learn = Effect.fnUntraced(function* <A>(
    merchant: Merchant,
    operation: Operation,
    outcome: Result.Result<A, PayFailure>
  ) {
    const kind = kindOf(operation)
    const refusal = Result.isFailure(outcome) ? outcome.failure : undefined
    if (refusal === undefined && kind !== "refunds") return
    const paces = pacesOf(merchant)
    const now = yield* Clock.currentTimeMillis
    if (kind === "refunds") {
      if (refusal?._tag === "PayRefused") paces.failedAt = now
      else if (isCareful(paces, now)) paces.of("failingRefunds").giveBack()
    }
    if (refusal?._tag !== "PayRefused" || !isTooFast(refusal)) return
    paces.of(kind).slow(now)
    yield* Metric.update(Metric.withAttributes(complaints, { kind }), 1)
  })

  return { turn, learn }
})

/** Version 2 says it by its code alone. */
const isTooFast = ({ code, status }: PayRefused) => status === 429 || code === "FREQUENCY_LIMITED"

const isCareful = ({ failedAt }: Paces, now: number) => now - failedAt < CAREFUL
