import { Effect, Fiber, Latch, type Scope } from "effect"
import { makeCommit } from "./commit.ts"
import { type Engine, type Lane, type Sql, StorageFailed } from "./engine.ts"
import type { Waiting } from "./works.ts"

export type Write = <A>(work: (sql: Sql) => Promise<A>) => Effect.Effect<A>

/**
 * One loop takes all works that wait for a lane into one transaction: they share what costs most, the wait for the disk. There is no timer. One
 * turn of the event loop gathers what has already arrived, so a work that comes alone waits for nobody.
 */
export const makeWriter = Effect.fnUntraced(function* (
  engine: Engine,
  lane: Lane
): Effect.fn.Return<Write, never, Scope.Scope> {
  const commit = yield* makeCommit(engine, lane)
  const waiting: Array<Waiting> = []
  const arrived = Latch.makeUnsafe()
  let open = true

  const turn = Effect.gen(function* () {
    yield* arrived.await
    yield* Effect.yieldNow
    const batch = waiting.splice(0, engine.most)
    if (waiting.length === 0 && open) arrived.closeUnsafe()
    if (batch.length > 0) yield* commit(batch)
  })
  const loop = yield* Effect.forkDetach(
    Effect.whileLoop({ while: () => open || waiting.length > 0, body: () => turn, step: () => {} })
  )
  // What still waits is stored; that its caller may be gone undoes nothing.
  yield* Effect.addFinalizer(() => {
    open = false
    arrived.openUnsafe()
    return Fiber.await(loop)
  })

  return (work) =>
    Effect.callback((resume) => {
      if (!open) return resume(Effect.die(closed))
      waiting.push({
        run: async (sql) => {
          const value = await work(sql)
          return () => resume(Effect.succeed(value))
        },
        fail: (cause) => resume(Effect.die(cause))
      })
      arrived.openUnsafe()
    })
})

const closed = new StorageFailed({ outcome: "nothing stored", cause: "The database is closed" })
