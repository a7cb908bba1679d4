import { connect, type Socket } from "node:net"
import { Effect } from "effect"
import type { World } from "../plugin/play.ts"
import { NoAnswer, NotSent } from "../transport.ts"

/** One question, one connection: sends all, says that it is all, and takes what comes back. */
export const tcp: World["tcp"] = ({ bytes, expect, host, port, timeout }) =>
  Effect.acquireUseRelease(
    Effect.sync(() => connect({ host, port, allowHalfOpen: true })),
    (socket) => exchange(socket, bytes, expect),
    (socket) => Effect.sync(() => socket.destroy())
  ).pipe(
    Effect.timeoutOrElse({
      duration: timeout,
      orElse: () => Effect.fail(new NoAnswer({ reason: "no whole answer in time" }))
    })
  )

const exchange = (socket: Socket, bytes: Uint8Array, expect: number | undefined) =>
  Effect.callback<Uint8Array, NotSent | NoAnswer>((resume) => {
    let answer = Buffer.alloc(0)
    let sent = false
    const lose = (reason: string) =>
      resume(Effect.fail(sent ? new NoAnswer({ reason }) : new NotSent({ reason })))
    socket.once("connect", () => {
      sent = true
      socket.end(bytes)
    })
    socket.on("data", (chunk) => {
      answer = Buffer.concat([answer, chunk])
      if (expect !== undefined && answer.length >= expect)
        resume(Effect.succeed(answer.subarray(0, expect)))
    })
    socket.once("end", () => {
      if (expect === undefined) resume(Effect.succeed(answer))
      else lose(`${answer.length} bytes came, ${expect} were expected`)
    })
    socket.once("error", ({ message }) => lose(message))
  })
