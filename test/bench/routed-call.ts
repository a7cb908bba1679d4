/**
 * What a routed, validated JSON call costs on a door of ours, measured against the barest Hono: CPU time of the server per request.
 * Servers take turns in short slices under the same load, so that a noisy machine is noisy to all.
 *
 * `node test/bench/routed-call.ts [rounds]`
 */
import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { connect } from "node:net"
import { serve } from "@hono/node-server"
import { Context, Effect, Layer, Schema } from "effect"
import { Hono } from "hono"
import type { Carried } from "../../core/http/app.ts"
import { mount } from "../../core/http/bridge.ts"
import { publicApp } from "../../core/http/doors.ts"
import { requestIdOf } from "../../core/http/request-id.ts"
import { layer } from "../../core/observability/logger.ts"
import { route } from "../../core/plugin/route.ts"

const sale = {
  store: "S0001",
  till: "T03",
  ticket: "20261124-000123",
  amount: 12850,
  code: "134567890123456789",
  date: "2026-11-24",
  cashier: "00017"
}
const body = JSON.stringify(sale)

const routes = [
  route.post("/sales", {
    input: {
      store: Schema.String,
      till: Schema.String,
      ticket: Schema.String,
      amount: Schema.Int.check(Schema.isGreaterThan(0)),
      code: Schema.String.check(Schema.isPattern(/^1[0-5]\d{16}$/)),
      date: Schema.String,
      cashier: Schema.String
    },
    output: Schema.Struct({ ticket: Schema.String, state: Schema.String, amount: Schema.Int }),
    handle: ({ ticket, amount }) => Effect.succeed({ ticket, state: "paid", amount })
  })
] as const

type Served = { readonly fetch: (request: Request) => Response | Promise<Response> }

const servers: Readonly<Record<string, () => Promise<Served>>> = {
  "bare Hono": async () =>
    new Hono().post("/pos/sales", async (c) => {
      const { ticket, amount } = await c.req.json<typeof sale>()
      return c.json({ ticket, state: "paid", amount })
    }),

  "Hono and Schema, wired by hand": async () => {
    const [{ input, output }] = routes
    const decode = Schema.decodeUnknownSync(input)
    const encode = Schema.encodeUnknownSync(output)
    return new Hono().post("/pos/sales", async (c) => {
      const { ticket, amount } = decode(await c.req.json()) as typeof sale
      return c.json(encode({ ticket, state: "paid", amount }))
    })
  },

  "validated route": async () => {
    const app = new Hono<Carried>()
    mount(app, "/pos", routes, Context.empty())
    const idOf = requestIdOf(Context.empty())
    const arrived = { client: undefined, route: undefined, bytes: undefined }
    return {
      fetch: (request) => app.fetch(request, { ...arrived, requestId: idOf(request, undefined) })
    }
  },

  "public door, with log and metrics": async () => {
    const context = await Effect.runPromise(Effect.scoped(Layer.build(layer("json"))))
    const app = publicApp(context)
    mount(app, "/pos", routes, context)
    return app
  }
}

// --- A server, in a process of its own -------------------------------------------------------------------------------

const beServer = async (name: string) => {
  const app = await servers[name]?.()
  if (app === undefined) throw new Error(`no server is called ${name}`)
  serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, ({ port }) => process.send?.(port))
  process.on("disconnect", () => process.exit())
  process.on("message", () => {
    const { user, system } = process.cpuUsage()
    process.send?.(user + system)
  })
}

const start = async (name: string) => {
  const child = fork(import.meta.filename, ["serve", name], {
    stdio: ["ignore", "ignore", "inherit", "ipc"]
  })
  const [port] = (await once(child, "message")) as [number]
  return { child, port }
}

const cpuOf = async (child: ChildProcess) => {
  child.send("cpu")
  const [micros] = (await once(child, "message")) as [number]
  return micros
}

// --- The load --------------------------------------------------------------------------------------------------------

const request = `POST /pos/sales HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`

/** Keeps 64 connections busy for so long; tells how many answers came. */
const load = async (port: number, milliseconds: number) => {
  const until = performance.now() + milliseconds
  const callers = Array.from({ length: 64 }, () => caller(port, until))
  return (await Promise.all(callers)).reduce((sum, answers) => sum + answers, 0)
}

const caller = (port: number, until: number) =>
  new Promise<number>((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true })
    let answers = 0
    let size = 0
    let received = 0
    socket.on("connect", () => socket.write(request))
    socket.on("error", reject)
    socket.on("data", (bytes) => {
      if (received === 0) size = sizeOf(bytes.toString("latin1"))
      received += bytes.length
      if (received < size) return
      received = 0
      answers++
      if (performance.now() < until) return socket.write(request)
      socket.destroy()
      return resolve(answers)
    })
  })

/** Bytes of head and body together. */
const sizeOf = (answer: string) => {
  const body = answer.indexOf("\r\n\r\n") + 4
  const length = /\r\ncontent-length: (\d+)/i.exec(answer)?.[1]
  if (!answer.startsWith("HTTP/1.1 200 ") || length === undefined || body < 4) {
    throw new Error(`not what was asked for:\n${answer}`)
  }
  return body + Number(length)
}

// --- The comparison --------------------------------------------------------------------------------------------------

const median = (values: ReadonlyArray<number>) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const compare = async (rounds: number) => {
  const names = Object.keys(servers)
  const running = await Promise.all(names.map(start))
  for (const { port } of running) await load(port, 1_500)
  const micros = names.map((): Array<number> => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, { child, port }] of running.entries()) {
      const before = await cpuOf(child)
      const answers = await load(port, 300)
      micros[index]?.push(((await cpuOf(child)) - before) / answers)
    }
  }
  for (const { child } of running) child.kill()
  const [bare = []] = micros
  for (const [index, name] of names.entries()) {
    const own = micros[index] ?? []
    const ratio = median(own.map((value, round) => (bare[round] ?? Number.NaN) / value))
    console.log(`${name.padEnd(36)} ${median(own).toFixed(1)} µs  ${ratio.toFixed(2)} × bare Hono`)
  }
}

const [, , mode = "25", name = ""] = process.argv
await (mode === "serve" ? beServer(name) : compare(Number(mode)))
