import { assert, describe, it } from "@effect/vitest"
import { type Context, Deferred, Effect } from "effect"
import { type RawReply, type RawRequest, route, type Telling } from "../../../core/plugin/route.ts"
import { ask, doorWith } from "../../support/door.ts"
import { logbook } from "../../support/logbook.ts"

const capturing = () => {
  const seen: Array<RawRequest> = []
  const notify = route.raw("POST", "/notify/:merchant/:kind", (request) => {
    seen.push(request)
    return Effect.succeed({ status: 204 })
  })
  return { seen, door: doorWith([notify]) }
}

const answering = (reply: RawReply, context?: Context.Context<never>) =>
  doorWith([route.raw("GET", "/page", () => Effect.succeed(reply))], context)

describe("a raw request", () => {
  it.effect("reaches the handler as it came: target, headers and every byte", () =>
    Effect.gen(function* () {
      const { seen, door } = capturing()
      const body = Uint8Array.from({ length: 256 }, (_, byte) => byte)
      const target = "/notify/m%2D1/paid?b=%e4%ba&a=1&a=2"
      const told = yield* ask(door, target, {
        method: "POST",
        headers: { "Wechatpay-Serial": "S1" },
        body
      })

      assert.strictEqual(told.status, 204)
      const [request] = seen
      assert.strictEqual(request?.method, "POST")
      assert.strictEqual(request?.target, target)
      assert.deepStrictEqual(request?.params, { merchant: "m-1", kind: "paid" })
      assert.deepStrictEqual(request?.query.getAll("a"), ["1", "2"])
      assert.strictEqual(request?.headers["wechatpay-serial"], "S1")
      assert.deepStrictEqual(request?.body, body)
    })
  )

  it.effect("carries nothing a stranger says about who came before him", () =>
    Effect.gen(function* () {
      const { seen, door } = capturing()
      const headers = {
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "https",
        "X-Real-Ip": "127.0.0.1",
        Forwarded: "for=127.0.0.1"
      }
      yield* ask(door, "/notify/m/paid", { method: "POST", headers, body: "x" })
      assert.notMatch(JSON.stringify(seen[0]?.headers), /forwarded|real-ip|127/i)
    })
  )
})

describe("a raw reply", () => {
  it.effect("leaves with its own headers, and as a page runs only scripts of its own", () =>
    Effect.gen(function* () {
      const headers = { "Content-Type": "text/html; charset=utf-8", "Cache-Control": "max-age=60" }
      const told = yield* ask(answering({ status: 200, headers, body: "<p>你好" }), "/page")
      assert.strictEqual(told.text, "<p>你好")
      assert.strictEqual(told.headers.get("cache-control"), "max-age=60")
      assert.match(told.headers.get("content-security-policy") ?? "", /^script-src 'self' https:/)
      assert.strictEqual(told.headers.get("x-content-type-options"), "nosniff")
    })
  )

  it.effect("that is text and nothing more says so, and is taken for nothing else", () =>
    Effect.gen(function* () {
      const { headers } = yield* ask(answering({ status: 200, body: "<script>" }), "/page")
      assert.strictEqual(headers.get("content-type"), "text/plain; charset=utf-8")
      assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
    })
  )

  it.effect("does not leave with a header that would begin another", () =>
    Effect.gen(function* () {
      const log = yield* logbook()
      for (const headers of [{ location: "/\r\nset-cookie: a=b" }, { "a\r\nb": "c" }]) {
        const told = yield* ask(answering({ status: 302, headers }, log.context), "/page")
        assert.strictEqual(told.status, 500)
        assert.isNull(told.headers.get("set-cookie"))
      }
    })
  )

  it.effect("to HEAD is the same without its body", () =>
    Effect.gen(function* () {
      const door = answering({ status: 200, headers: { "content-type": "text/plain" }, body: "x" })
      const told = yield* ask(door, "/page", { method: "HEAD" })
      assert.strictEqual(told.status, 200)
      assert.strictEqual(told.headers.get("content-type"), "text/plain")
      assert.strictEqual(told.text, "")
    })
  )
})

describe("a reply that is told bit by bit", () => {
  const telling = (body: Telling) =>
    doorWith([route.raw("GET", "/page", () => Effect.succeed({ status: 200, body }))])

  it.effect("arrives as it is said, and ends when all is said", () =>
    Effect.gen(function* () {
      const turn = yield* Deferred.make<void>()
      const door = telling((say) =>
        Effect.sync(() => say("one ")).pipe(
          Effect.andThen(Deferred.await(turn)),
          Effect.andThen(Effect.sync(() => say("二")))
        )
      )
      const reader = (yield* Effect.promise(async () => door.request("/page"))).body?.getReader()
      const next = Effect.promise(async () => {
        const part = await reader?.read()
        return part?.value === undefined ? "" : Buffer.from(part.value).toString()
      })
      assert.strictEqual(yield* next, "one ")
      yield* Deferred.succeed(turn, undefined)
      assert.strictEqual(yield* next, "二")
      assert.strictEqual(yield* next, "")
    })
  )

  it.effect("is interrupted when nobody listens any more", () =>
    Effect.gen(function* () {
      const gone = yield* Deferred.make<void>()
      const door = telling((say) =>
        Effect.sync(() => say("one")).pipe(
          Effect.andThen(Effect.never),
          Effect.ensuring(Deferred.succeed(gone, undefined))
        )
      )
      const { body } = yield* Effect.promise(async () => door.request("/page"))
      yield* Effect.promise(async () => body?.cancel())
      yield* Deferred.await(gone)
    })
  )
})
