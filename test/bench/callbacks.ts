/**
 * What a push of WeChat's costs on the public door: verified, decrypted, read, stored with the events it becomes, answered. Pushes a
 * second and how long each takes with 64 on their way at once, with 200 a second, and alone; beside them, on the same door, a write of
 * one row and no write at all, which show what part of a push's time the durable commit is. All share the machine.
 *
 * `node test/bench/callbacks.ts [rounds]`; on MariaDB too where `WEIR_TEST_MARIADB_URL` names one.
 */
import { type ChildProcess, fork } from "node:child_process"
import { randomInt } from "node:crypto"
import { once } from "node:events"
import { connect } from "node:net"
import { setTimeout } from "node:timers/promises"
import { serve } from "@hono/node-server"
import { Effect } from "effect"
import { keyOf, seal, signatureOf } from "../../core/wechat/callback/crypto.ts"
import { temporaryFile } from "../support/database.ts"
import { mariadb, temporaryDatabaseOn } from "../support/server.ts"
import { account } from "./callbacks/account.ts"
import { openDoor } from "./callbacks/door.ts"

const rounds = Number(process.argv[2] ?? 5)
const goal = 100

// --- The server, in a process of its own ---------------------------------------------------------------------------------

const beServer = (url: string) =>
  Effect.runPromise(
    Effect.gen(function* () {
      const app = yield* openDoor(url)
      serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) =>
        process.send?.(port)
      )
      process.on("message", () => {
        const { system, user } = process.cpuUsage()
        process.send?.(user + system)
      })
      yield* Effect.promise(() => once(process, "disconnect"))
    }).pipe(Effect.scoped)
  ).finally(() => process.exit())

const start = async (url: string) => {
  const child = fork(import.meta.filename, ["serve", url], {
    stdio: ["ignore", "ignore", "inherit", "ipc"]
  })
  const [port] = (await once(child, "message")) as [number]
  return { child, port }
}

// --- WeChat ----------------------------------------------------------------------------------------------------------------

const key = keyOf(account.aesKey)
let messages = randomInt(1_000_000_000)

/** A message of a person of its own, packed as WeChat packs it. */
const push = (type: "text" | "image"): string => {
  const now = performance.timeOrigin + performance.now()
  const id = messages++
  const [timestamp, nonce] = [String(Math.floor(now / 1000)), String(id)]
  const text =
    `<xml><ToUserName><![CDATA[${account.originalId}]]></ToUserName><FromUserName><![CDATA[o${id}]]></FromUserName>` +
    `<CreateTime>${timestamp}</CreateTime><MsgType><![CDATA[${type}]]></MsgType>` +
    (type === "text"
      ? "<Content><![CDATA[你们几点开门？]]></Content>"
      : "<PicUrl><![CDATA[http://mmbiz.test/1]]></PicUrl><MediaId><![CDATA[M1]]></MediaId>") +
    `<MsgId>${id}</MsgId></xml>`
  const encrypted = seal(text, { appid: account.appid, key })
  const query = new URLSearchParams({
    signature: signatureOf(account.token, timestamp, nonce),
    timestamp,
    nonce,
    encrypt_type: "aes",
    msg_signature: signatureOf(account.token, timestamp, nonce, encrypted)
  })
  const body = `<xml><ToUserName><![CDATA[${account.originalId}]]></ToUserName><Encrypt><![CDATA[${encrypted}]]></Encrypt></xml>`
  return request(`/wechat/callback/${account.name}?${query}`, body)
}

