import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { code, openPlatform } from "../../support/platform.ts"

const path = "/cgi-bin/user/get"

const open = Effect.gen(function* () {
  const wechat = yield* openPlatform()
  const access_token = yield* wechat.token()
  return {
    ...wechat,
    breaks: (fault: object) => wechat.control("PUT", "/faults", { path, ...fault }),
    list: wechat.ask("GET", path, { access_token })
  }
})

describe("faults of the platform's answers", () => {
  it.effect("5xx: -1 in a body of status 200, or a proxy's page", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "5xx" })
      const busy = yield* wechat.list
      assert.deepStrictEqual([busy.status, code(busy)], [200, -1])
      assert.match(busy.json.errmsg, /^system error rid: /)
      yield* wechat.breaks({ fault: "5xx", status: 502 })
      assert.strictEqual((yield* wechat.list).status, 502)
    })
  )

  it.effect("quota: 45011, come back in a minute", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "quota" })
      assert.strictEqual(code(yield* wechat.list), 45011)
      assert.strictEqual(code(yield* wechat.list), 0)
    })
  )

  it.effect("slow: the answer comes six seconds after the work was done", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "slow" })
      const asking = yield* Effect.forkChild(wechat.list)
      yield* wechat.until(
        Effect.map(wechat.control("GET", "/faults"), ({ faults }) => faults.length === 0)
      )
      yield* TestClock.adjust("5999 millis")
      assert.isUndefined(asking.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(code(yield* Fiber.join(asking)), 0)
    })
  )

  it.effect(
    "reset: the message was sent, and nobody hears of it; asked again, it is sent twice",
    () =>
      Effect.gen(function* () {
        const wechat = yield* open
        const { openid } = wechat.credentials
        yield* wechat.control("POST", `/users/${openid}/messages`, { content: "在吗" })
        const send = "/cgi-bin/message/custom/send"
        yield* wechat.breaks({ fault: "reset", path: send })
        const body = { touser: openid, msgtype: "text", text: { content: "您好" } }
        const ask = Effect.flatMap(wechat.token(), (access_token) =>
          wechat.ask("POST", send, { access_token }, body)
        )
        assert.strictEqual((yield* ask).headers["x-sandbox-connection"], "reset")
        assert.strictEqual(code(yield* ask), 0)
        const { messages } = yield* wechat.control("GET", `/users/${openid}/messages`)
        assert.strictEqual(
          messages.filter(({ way }: { way: string }) => way === "custom").length,
          2
        )
      })
  )

  it.effect("revoke: the token dies as it is used, and a new one works", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "revoke" })
      assert.strictEqual(code(yield* wechat.list), 40001)
      assert.strictEqual(code(yield* wechat.list), 40001)
      assert.strictEqual(code(yield* wechat.get(path)), 0)
    })
  )

  it.effect("plain: JSON says that it is text", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "plain" })
      assert.strictEqual((yield* wechat.list).headers["content-type"], "text/plain")
      assert.strictEqual(
        (yield* wechat.list).headers["content-type"],
        "application/json; encoding=utf-8"
      )
    })
  )
})
