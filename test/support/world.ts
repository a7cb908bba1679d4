import { join } from "node:path"
import {
  ConfigProvider,
  Context,
  Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Schema,
  Scope
} from "effect"
import { TestClock } from "effect/testing"
import { defineGateway, yuan } from "#core"
import { env } from "../../config/env.ts"
import { Customers } from "../../core/customers/customers.ts"
import { Database } from "../../core/database/database.ts"
import { Drain } from "../../core/database/drain.ts"
import { legacyRoutes, operatorDoor, publicDoor } from "../../core/gateway/doors.ts"
import { type Gateway, startGateway } from "../../core/gateway/gateway.ts"
import { startSandbox } from "../../core/gateway/sandboxes.ts"
import type { GatewayConfig } from "../../core/gateway/settings.ts"
import type { Answerer, Framed, Unframed } from "../../core/legacy/message.ts"
import { Stopping } from "../../core/stopping.ts"
import { openTodos } from "../../core/tasks/todos.ts"
import { Transport } from "../../core/transport.ts"
import { orderBody } from "../../core/wechat/pay/body.ts"
import { WechatPay } from "../../core/wechat/pay/client.ts"
import { Merchants } from "../../core/wechat/pay/merchants.ts"
import { Signer } from "../../core/wechat/pay/signer.ts"
import { pos } from "../../plugins/pos/index.ts"
import type { CredentialsReply } from "../../plugins/wechat-sandbox/credentials.ts"
import { wechatSandbox } from "../../plugins/wechat-sandbox/index.ts"
import { WechatSandbox } from "../../plugins/wechat-sandbox/sandbox.ts"
import { type Kind, stands } from "./database.ts"
import { carry, type Network, visit } from "./network.ts"
import { passIn, settle } from "./settling.ts"
import { keys, noon, temporaryFolder } from "./wechat-sandbox.ts"

/** What the sandbox hands out. */
type Credentials = typeof CredentialsReply.Type

const gatewayUrl = "http://weir.test"

type ServicesOf<C> = C extends Context.Context<infer R> ? R : never

/** An order in WeChat's own books. */
export interface Order {
  readonly outTradeNo: string
  readonly tradeType: string
  readonly tradeState: string
  readonly total: number
  readonly transactionId?: string
  readonly refunds: ReadonlyArray<{ readonly amount: number; readonly status: string }>
}

/**
 * A gateway with the `pos` plugin and a WeChat beside it, in one process on the test's clock. They meet by their addresses alone.
 * `restart` is what happens to a process that is killed and started again, `replace` to one that is asked to stop, for which it has `drain`.
 */
