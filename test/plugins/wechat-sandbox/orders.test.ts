import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { codeFor, codepay, native, openSandbox } from "../../support/wechat-sandbox.ts"

const url = "/v3/pay/transactions/native"
const orderUrl = (number: string) => `/v3/pay/transactions/out-trade-no/${number}`

const open = Effect.gen(function* () {
  const wechat = yield* openSandbox()
  const { mchid } = wechat.credentials
  return {
    ...wechat,
    show: (number: string, more: object = {}) =>
      wechat.call("POST", url, { ...native(wechat, number), ...more }),
    query: (number: string) =>
      Effect.map(wechat.call("GET", `${orderUrl(number)}?mchid=${mchid}`), ({ json }) => json),
    close: (number: string) => wechat.call("POST", `${orderUrl(number)}/close`, { mchid }),
    payer: (fields: object) => wechat.control("POST", "/control/pay", fields)
  }
})

describe("a QR", () => {
  it.effect("is paid by whoever scans it", () =>
    Effect.gen(function* () {
      const shop = yield* open
      const { json } = yield* shop.show("ORDER-0001", { attach: "desk 4" })
      assert.match(json.code_url, /^weixin:\/\/wxpay\/bizpayurl\?pr=\w+$/)
      assert.deepStrictEqual((yield* shop.query("ORDER-0001")).trade_state, "NOTPAY")
      const openid = shop.credentials.silentOpenid
      yield* shop.payer({ prepayId: json.code_url, openid, coupon: 800 })
      const paid = yield* shop.query("ORDER-0001")
      assert.deepStrictEqual(
        [paid.trade_state, paid.trade_type, paid.payer.openid, paid.attach],
        ["SUCCESS", "NATIVE", openid, "desk 4"]
      )
      assert.deepStrictEqual([paid.amount.total, paid.amount.payer_total], [8800, 8000])
      assert.strictEqual(paid.promotion_detail[0].amount, 800)
    })
  )

  it.effect("shown again kills the one before, and only for the same order", () =>
    Effect.gen(function* () {
      const shop = yield* open
      const first = yield* shop.show("ORDER-0001")
      yield* TestClock.adjust("1 second")
      const second = yield* shop.show("ORDER-0001")
      assert.notStrictEqual(second.json.code_url, first.json.code_url)
      assert.strictEqual((yield* shop.payer({ prepayId: first.json.code_url })).status, 404)
      const changed = yield* shop.show("ORDER-0001", { attach: "x" })
      assert.match(changed.json.message, /201 商户订单号重复/)
      const otherWay = codepay(shop, "ORDER-0001", yield* codeFor(shop, "paid"))
      const { json } = yield* shop.call("POST", "/v3/pay/transactions/codepay", otherWay)
      assert.match(json.message, /201 商户订单号重复/)
      assert.strictEqual((yield* shop.payer({ prepayId: second.json.code_url })).status, 200)
      assert.strictEqual((yield* shop.show("ORDER-0001")).json.code, "ORDER_PAID")
    })
  )

  it.effect("works for two hours, or until its time_expire; the order closes after a week", () =>
    Effect.gen(function* () {
      const shop = yield* open
      yield* shop.show("ORDER-0001")
      yield* shop.show("ORDER-0002", { time_expire: "2026-11-24T12:30:00+08:00" })
      yield* TestClock.adjust("31 minutes")
      assert.strictEqual((yield* shop.payer({ outTradeNo: "ORDER-0002" })).status, 409)
      assert.strictEqual((yield* shop.query("ORDER-0002")).trade_state, "NOTPAY")
      yield* TestClock.adjust("90 minutes")
      assert.strictEqual((yield* shop.payer({ outTradeNo: "ORDER-0001" })).status, 409)
      yield* shop.show("ORDER-0001")
      assert.strictEqual((yield* shop.payer({ outTradeNo: "ORDER-0001" })).status, 200)
      yield* TestClock.adjust("7 days")
      assert.strictEqual((yield* shop.query("ORDER-0002")).trade_state, "CLOSED")
      assert.strictEqual((yield* shop.show("ORDER-0002")).json.code, "ORDER_CLOSED")
    })
  )
})

describe("closing", () => {
  it.effect("ends an order for good, as often as asked", () =>
    Effect.gen(function* () {
      const shop = yield* open
      yield* shop.show("ORDER-0001")
      for (const _ of [1, 2]) {
        const closed = yield* shop.close("ORDER-0001")
        assert.deepStrictEqual([closed.status, closed.text], [204, ""])
        assert.isDefined(closed.headers["wechatpay-signature"])
      }
      assert.strictEqual((yield* shop.query("ORDER-0001")).trade_state, "CLOSED")
      assert.strictEqual((yield* shop.payer({ outTradeNo: "ORDER-0001" })).status, 409)
      assert.strictEqual((yield* shop.show("ORDER-0001")).json.code, "ORDER_CLOSED")
    })
  )

  it.effect("refuses what is paid, and what can only be reversed", () =>
    Effect.gen(function* () {
      const shop = yield* open
      yield* shop.show("ORDER-0001")
      yield* shop.payer({ outTradeNo: "ORDER-0001" })
      assert.strictEqual((yield* shop.close("ORDER-0001")).json.code, "ORDER_PAID")
      const body = codepay(shop, "SALE-0001", yield* codeFor(shop, "userpaying"))
      yield* shop.call("POST", "/v3/pay/transactions/codepay", body)
      const refused = yield* shop.close("SALE-0001")
      assert.match(refused.headers["request-id"] ?? "", /-268449641$/)
    })
  )

  it.effect("an unknown number fails, or answers 204 where WeChat is told to", () =>
    Effect.gen(function* () {
      const shop = yield* open
      assert.strictEqual((yield* shop.close("ORDER-0001")).json.code, "ORDER_NOT_EXIST")
      yield* shop.control("PUT", "/control/settings", { closeUnknown: true })
      assert.strictEqual((yield* shop.close("ORDER-0001")).status, 204)
    })
  )

  it.effect("comes too late for a payer who is already at the password page", () =>
    Effect.gen(function* () {
      const shop = yield* open
      yield* shop.show("ORDER-0001")
      yield* shop.control("PUT", "/control/faults", { fault: "late" })
      assert.strictEqual((yield* shop.close("ORDER-0001")).status, 204)
      assert.strictEqual((yield* shop.query("ORDER-0001")).trade_state, "CLOSED")
      yield* shop.control("POST", "/control/clock", { advance: "10 seconds" })
      yield* shop.until(Effect.sync(() => shop.network.arrivals.length === 1))
      assert.strictEqual((yield* shop.query("ORDER-0001")).trade_state, "SUCCESS")
    })
  )
})
