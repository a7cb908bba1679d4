import { Context, Duration, Effect, Layer, Option, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Drain } from "../../core/database/drain.ts"
import { Seal } from "../../core/database/seal.ts"
import { textIn } from "../../core/legacy/codec/charset.ts"
import { json } from "../../core/legacy/codec/json.ts"
import {
  type Connection,
  Connections,
  connection
} from "../../core/legacy/connection/connections.ts"
import { errand, lookUp } from "../../core/legacy/connection/errand.ts"
import { connectionMigrations } from "../../core/legacy/connection/migrations.ts"
import {
  type Judged,
  serverDialect,
  type Verdict
} from "../../core/legacy/connection/server-dialect.ts"
import type { ConnectionLimits } from "../../core/legacy/connection/settings.ts"
import type { ToldHandler } from "../../core/legacy/connection/telling.ts"
import { taskMigrations } from "../../core/tasks/migrations.ts"
import { Tasks } from "../../core/tasks/tasks.ts"
import { todoMigrations } from "../../core/tasks/todos.ts"
import { Transport } from "../../core/transport.ts"
import { databaseIn, type Kind, noteMigrations } from "./database.ts"
import { carry, type Network } from "./network.ts"
import { noon } from "./wechat-sandbox.ts"

const Json = textIn("utf-8").pipe(Schema.decodeTo(json()))

const Answer = textIn("utf-8").pipe(
  Schema.decodeTo(json()),
  Schema.decodeTo(
    Schema.Struct({
      code: Schema.Int,
      msg: Schema.optionalKey(Schema.String),
      bill: Schema.optionalKey(Schema.Struct({ no: Schema.String, amount: Schema.Int }))
    })
  )
)

const classify = ({ answer }: Judged<typeof Answer.Type>): Verdict => {
  if (answer === undefined) return { is: "unknown", reason: "no JSON of this ERP" }
  if (answer.code === 0) return { is: "ok" }
  if (answer.code === 401) return { is: "session lost", certain: false }
  if (answer.code === 503) return { is: "retryable", reason: "busy" }
  return { is: "refused", reason: answer.msg ?? String(answer.code) }
}

/** A made-up ERP: JSON, a cookie for a session, everything inside HTTP 200. */
const erpDialect = serverDialect({
  name: "erp",
  patience: Duration.seconds(10),
  request: Json,
  reply: Answer,
  post: (call, body) => ({
    method: "POST",
    target: `/${call}`,
    headers: { "content-type": "application/json" },
    body
  }),
  callOf: ({ target }) => target.slice(1),
  classify,
  session: {
    open: (send) =>
      Effect.map(
        send({ method: "POST", target: "/login", headers: {}, body: Buffer.from("{}") }),
        ({ headers }) => {
          const cookie = headers["set-cookie"]
          return cookie === undefined ? undefined : { cookie }
        }
      ),
    wear: (posted, { cookie = "" }) => ({ ...posted, headers: { ...posted.headers, cookie } })
  }
})

const Bill = Schema.Struct({ no: Schema.String, amount: Schema.Int })
const Done = Schema.Struct({ bill: Schema.optionalKey(Bill) })

export const view = errand("view", {
  call: "view",
  request: Schema.Struct({ no: Schema.String }),
  reply: Done
})

export const save = errand("save", {
  call: "save",
  request: Bill,
  reply: Done,
  writes: {
    key: ({ no }) => [no],
    lookUp: ({ no }) =>
      lookUp(view, { no }, (answer) =>
        answer.bill === undefined ? Option.none() : Option.some(answer)
      )
  }
})

export class Erp extends Context.Service<Erp, Connection>()("test/Erp") {}

/** What the fake does with the next requests of a path. */
type Fault = "lost session" | "html" | "refuse" | "busy" | "break" | "swallow" | "dead" | "hang"

/** An ERP with a ledger of its own. */
export const openErp = (host: string, network: Network) => {
  const bills: Array<{ readonly no: string; readonly amount: number }> = []
  const seen: Array<string> = []
  const faults: Array<readonly [path: string, fault: Fault]> = []
  let sessions = 0
  let current = ""
  const say = (body: object, headers = {}) => new Response(JSON.stringify(body), { headers })
  const silence = new Response("", { headers: { "x-sandbox-connection": "reset" } })

  const act = async (path: string, request: Request): Promise<Response> => {
    if (path === "login") {
      sessions += 1
      current = `sid=${sessions}`
      return say({}, { "set-cookie": current })
    }
    if (request.headers.get("cookie") !== current) return say({ code: 401 })
    const body = (await request.json()) as { no: string; amount: number }
    const bill = bills.find(({ no }) => no === body.no)
    if (path === "view") return say({ code: 0, ...(bill && { bill }) })
    bills.push(body)
    return say({ code: 0, bill: body })
  }

  network.hosts.set(host, async (request) => {
    const path = new URL(request.url).pathname.slice(1)
    seen.push(path)
    const at = faults.findIndex(([struck]) => struck === path || struck === "*")
    const fault = at < 0 ? undefined : faults[at]?.[1]
    if (at >= 0 && fault !== "dead") faults.splice(at, 1)
    switch (fault) {
      case "lost session":
        current = "gone"
        return say({ code: 401 })
      case "html":
        return new Response("<html>IIS: Server Error</html>")
      case "refuse":
        return say({ code: 8, msg: "客户编码不存在" })
      case "busy":
        return say({ code: 503 })
      case "break":
        await act(path, request)
        return silence.clone()
      case "swallow":
      case "dead":
        return silence.clone()
      default:
        return act(path, request)
    }
  })
  return {
    bills,
    seen,
    fault: (path: string, ...all: ReadonlyArray<Fault>) =>
      void faults.push(...all.map((fault) => [path, fault] as const)),
    heal: () => void faults.splice(0),
    get sessions() {
      return sessions
    },
    forgetSession: () => {
      current = "gone"
    }
  }
}

const key = Buffer.alloc(32, 7).toString("base64")

/** What connections stand on, with a network in which they meet old systems. */
export const ground = (database: Kind, network: Network) =>
  Layer.unwrap(
    Effect.map(database.place, (url) =>
      Layer.fresh(Connections.layer).pipe(
        Layer.provideMerge(Tasks.layer),
        Layer.provideMerge(
          databaseIn(url, [
            ...noteMigrations,
            ...taskMigrations,
            ...todoMigrations,
            ...connectionMigrations
          ])
        ),
        Layer.provideMerge(Seal.layer(Redacted.make(key))),
        Layer.provide(Layer.succeed(Drain, 0)),
        Layer.provide(
          Layer.succeed(Transport, Transport.of({ exchange: (it) => carry(network, it) }))
        )
      )
    )
  )

export const connect = Effect.fnUntraced(function* (
  host: string,
  {
    handlers = new Map(),
    limits,
    name = "erp"
  }: {
    readonly handlers?: ReadonlyMap<string, ToldHandler>
    readonly limits?: ConnectionLimits
    readonly name?: string
  } = {}
) {
  yield* TestClock.setTime(noon)
  const settings = { address: new URL(host), dialect: erpDialect, ...(limits && { limits }) }
  return yield* Connections.use(({ open }) =>
    open("test", connection(Erp, name, settings, [save]), handlers)
  )
})

export const newNetwork = (): Network => ({
  hosts: new Map(),
  sent: [],
  held: [],
  weather: () => "fair"
})
