import { Deferred, Effect, type Scope } from "effect"
import type { Own } from "../../support/mariadb.js"
import { note } from "../counter.ts"
import type { Fault, Scene } from "../round.ts"
import type { Gateway } from "../world.ts"

/** Waits until a gateway is ready again. It is asked ever again, as a question may hang in what was broken. */
const ready = (gateway: Gateway): Effect.Effect<void> =>
  Effect.gen(function* () {
    const yes = yield* Deferred.make<void>()
    const ask = Effect.flatMap(gateway.isReady, (ready) =>
      ready ? Deferred.succeed(yes, undefined) : Effect.void
    )
    yield* Effect.forkScoped(
      Effect.forever(Effect.andThen(Effect.forkScoped(ask), Effect.sleep("50 millis")))
    )
    yield* Deferred.await(yes)
  }).pipe(Effect.timeoutOption("60 seconds"), Effect.scoped)

/** Waits until all gateways are ready, and notes how long that took. */
export const recovers = Effect.fnUntraced(function* ({ record, tally, world }: Scene) {
  const since = performance.now()
  yield* Effect.forEach(world.gateways, ready, { concurrency: "unbounded" })
  const took = performance.now() - since
  tally.recovery = Math.max(tally.recovery, took)
  note(record, `ready again after ${took.toFixed(0)} ms`)
})

/** Kills the database, lets it be away for a moment, starts it again; so many times. Some of the times it only stands still. */
export const databaseDies =
  (own: Own, count: number): Fault =>
  (scene): Effect.Effect<void, never, Scope.Scope> =>
    Effect.gen(function* () {
      const { chance, record, tally } = scene
      for (let done = 0; done < count; done++) {
        yield* Effect.sleep(chance.between(500, 3_000))
        const stands = chance.happens(0.2)
        own.signal(stands ? "SIGSTOP" : "SIGKILL")
        note(record, `the database ${stands ? "stands still" : "is killed"}`)
        if (!stands) yield* Effect.promise(own.ended)
        yield* Effect.sleep(chance.between(0, 2_000))
        if (stands) own.signal("SIGCONT")
        else if (!(yield* Effect.promise(own.start))) return yield* Effect.die("No database")
        tally.databases++
        note(record, "the database is up")
        yield* recovers(scene)
      }
    })
