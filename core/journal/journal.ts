import { Clock, Context, Effect, Exit, Fiber, FiberMap, Layer, Option, Schema } from "effect"
import { Database, type Sql } from "../database/database.ts"
import { Drain } from "../database/drain.ts"
import { keepLeases } from "../database/lease.ts"
import { Seal } from "../database/seal.ts"
import { type Arrival, type Entered, makeEntries } from "./entries.ts"
import { keepForgetting } from "./forgetting.ts"
import { about, brief, storedKeys } from "./keys.ts"
import * as store from "./store.ts"
import { keepWiping } from "./wiping.ts"

/** `Final` is stored and given to every later arrival of the same call; `Interim` only to those who wait now. */
export type Answer<A> =
  | { readonly _tag: "Final"; readonly reply: A }
  | { readonly _tag: "Interim"; readonly reply: A }

/** An answer that is stored and given to every later arrival. */
export const final = <A>(reply: A): Answer<A> => ({ _tag: "Final", reply })
/** An answer for those who wait now; the next arrival is answered anew. */
export const interim = <A>(reply: A): Answer<A> => ({ _tag: "Interim", reply })

/** What an arrival is answered, and the entry it belongs to. */
export interface Admitted<A> {
  readonly id: string
  readonly answer: Answer<A>
}

/** The key was used before for something else: another amount. */
export class KeyReused extends Schema.TaggedError<KeyReused>()("KeyReused", {
  operation: Schema.String
}) {
  readonly status = 409
  override readonly message = `This key of ${this.operation} was used before for something else`
}

/** What came in, once: from tills, from WeChat, from whoever may ask twice. */
export class Journal extends Context.Service<
  Journal,
  {
    /**
     * Answers an arrival once. The first is written down, then `work` runs, and goes on when its caller stops waiting. The same
     * arrival meanwhile joins it and gets the same answer; later it gets the stored final answer, or `work` runs again. `work` may run
     * more than once: after a crash, or when its answer is taken back.
     */
    once<A extends Schema.Json, R>(
      arrival: Arrival,
      work: Effect.Effect<Answer<A>, never, R>
    ): Effect.Effect<Admitted<A>, KeyReused, R>
    /**
     * Writes an arrival down inside a write, so that what follows from it can be written with it; `reply` is its final answer where
     * that is known beforehand. Without one, `once` answers it.
     */
    enter(sql: Sql, arrival: Arrival, reply?: Schema.Json): Promise<Entered>
    /** Notes that a terminal has the final answer of its entry. Only arrivals with a lane need it. */
    delivered(id: string): Effect.Effect<void>
    /** The last entry of a lane, other than `exceptKey`'s, whose final answer is not known to have been delivered. */
    undelivered(of: {
      readonly source: string
      readonly operation: string
      readonly lane: string
      readonly exceptKey: string
    }): Effect.Effect<{ readonly id: string; readonly key: string } | undefined>
  }
>()("weir/Journal") {
  static readonly layer: Layer.Layer<Journal, never, Database | Seal> = Layer.effect(
    Journal,
    Effect.gen(function* () {
      const database = yield* Database
      const seal = yield* Seal
      const entries = yield* makeEntries
      yield* keepWiping
      yield* keepForgetting
      return Journal.of({
        once: yield* makeOnce(entries),
        enter: entries.enter,
        delivered: Effect.fnUntraced(function* (id) {
          const now = yield* Clock.currentTimeMillis
          yield* database.write(`journal:${id}`, (sql) => store.deliver(sql, id, now))
        }),
        undelivered: Effect.fnUntraced(function* ({ exceptKey, lane, operation, source }) {
          const of = { source, operation, lane: brief(lane) }
          const row = yield* database.read((sql) =>
            store.findUndelivered(sql, of, storedKeys(exceptKey))
          )
          return row && { id: row.id, key: keyOf(seal, row) }
        })
      })
    })
  )
}

const makeOnce = Effect.fnUntraced(function* ({
  admit,
  finish,
  release
}: Effect.Success<typeof makeEntries>) {
  const hold = yield* makeHold(release)
  const running = yield* FiberMap.make<string, Admitted<Schema.Json>, KeyReused>()
  const drain = yield* Drain
  yield* Effect.addFinalizer(() =>
    Effect.ignore(Effect.timeoutOption(FiberMap.awaitEmpty(running), drain))
  )

  /** The answer of `work`; `undefined`: somebody else has taken the entry up, or taken its answer back. */
  const answer = Effect.fnUntraced(function* <A extends Schema.Json, R>(
    lease: store.Lease,
    arrival: Arrival,
    work: Effect.Effect<Answer<A>, never, R>
  ) {
    const answer = yield* work
    if (answer._tag === "Final")
      return (yield* finish(lease, arrival, answer.reply)) ? answer : undefined
    yield* release(lease)
    return answer
  })

  const settle = Effect.fnUntraced(function* <A extends Schema.Json, R>(
    arrival: Arrival,
    work: Effect.Effect<Answer<A>, never, R>
  ): Effect.fn.Return<Admitted<A>, KeyReused, R> {
    while (true) {
      const admission = yield* admit(arrival)
      switch (admission.is) {
        case "differs":
          return yield* new KeyReused({ operation: arrival.operation })
        case "answered":
          // An operation's replies have one type, those of yesterday too.
          return { id: admission.id, answer: final(admission.reply as A) }
        case "held":
          yield* Effect.sleep("200 millis")
          break
        case "ours": {
          const { lease } = admission
          const given = yield* hold(lease, answer(lease, arrival, work))
          if (given !== undefined) return { id: lease.id, answer: given }
        }
      }
    }
  })

  return <A extends Schema.Json, R>(
    arrival: Arrival,
    work: Effect.Effect<Answer<A>, never, R>
  ): Effect.Effect<Admitted<A>, KeyReused, R> =>
    Effect.suspend(() => {
      const { key, operation, same, source } = arrival
      const call = JSON.stringify([source, operation, key, same])
      const joined = Option.getOrUndefined(FiberMap.getUnsafe(running, call))
      const fiber =
        joined === undefined
          ? FiberMap.run(running, call, settle(arrival, work))
          : Effect.succeed(joined)
      return Effect.flatMap(fiber, Fiber.join) as Effect.Effect<Admitted<A>, KeyReused, R>
    })
})

/** Keeps leases alive while something runs under them, and gives them back when it ends without an answer. */
const makeHold = Effect.fnUntraced(function* (
  release: (lease: store.Lease) => Effect.Effect<unknown>
) {
  const database = yield* Database
  const held = new Set<store.Lease>()
  const renewAll = (until: number) =>
    database.write("journal", async (sql) => {
      for (const lease of held) await store.renew(sql, lease, until)
    })
  yield* keepLeases((until) => (held.size === 0 ? Effect.void : renewAll(until)))

  return <A, R>(lease: store.Lease, run: Effect.Effect<A, never, R>) =>
    Effect.acquireUseRelease(
      Effect.sync(() => held.add(lease)),
      () => run,
      (_, exit) => {
        held.delete(lease)
        return Exit.isSuccess(exit) ? Effect.void : Effect.ignoreCause(release(lease))
      }
    )
})

const keyOf = (
  seal: Seal["Service"],
  row: Pick<store.EntryRow, "id" | "entry_key" | "sealed_key">
) =>
  row.sealed_key === null
    ? row.entry_key
    : utf8.decode(seal.open(row.sealed_key, about("key", row.id)))

const utf8 = new TextDecoder()
