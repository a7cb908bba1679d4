import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, Metric, Schema } from "effect"
import { html } from "hono/html"
import type { App } from "../../../core/http/app.ts"
import type { DoorOptions } from "../../../core/http/arrival.ts"
import { mount } from "../../../core/http/bridge.ts"
import { operatorApp, publicApp } from "../../../core/http/doors.ts"
import { Readiness } from "../../../core/http/readiness.ts"
import { isBlock } from "../../../core/http/trusted-proxies.ts"
import { route } from "../../../core/plugin/route.ts"
import { ask, json } from "../../support/door.ts"
import { logbook } from "../../support/logbook.ts"

const routes = [
  route.get("/bookings/:locator", {
    input: { locator: Schema.String },
    output: Schema.String,
    handle: ({ locator }) => Effect.succeed(locator)
  }),
  route.post("/bookings", {
    input: { passenger: Schema.String },
    output: Schema.String,
    handle: ({ passenger }) => Effect.succeed(passenger)
  }),
  route.raw("POST", "/size", ({ headers, body }) =>
    Effect.succeed({
      status: 200,
      headers: { "x-for": headers["x-forwarded-for"] ?? "nobody" },
      body: `${body.byteLength}`
    })
  )
]

const open = (options: DoorOptions = {}, context: Context.Context<never> = Context.empty()) => {
  const app = publicApp(context, options)
  mount(app, "/airline", routes, context)
  return app
}

const operator = Effect.gen(function* () {
  const context = yield* Layer.build(Readiness.layer(["database", "recovery"]))
  return { app: operatorApp(context), readiness: Context.get(context, Readiness) }
})

const codeOf = (told: { json: unknown }) => (told.json as { title: string }).title

describe("an address", () => {
  it.effect("that nobody knows is a problem, like all others", () =>
    Effect.gen(function* () {
      const told = yield* ask(open(), "/airline/nothing")
      assert.strictEqual(told.status, 404)
      assert.strictEqual(told.headers.get("content-type"), "application/problem+json")
      assert.strictEqual(codeOf(told), "NotFound")
      assert.strictEqual(told.headers.get("cache-control"), "no-store")
    })
  )

  it.effect("that knows other methods names them", () =>
    Effect.gen(function* () {
      const told = yield* ask(open(), "/airline/bookings/ABC123", json({}, "DELETE"))
      assert.strictEqual(told.status, 405)
      assert.strictEqual(told.headers.get("allow"), "GET, HEAD")
      assert.strictEqual(codeOf(told), "MethodNotAllowed")
    })
  )
})

describe("a body", () => {
  const most = { bodyLimit: 1_000 }
  const size = (app: App, body: BodyInit, more: RequestInit = {}) =>
    ask(app, "/airline/size", { method: "POST", body, ...more })

  it.effect("of the size allowed passes, and one byte more does not", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* size(open(most), "x".repeat(1_000))).text, "1000")
      const told = yield* size(open(most), "x".repeat(1_001))
      assert.strictEqual(told.status, 413)
      assert.strictEqual(codeOf(told), "BodyTooLarge")
    })
  )

  it.effect("that says it is too large is not read", () =>
    Effect.gen(function* () {
      const headers = { "content-length": "1001" }
      assert.strictEqual((yield* size(open(most), "x", { headers })).status, 413)
    })
  )

  it.effect("may have a mebibyte unless said otherwise", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* size(open(), "x".repeat(1 << 20))).status, 200)
      assert.strictEqual((yield* size(open(), "x".repeat((1 << 20) + 1))).status, 413)
    })
  )
})

