import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { isAuthentic, native, openSandbox } from "../../support/wechat-sandbox.ts"

const url = "/v3/pay/transactions/native"
const broken = "x-sandbox-connection"

const open = Effect.gen(function* () {
  const wechat = yield* openSandbox()
  return {
    ...wechat,
    breaks: (fault: object) => wechat.control("PUT", "/control/faults", fault),
    order: (number: string) => wechat.call("POST", url, native(wechat, number))
  }
})

describe("a fault", () => {
  it.effect("strikes as often as it is told to, and can be seen and switched off", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "quota", times: 2 })
      for (const status of [429, 429, 200]) {
        assert.strictEqual((yield* wechat.order("ORDER-0001")).status, status)
      }
      yield* wechat.breaks({ fault: "drop", times: 5 })
      const { json } = yield* wechat.control("GET", "/control/faults")
      assert.deepStrictEqual(json.faults, [{ fault: "drop", times: 5 }])
      yield* wechat.control("DELETE", "/control/faults")
      assert.strictEqual((yield* wechat.order("ORDER-0001")).status, 200)
    })
  )

  it.effect("strikes only where its path begins", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "drop", path: "/v3/refund" })
      assert.strictEqual((yield* wechat.order("ORDER-0001")).status, 200)
      const refund = yield* wechat.call("GET", "/v3/refund/domestic/refunds/R-0001")
      assert.strictEqual(refund.headers[broken], "reset")
    })
  )

  it.effect("that nobody knows is refused", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      assert.strictEqual((yield* wechat.breaks({ fault: "meteor" })).status, 400)
      assert.strictEqual((yield* wechat.breaks({ fault: "drop", times: 0 })).status, 400)
    })
  )
})

describe("faults of answers", () => {
  it.effect("drop: nothing was done; reset: everything was", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      for (const [fault, state] of [
        ["drop", undefined],
        ["reset", "NOTPAY"]
      ] as const) {
        yield* wechat.breaks({ fault })
        assert.strictEqual((yield* wechat.order(`ORDER-${fault}`)).headers[broken], "reset")
        assert.strictEqual((yield* wechat.ledgerOf(`ORDER-${fault}`))?.tradeState, state)
      }
    })
  )

  it.effect("5xx: a signed SYSTEM_ERROR, or the page of a proxy; nothing was done", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "5xx" })
      const signed = yield* wechat.order("ORDER-0001")
      assert.deepStrictEqual([signed.status, signed.json.code], [500, "SYSTEM_ERROR"])
      assert.isTrue(isAuthentic(signed, wechat.credentials))
      yield* wechat.breaks({ fault: "5xx", status: 502 })
      const page = yield* wechat.order("ORDER-0001")
      assert.deepStrictEqual([page.status, page.json], [502, undefined])
      assert.isUndefined(page.headers["wechatpay-signature"])
      assert.isUndefined(yield* wechat.ledgerOf("ORDER-0001"))
    })
  )

  it.effect("slow: the work is done long before the answer, also for a caller who hangs up", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.breaks({ fault: "slow", times: 2 })
      const waiting = yield* Effect.forkChild(wechat.order("ORDER-0001"))
      yield* wechat.until(wechat.ledgerOf("ORDER-0001"))
      yield* TestClock.adjust("6 seconds")
      assert.strictEqual((yield* Fiber.join(waiting)).status, 200)
      const gone = yield* Effect.forkChild(wechat.order("ORDER-0002"))
      yield* wechat.until(wechat.ledgerOf("ORDER-0002"))
      yield* Fiber.interrupt(gone)
      assert.strictEqual((yield* wechat.ledgerOf("ORDER-0002")).tradeState, "NOTPAY")
    })
  )

  it.effect("forge and probe: the answer is not signed by WeChat", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      for (const fault of ["forge", "probe"]) {
        yield* wechat.breaks({ fault, path: url })
        const reply = yield* wechat.order("ORDER-0001")
        assert.strictEqual(reply.status, 200)
        assert.isFalse(isAuthentic(reply, wechat.credentials), fault)
        assert.isTrue(isAuthentic(yield* wechat.order("ORDER-0001"), wechat.credentials))
      }
    })
  )
})
