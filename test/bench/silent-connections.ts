/**
 * What 5,000 sockets that say nothing do to those that speak: the 99th percentile of a request at a crowded door and at an
 * empty one, in turns, and their ratio (2 at most). `node test/bench/silent-connections.ts`
 */
import { once } from "node:events"
import { connect, type Socket } from "node:net"
import { SilentCrowd } from "../support/silent-crowd.ts"

const rounds = 7
const speakers = 8
const requests = 2000
const request = "POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello"

const ask = async (socket: Socket): Promise<number> => {
  const start = performance.now()
  socket.write(request)
  await once(socket, "data")
  return performance.now() - start
}

/** Milliseconds below which 99 of 100 requests are answered. */
const slowest = async (port: number): Promise<number> => {
  const times: Array<number> = []
  const speak = async () => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true })
    await once(socket, "connect")
    for (let i = 0; i < requests; i++) times.push(await ask(socket))
    socket.destroy()
  }
  await Promise.all(Array.from({ length: speakers }, speak))
  return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN
}

const median = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

const empty = await SilentCrowd.gather()
const crowded = await SilentCrowd.gather()
const before = await crowded.memory()
await crowded.join(5000)
const memory = (await crowded.memory()) - before
await slowest(empty.port)
await slowest(crowded.port)

const alone: Array<number> = []
const among: Array<number> = []
for (let round = 0; round < rounds; round++) {
  alone.push(await slowest(empty.port))
  among.push(await slowest(crowded.port))
}
const ratio = median(among) / median(alone)
console.log(
  `5,000 silent sockets: p99 ${median(among).toFixed(2)} ms, without ${median(alone).toFixed(2)} ms, ` +
    `ratio ${ratio.toFixed(2)}, memory +${(memory / 1024 / 1024).toFixed(0)} MB, ${crowded.present} still there`
)
await empty.disperse()
await crowded.disperse()