describe("a request", () => {
  const from = (remoteAddress: string) =>
    ({ incoming: { socket: { remoteAddress }, headers: {} } }) as never
  const askFrom = (app: App, peer: string, headers: Record<string, string>) =>
    Effect.promise(async () =>
      app.request("/airline/size", { method: "POST", body: "x", headers }, from(peer))
    )
  const trusting = open({ trustedProxies: ["10.0.0.0/8", "::1"] })
  const given = { "x-request-id": "outside-0001" }

  it.effect("has an id of its own, whatever a stranger says", () =>
    Effect.gen(function* () {
      for (const [app, peer] of [
        [open(), "10.1.2.3"],
        [trusting, "192.0.2.1"]
      ] as const) {
        const { headers } = yield* askFrom(app, peer, given)
        assert.match(headers.get("x-request-id") ?? "", /^[0-9a-f]{16}$/)
      }
    })
  )

  it.effect("keeps the id a trusted proxy has given it, if it is one", () =>
    Effect.gen(function* () {
      for (const peer of ["10.1.2.3", "::ffff:10.1.2.3", "::1"]) {
        const { headers } = yield* askFrom(trusting, peer, given)
        assert.strictEqual(headers.get("x-request-id"), "outside-0001")
      }
      for (const id of ["short", "x".repeat(65), "with space", '"},{"level":"error']) {
        const { headers } = yield* askFrom(trusting, "10.1.2.3", { "x-request-id": id })
        assert.match(headers.get("x-request-id") ?? "", /^[0-9a-f]{16}$/)
      }
    })
  )

  it.effect("comes from the last address that is no proxy of ours", () =>
    Effect.gen(function* () {
      const chains = [
        ["192.0.2.1", "10.0.0.2", "nobody"],
        ["10.0.0.1", "203.0.113.9", "203.0.113.9"],
        ["10.0.0.1", "127.0.0.1, 203.0.113.9, 10.0.0.2", "203.0.113.9"],
        ["10.0.0.1", "forged\t, 2001:db8::1", "2001:db8::1"],
        ["10.0.0.1", "", "10.0.0.1"]
      ] as const
      for (const [peer, chain, client] of chains) {
        const { headers } = yield* askFrom(trusting, peer, { "x-forwarded-for": chain })
        assert.strictEqual(headers.get("x-for"), client)
      }
    })
  )

  it("has no proxies before it that are no addresses", () => {
    for (const block of ["10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8"]) assert.isTrue(isBlock(block))
    for (const block of [
      "",
      "localhost",
      "10.0.0",
      "10.0.0.0/33",
      "10.0.0.0/8/8",
      "::1/129",
      "10.0.0.0/ 8"
    ]) {
      assert.isFalse(isBlock(block))
      assert.throws(() => open({ trustedProxies: [block] }), /is no address/)
    }
  })

  it.effect("is one line in the log, which says nothing about people", () =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const app = open({}, log.context)
      yield* ask(app, "/airline/bookings/ABC123?phone=13800138000")
      yield* ask(app, "/airline/bookings", json({ passenger: "张三" }))
      yield* ask(app, "/airline/bookings", json({ passenger: 1 }))
      yield* ask(app, "/phone/13800138000")

      const events = yield* log.events
      assert.deepStrictEqual(
        events.map(({ method, route, status }) => [method, route, status]),
        [
          ["GET", "/airline/bookings/:locator", 200],
          ["POST", "/airline/bookings", 200],
          ["POST", "/airline/bookings", 400],
          ["GET", "/*", 404]
        ]
      )
      assert.hasAllKeys(events[0], [
        "time",
        "level",
        "msg",
        "method",
        "route",
        "status",
        "ms",
        "bytes",
        "request"
      ])
      assert.strictEqual(events[0]?.bytes, '"ABC123"'.length)
      assert.notMatch((yield* log.lines).join(), /ABC123|张三|1380/)
    })
  )
})

describe("the operator's door", () => {
  it.effect("is healthy while it answers, and ready when every check is, until it drains", () =>
    Effect.gen(function* () {
      const { app, readiness } = yield* operator
      const standing = Effect.map(ask(app, "/readyz"), ({ status, json }) => ({ status, json }))
      assert.strictEqual((yield* ask(app, "/healthz")).status, 200)
      assert.deepStrictEqual(yield* standing, {
        status: 503,
        json: { ready: false, checks: { database: "starting", recovery: "starting" } }
      })

      yield* readiness.ready("database")
      yield* readiness.ready("recovery")
      const checks = { database: "ready", recovery: "ready" }
      assert.deepStrictEqual(yield* standing, { status: 200, json: { ready: true, checks } })

      yield* readiness.notReady("database", "the disk is full")
      assert.deepInclude((yield* standing).json, {
        checks: { database: "the disk is full", recovery: "ready" }
      })

      yield* readiness.ready("database")
      yield* readiness.drain
      assert.strictEqual((yield* standing).status, 503)
      assert.strictEqual((yield* ask(app, "/healthz")).status, 200)
    })
  )

  it.effect("counts and times what the doors answer, by class of status", () =>
    Effect.gen(function* () {
      const context = yield* Layer.build(Readiness.layer([])).pipe(
        Effect.map(Context.add(Metric.MetricRegistry, new Map()))
      )
      const app = open({}, context)
      yield* ask(app, "/airline/bookings/ABC123")
      yield* ask(app, "/nothing")
      const { headers, text } = yield* ask(operatorApp(context), "/metrics")
      assert.strictEqual(headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8")
      assert.match(text, /^weir_http_answers_total\{door="public",status="2xx"\} 1$/m)
      assert.match(text, /^weir_http_answers_total\{door="public",status="4xx"\} 1$/m)
      assert.match(text, /^weir_http_answer_seconds_bucket\{door="public",le="\+Inf"\} 2$/m)
      assert.notMatch(text, /ABC123|nothing/)
    })
  )

  it.effect("gives a page of Hono's own kind the headers it has not set itself", () =>
    Effect.gen(function* () {
      const { app } = yield* operator
      app.get("/console", (c) => c.html(html`<p>${"<script>"}</p>`))
      const { headers, text } = yield* ask(app, "/console")
      assert.strictEqual(text, "<p>&lt;script&gt;</p>")
      assert.match(headers.get("content-security-policy") ?? "", /default-src 'self'/)
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.match(headers.get("x-request-id") ?? "", /^[0-9a-f]{16}$/)
    })
  )

  it.effect("has nothing in common with the public one", () =>
    Effect.gen(function* () {
      for (const path of [
        "/healthz",
        "/readyz",
        "/metrics",
        "/console",
        "/openapi.json",
        "/docs"
      ]) {
        assert.strictEqual((yield* ask(open(), path)).status, 404)
      }
    })
  )
})
