import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { makeLanes } from "../../../../core/legacy/connection/lanes.ts"
import { settle } from "../../../support/settling.ts"

describe("requests to an old system", () => {
  const begun = (order: Array<string>, name: string, gate: Deferred.Deferred<void>) =>
    Effect.andThen(
      Effect.sync(() => void order.push(name)),
      Deferred.await(gate)
    )

  it.effect("that somebody waits for go before those in the background", () =>
    Effect.gen(function* () {
      const inTurn = yield* makeLanes({ together: 1 })
      const gate = yield* Deferred.make<void>()
      const order: Array<string> = []
      const fibers = []
      for (const name of ["first", "night 1", "night 2"])
        fibers.push(yield* Effect.forkChild(inTurn("background", begun(order, name, gate))))
      yield* settle
      fibers.push(yield* Effect.forkChild(inTurn("interactive", begun(order, "cashier", gate))))
      yield* settle
      assert.deepStrictEqual(order, ["first"])
      yield* Deferred.succeed(gate, undefined)
      yield* Fiber.joinAll(fibers)
      assert.deepStrictEqual(order, ["first", "cashier", "night 1", "night 2"])
    }).pipe(Effect.scoped)
  )

  it.effect("in the background never take the last place", () =>
    Effect.gen(function* () {
      const inTurn = yield* makeLanes({ together: 3 })
      const gate = yield* Deferred.make<void>()
      const order: Array<string> = []
      for (const name of ["1", "2", "3"])
        yield* Effect.forkChild(inTurn("background", begun(order, name, gate)))
      yield* settle
      assert.deepStrictEqual(order, ["1", "2"])
      yield* Effect.forkChild(inTurn("interactive", begun(order, "cashier", gate)))
      yield* settle
      assert.deepStrictEqual(order, ["1", "2", "cashier"])
    }).pipe(Effect.scoped)
  )

  it.effect(
    "that are given up before their turn leave no gap, and those given up in it their place",
    () =>
      Effect.gen(function* () {
        const inTurn = yield* makeLanes({ together: 1 })
        const gate = yield* Deferred.make<void>()
        const order: Array<string> = []
        const fork = (name: string) =>
          Effect.forkChild(inTurn("interactive", begun(order, name, gate)))
        const [running, waiting, last] = [yield* fork("1"), yield* fork("2"), yield* fork("3")]
        yield* settle
        yield* Fiber.interrupt(waiting)
        yield* Fiber.interrupt(running)
        yield* settle
        assert.deepStrictEqual(order, ["1", "3"])
        yield* Deferred.succeed(gate, undefined)
        yield* Fiber.join(last)
      }).pipe(Effect.scoped)
  )
})