export const openWorld = Effect.fnUntraced(function* (
  database: Kind,
  options: Partial<Parameters<typeof pos>[0]> = {},
  {
    drain = Duration.zero,
    settings = () => ({}),
    since = noon
  }: {
    readonly drain?: Duration.Input
    readonly since?: number
    readonly settings?: (credentials: Credentials) => Partial<GatewayConfig>
  } = {}
) {
  yield* TestClock.setTime(since)
  const folder = yield* temporaryFolder
  const url = yield* database.place
  const network: Network = { hosts: new Map(), sent: [], held: [], weather: () => "fair" }
  const outside = Layer.mergeAll(
    Layer.succeed(Transport, Transport.of({ exchange: (request) => carry(network, request) })),
    Signer.layerInLoop,
    Layer.succeed(Drain, drain),
    ConfigProvider.layer(
      ConfigProvider.fromUnknown({
        WEIR_MODE: "development",
        DATABASE_URL: url,
        WEIR_SEAL_KEY: Buffer.alloc(32, 7).toString("base64"),
        PUBLIC_URL: gatewayUrl
      })
    )
  )
  const declared = wechatSandbox({
    port: 3003,
    databaseUrl: `sqlite:${join(folder, "sandbox.db")}`
  })
  const plugin = { ...declared, layer: () => WechatSandbox.layer({ keys, gatewayUrl }) }
  const sandbox = yield* startSandbox({ plugin, options: plugin.settings }).pipe(
    Effect.provide(outside)
  )
  network.hosts.set("http://127.0.0.1:3003", (request) => sandbox.app.fetch(request))

  const response = yield* Effect.promise(async () =>
    sandbox.app.fetch(new Request("http://127.0.0.1:3003/credentials"))
  )
  const credentials: Credentials = yield* Effect.promise(() => response.json())
  const { plugins = [], ...more } = settings(credentials)
  const config = defineGateway({
    ...env.gateway,
    ...more,
    plugins: [pos({ secret: env.posSecret, ...options }), ...plugins]
  })

  const start = Effect.gen(function* () {
    const scope = yield* Scope.make()
    const gateway = yield* startGateway(config).pipe(Effect.provide(outside), Scope.provide(scope))
    const app = publicDoor(gateway)
    network.hosts.set(gatewayUrl, (request) => app.fetch(request))
    return { app, gateway, stop: Scope.close(scope, Exit.void) }
  })
  let process = yield* start
  yield* Effect.addFinalizer(() => process.stop)

  const restart = Effect.gen(function* () {
    yield* process.stop
    process = yield* start
  })

  /** As doors do when they are asked to close: whoever waits is told, then all ends; and another process starts. */
  const replace = Effect.gen(function* () {
    yield* Stopping.use(({ begin }) => begin).pipe(Effect.provide(process.gateway.context))
    yield* restart
  })

  /** The inlet of a path or a carrier, as it is since the last start. */
  const inlet = (where: string) => {
    const found = process.gateway.plugins
      .flatMap(({ inlets }) => inlets)
      .find(({ inlet }) => (inlet.carrier === "http" ? inlet.path : inlet.carrier) === where)
    if (found === undefined) throw new Error(`There is no inlet ${where}`)
    return found
  }

  /** Hands bytes to an inlet, as a carrier would. */
  const post = (where: string, bytes: Uint8Array) => {
    const message: Framed = { carrier: where === "tcp" ? "tcp" : "http", peer: "127.0.0.1", bytes }
    const answer: Answerer = inlet(where).answer
    return answer(message)
  }

  /** A message that is not whole. */
  const unframed = (where: string, problem: Unframed["problem"]) =>
    inlet(where).answer({ carrier: "http", peer: "127.0.0.1", problem })

  const write = (where: string, texts: Readonly<Record<string, string>>) =>
    Effect.orDie(Schema.encodeEffect(inlet(where).inlet.dialect.request)(texts))

  const read = (where: string, bytes: Uint8Array) =>
    Effect.orDie(Schema.decodeEffect(inlet(where).inlet.dialect.reply)(bytes))

  /** Says something in an inlet's own dialect and reads the answer in it; the caller has heard it. */
  const say = Effect.fnUntraced(function* (where: string, texts: Readonly<Record<string, string>>) {
    const reply = yield* post(where, yield* write(where, texts))
    yield* reply.delivered
    return yield* read(where, reply.bytes)
  })

  const control = Effect.fnUntraced(function* (method: string, path: string, body?: object) {
    const init = { method, headers: { "content-type": "application/json" } }
    const request = new Request(`http://127.0.0.1:3003/control${path}`, {
      ...init,
      ...(body !== undefined && { body: JSON.stringify(body) })
    })
    const response = yield* Effect.promise(async () => sandbox.app.fetch(request))
    // biome-ignore lint/suspicious/noExplicitAny: what a sandbox answers is looked into freely by tests
    return (yield* Effect.promise(() => response.json())) as any
  })

  const orders: Effect.Effect<ReadonlyArray<Order>> = Effect.map(
    control("GET", "/ledger"),
    ({ orders }) => orders
  )

  return {
    /** The address of the gateway's database. */
    url,
    control,
    /** What its portal shows. */
    credentials,
    network,
    orders,
    /** Orders whose money the merchant has and has given nothing back of. */
    kept: Effect.map(orders, (all) =>
      all.filter(({ refunds, tradeState }) => tradeState === "SUCCESS" && refunds.length === 0)
    ),
    /** What was held up arrives, each twice; nobody hears the answers. */
    arrive: Effect.gen(function* () {
      const { held } = network
      network.held = []
      for (const request of [...held, ...held]) {
        const host = network.hosts.get(new URL(request.url).origin)
        if (host !== undefined) yield* visit(host, request)
      }
    }),
    post,
    read,
    replace,
    restart,
    say,
    unframed,
    write,
    /** Does something with the gateway's own services, as they are since the last start. */
    within: <A, E>(work: Effect.Effect<A, E, ServicesOf<Gateway["context"]>>) =>
      Effect.suspend(() => Effect.provideContext(work, process.gateway.context)),
    /** A fresh payment code on somebody's phone. */
    code: (outcome: string): Effect.Effect<string> =>
      Effect.map(control("POST", "/codes", { outcome }), ({ authCode }) => authCode),
    /** What the payer does with the last order. */
    payer: Effect.fnUntraced(function* (result?: string) {
      const outTradeNo = (yield* orders).at(-1)?.outTradeNo
      yield* control("POST", "/pay", { outTradeNo, ...(result !== undefined && { result }) })
    }),
    /** Somebody pays an order that this merchant made elsewhere, with our address for its notify. */
    strangerPays: Effect.gen(function* () {
      const [merchant] = (yield* Merchants).all
      if (merchant === undefined) return
      const order = {
        outTradeNo: "elsewhere-0001",
        amount: yuan("1"),
        description: "elsewhere",
        expires: noon + 3_600_000,
        notifyUrl: `${merchant.notifyUrl}/payment`
      }
      const body = yield* orderBody(merchant, "native", order)
      yield* WechatPay.use((pay) => pay.order(merchant, "native", body))
      yield* control("POST", "/pay", { outTradeNo: order.outTradeNo })
    }).pipe(Effect.orDie, (work) =>
      Effect.suspend(() => Effect.provide(work, process.gateway.context))
    ),
    /** The pool, as it is since the last start. */
    get customers() {
      return Context.get(process.gateway.context, Customers)
    },
    todos: Effect.suspend(() =>
      Database.use((database) => database.read((sql) => openTodos(sql))).pipe(
        Effect.provide(process.gateway.context)
      )
    ),
    /** What the journal holds of messages. */
    journal: Effect.suspend(() =>
      Database.use((database) =>
        database.read((sql) =>
          sql
            .withTables<{ weir_journal: { operation: string } }>()
            .selectFrom("weir_journal")
            .select("operation")
            .execute()
        )
      ).pipe(Effect.provide(process.gateway.context))
    ),
    /** Whether a text stands anywhere in the gateway's database in clear. */
    anywhere: (text: string) => stands(url, text),
    /** WeChat's own pages and pictures, as a phone sees them. */
    sandbox: (request: Request) => Effect.promise(async () => sandbox.app.fetch(request)),
    /** `socket`: Node's side of it, where a test is about whence a request comes. */
    fetch: (request: Request, socket?: object) =>
      Effect.promise(async () => process.app.fetch(request, socket)),
    /** What people who run it ask at the operator door. */
    operator: (request: Request) =>
      Effect.promise(async () => operatorDoor(process.gateway).fetch(request)),
    /** What the legacy door serves. */
    legacy: Effect.sync(() => legacyRoutes(process.gateway))
  }
})

export type World = Effect.Success<ReturnType<typeof openWorld>>

/** Lets time pass, in steps small enough that what wakes can act before the next. */
export const pass = (duration: Duration.Input) =>
  passIn(Math.max(250, Duration.toMillis(duration) / 600), duration)

/** Runs something while time passes, however long it takes. */
export const meanwhile = Effect.fnUntraced(function* <A, E, R>(work: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(work)
  let waited = 0
  yield* settle
  while (fiber.pollUnsafe() === undefined) {
    yield* TestClock.adjust("250 millis")
    waited += 250
    yield* settle
  }
  return { waited, value: yield* Fiber.join(fiber) }
})
