/** A legacy door in a process of its own: tells its port, and on any message its memory in bytes. */
import { Effect } from "effect"
import { Front } from "../../core/legacy/front.ts"
import { echo } from "./raw-peer.ts"

const door = Effect.gen(function* () {
  const { port } = yield* Front.listen({
    host: "127.0.0.1",
    port: 0,
    routes: [{ method: "POST", path: "/echo", answer: echo().answer }]
  })
  process.on("message", () => {
    globalThis.gc?.()
    process.send?.(process.memoryUsage().rss)
  })
  process.on("disconnect", () => process.exit())
  process.send?.(port)
  return yield* Effect.never
})

await Effect.runPromise(Effect.scoped(door))
