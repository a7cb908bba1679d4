import { once } from "node:events"
import { existsSync, readFileSync } from "node:fs"
import { connect, type Socket } from "node:net"
import { Effect } from "effect"

/** How many files and sockets a process of this machine may have open; 0 where the system does not say. */
export const mostOpen = existsSync("/proc/self/limits")
  ? Number(/^Max open files +(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8"))?.[1])
  : 0

/** Sockets that connect to a port and say nothing, until the scope ends; tells how many of them are still let in. */
export const crowd = Effect.fnUntraced(function* (port: number, count: number) {
  const sockets = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const all: Array<Socket> = []
      while (all.length < count) {
        const some = Array.from({ length: Math.min(100, count - all.length) }, () =>
          connect(port, "127.0.0.1")
        )
        await Promise.all(some.map((socket) => once(socket, "connect")))
        all.push(...some)
      }
      return all
    }),
    (sockets) =>
      Effect.sync(() => {
        for (const socket of sockets) socket.destroy()
      })
  )
  return {
    present: Effect.sync(() => sockets.filter(({ readyState }) => readyState === "open").length)
  }
})
