import { once } from "node:events"
import { connect, createServer, type Server, type Socket } from "node:net"
import { Effect } from "effect"

/**
 * What becomes of a COMMIT on its way: `swallowed`: carried out, and nobody hears of it. `lost`: it never arrives. `late`: the line
 * breaks at once, and it arrives nevertheless, some time later. `refused`: the server is said to have met a deadlock.
 */
export type Fate = "fair" | "swallowed" | "lost" | "late" | "refused"

/** A line to a server that can break at the worst of moments. */
export interface Line {
  readonly url: string
  /** What becomes of each COMMIT from now on; once all have met theirs, the line is fair again. */
  readonly fates: Array<Fate>
  /** How long a late COMMIT is under way, in milliseconds. */
  late: number
}

/** An error packet: number 1213, "Deadlock found". */
const deadlock = (() => {
  const text = Buffer.from("\xbd\x04#40001Deadlock found", "latin1")
  return Buffer.concat([Buffer.from([text.length + 1, 0, 0, 1, 0xff]), text])
})()

/** A command packet is its length, a number, and 3 for a statement as text. */
const isCommit = (bytes: Buffer) => bytes.length === 11 && bytes.toString("latin1", 5) === "commit"

const join = (line: Line, till: Socket, server: Socket) => {
  const hangUp = () => {
    till.destroy()
    server.destroy()
  }
  for (const socket of [till, server]) socket.on("error", () => {}).on("close", hangUp)
  const answers = (bytes: Buffer) => till.write(bytes)
  server.on("data", answers)
  till.on("data", (bytes) => {
    const fate = isCommit(bytes) ? (line.fates.shift() ?? "fair") : "fair"
    if (fate === "lost") return hangUp()
    if (fate === "refused") {
      till.write(deadlock)
      return server.destroy()
    }
    if (fate === "swallowed") server.off("data", answers).once("data", hangUp)
    if (fate !== "late") return server.write(bytes)
    till.off("close", hangUp).destroy()
    setTimeout(() => server.write(bytes), line.late)
    server.once("data", hangUp)
  })
}

/** Opens a line to a server, for as long as the test lasts. */
export const openLine = (to: string) =>
  Effect.gen(function* () {
    const { hostname, port } = new URL(to)
    const line: Line = { url: "", fates: [], late: 300 }
    const server = yield* Effect.acquireRelease(
      Effect.promise(async () => {
        const server: Server = createServer((till) =>
          join(line, till, connect({ host: hostname, port: Number(port), noDelay: true }))
        ).listen(0, "127.0.0.1")
        await once(server, "listening")
        return server
      }),
      (server) => Effect.sync(() => server.close())
    )
    const address = server.address()
    const url = new URL(to)
    url.port = String(typeof address === "object" ? address?.port : "")
    return Object.assign(line, { url: url.href })
  })