const request = (target: string, body: string) =>
  `POST ${target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: text/xml\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

const kinds = {
  /** That no plugin subscribed to. */
  push: () => push("image"),
  /** With the event that a plugin then acts upon. */
  "push and event": () => push("text"),
  "one row written": () => request("/row", ""),
  "nothing written": () => request("/nothing", "")
} as const
type Kind = keyof typeof kinds

// --- The load ----------------------------------------------------------------------------------------------------------------

/** One kept-alive connection: asks, and says after how many milliseconds it was answered. */
const open = async (port: number) => {
  const socket = connect({ port, host: "127.0.0.1", noDelay: true })
  await once(socket, "connect")
  return {
    ask: (request: string) =>
      new Promise<number>((resolve, reject) => {
        const begin = performance.now()
        socket.once("data", (bytes) => {
          const answer = bytes.toString("latin1")
          if (answer.startsWith("HTTP/1.1 200 ") && answer.endsWith("success"))
            resolve(performance.now() - begin)
          else reject(new Error(`Not what was asked for:\n${answer}`))
        })
        socket.write(request)
      }),
    close: () => socket.destroy()
  }
}

interface Server {
  readonly child: ChildProcess
  readonly port: number
}

interface Seen {
  readonly perSecond: number
  /** Of the server, in microseconds a request; what a plugin then does about a push is in it. */
  readonly cpu: number
  readonly times: ReadonlyArray<number>
}

const cpuOf = async (child: ChildProcess) => {
  child.send("cpu")
  const [micros] = (await once(child, "message")) as [number]
  return micros
}

/** As many as go with so many on their way at once. */
const press = async ({ child, port }: Server, kind: Kind, together: number, time: number) => {
  const lines = await Promise.all(Array.from({ length: together }, () => open(port)))
  const times: Array<number> = []
  const before = await cpuOf(child)
  const begin = performance.now()
  await Promise.all(
    lines.map(async ({ ask, close }) => {
      while (performance.now() - begin < time) times.push(await ask(kinds[kind]()))
      close()
    })
  )
  const perSecond = (1_000 * times.length) / (performance.now() - begin)
  return { perSecond, times, cpu: ((await cpuOf(child)) - before) / times.length } satisfies Seen
}

/** So many a second, each when it is due, on a line that is free; what has to wait for one, waits. */
const pace = async (port: number, perSecond: number, milliseconds: number) => {
  const lines = await Promise.all(Array.from({ length: 64 }, () => open(port)))
  const begin = performance.now()
  let next = 0
  const times: Array<number> = []
  await Promise.all(
    lines.map(async ({ ask, close }) => {
      for (;;) {
        const due = begin + (1_000 * next++) / perSecond
        if (due > begin + milliseconds) return close()
        if (due > performance.now()) await setTimeout(due - performance.now())
        await ask(kinds.push())
        times.push(performance.now() - due)
      }
    })
  )
  return times
}

const at = (times: ReadonlyArray<number>, share: number) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * share))] ??
  Number.NaN

const compare = async (database: string, server: Server) => {
  await press(server, "push", 64, 1_500)
  const alone = new Map<Kind, Array<number>>()
  const crowd = new Map<Kind, Array<Seen>>()
  for (let round = 0; round < rounds; round++)
    for (const kind of Object.keys(kinds) as Array<Kind>) {
      alone.set(kind, [...(alone.get(kind) ?? []), ...(await press(server, kind, 1, 400)).times])
      crowd.set(kind, [...(crowd.get(kind) ?? []), await press(server, kind, 64, 600)])
    }
  const paced = await pace(server.port, 200, 5_000)
  server.child.kill()

  const time = (kind: Kind) => at(alone.get(kind) ?? [], 0.5)
  const [row, nothing] = [time("one row written"), time("nothing written")]
  const median = (of: (seen: Seen) => number) => (kind: Kind) =>
    at(crowd.get(kind)?.map(of) ?? [], 0.5)
  const rate = median(({ perSecond }) => perSecond)
  const cpu = median(({ cpu }) => cpu)
  const times = crowd.get("push")?.flatMap(({ times }) => times) ?? []
  const p99 = at(paced, 0.99)
  console.log(`${database}
  64 at once     ${rate("push").toFixed(0)}/s, p50 ${at(times, 0.5).toFixed(1)} ms, p99 ${at(times, 0.99).toFixed(1)} ms, CPU ${cpu("push").toFixed(0)} µs
  and event      ${rate("push and event").toFixed(0)}/s, CPU ${cpu("push and event").toFixed(0)} µs, what the plugin does included
  one row        ${rate("one row written").toFixed(0)}/s, CPU ${cpu("one row written").toFixed(0)} µs; nothing ${rate("nothing written").toFixed(0)}/s, ${cpu("nothing written").toFixed(0)} µs
  200 a second   p50 ${at(paced, 0.5).toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, goal ${goal} ms: ${p99 <= goal ? "met" : "MISSED"}
  alone          ${time("push").toFixed(2)} ms; one row ${row.toFixed(2)} ms, nothing ${nothing.toFixed(2)} ms: the durable commit is ${((100 * (row - nothing)) / time("push")).toFixed(0)} % of it`)
}

const [, , mode, url = ""] = process.argv
if (mode === "serve") await beServer(url)
else
  await Effect.runPromise(
    Effect.gen(function* () {
      const file = `sqlite:${yield* temporaryFile}`
      yield* Effect.promise(async () => compare("SQLite", await start(file)))
      if (mariadb === "") return console.log("MariaDB: WEIR_TEST_MARIADB_URL is not set")
      const server = yield* temporaryDatabaseOn(mariadb)
      yield* Effect.promise(async () => compare("MariaDB", await start(server)))
    }).pipe(Effect.scoped)
  )
