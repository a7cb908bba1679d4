import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { codeFor, codepay, openSandbox, refund, unseal } from "../../support/wechat-sandbox.ts"

const url = "/v3/refund/domestic/refunds"

/** A till that has sold for 128.50 under SALE-0001. */
const open = Effect.gen(function* () {
  const wechat = yield* openSandbox()
  const sale = codepay(wechat, "SALE-0001", yield* codeFor(wechat, "paid"))
  yield* wechat.call("POST", "/v3/pay/transactions/codepay", sale)
  const find = (number: string) => wechat.call("GET", `${url}/${number}`)
  return {
    ...wechat,
    ask: (number: string, amount: number, more: object = {}) =>
      wechat.call("POST", url, { ...refund("SALE-0001", number, amount), ...more }),
    find,
    ended: (number: string) =>
      wechat.until(
        Effect.map(find(number), ({ json }) => json.status !== "PROCESSING" && String(json.status))
      )
  }
})

describe("a refund", () => {
  it.effect("is accepted at once, ends later, moves the order to REFUND and is told once", () =>
    Effect.gen(function* () {
      const till = yield* open
      const asked = yield* till.ask("R-0001", 2_850, { reason: "面包已售完" })
      assert.deepStrictEqual([asked.status, asked.json.status], [200, "PROCESSING"])
      assert.strictEqual((yield* till.ledgerOf("SALE-0001")).tradeState, "REFUND")
      assert.lengthOf(till.network.arrivals, 0)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* till.ended("R-0001"), "SUCCESS")
      yield* till.until(Effect.sync(() => till.network.arrivals.length > 0))
      const body = JSON.parse(till.network.arrivals[0]?.text ?? "")
      assert.strictEqual(body.event_type, "REFUND.SUCCESS")
      const inside = JSON.parse(unseal(body.resource, till.credentials.apiV3Key))
      assert.deepStrictEqual(
        [inside.refund_status, inside.out_refund_no, inside.amount.refund, inside.appid],
        ["SUCCESS", "R-0001", 2_850, undefined]
      )
      assert.deepStrictEqual((yield* till.ledgerOf("SALE-0001")).refunds, [
        { outRefundNo: "R-0001", refundId: asked.json.refund_id, amount: 2_850, status: "SUCCESS" }
      ])
      // 1288.50 less 128.50, and 28.50 back.
      const page = yield* till.control("GET", "/phone/bill")
      assert.match(page.text, /¥1188\.50/)
      assert.match(page.text, /面包已售完/)
    })
  )

  it.effect("under the same number is the same refund; with other amounts it is a mistake", () =>
    Effect.gen(function* () {
      const till = yield* open
      const first = yield* till.ask("R-0001", 2_850)
      const second = yield* till.ask("R-0001", 2_850)
      assert.deepStrictEqual(second.json, first.json)
      const changed = yield* till.ask("R-0001", 2_851)
      assert.deepStrictEqual([changed.status, changed.json.code], [400, "INVALID_REQUEST"])
      assert.lengthOf((yield* till.ledgerOf("SALE-0001")).refunds, 1)
    })
  )

  it.effect("in parts never exceeds what was paid, and parts are a minute apart", () =>
    Effect.gen(function* () {
      const till = yield* open
      yield* till.ask("R-0001", 12_000)
      const soon = yield* till.ask("R-0002", 850)
      assert.deepStrictEqual([soon.status, soon.json.code], [429, "FREQUENCY_LIMITED"])
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* till.ask("R-0002", 851)).json.code, "INVALID_REQUEST")
      assert.strictEqual((yield* till.ask("R-0002", 850)).status, 200)
      assert.match((yield* till.ask("R-0003", 1)).json.message, /已全额退款/)
    })
  )

  it.effect("may be made in 50 parts, and no more", () =>
    Effect.gen(function* () {
      const till = yield* open
      yield* till.control("PUT", "/control/settings", { refundPause: false })
      for (let part = 1; part <= 50; part++) {
        assert.strictEqual((yield* till.ask(`R-${part}`, 1)).status, 200)
      }
      assert.match((yield* till.ask("R-51", 1)).json.message, /50次/)
    })
  )

  it.effect("needs an order that was paid, its true total, and less than a year", () =>
    Effect.gen(function* () {
      const till = yield* open
      const never = yield* till.ask("R-0001", 1, { out_trade_no: "SALE-0002" })
      assert.deepStrictEqual([never.status, never.json.code], [404, "RESOURCE_NOT_EXISTS"])
      const total = { refund: 1, total: 12_851, currency: "CNY" }
      assert.strictEqual((yield* till.ask("R-0001", 1, { amount: total })).status, 400)
      const neither = yield* till.ask("R-0001", 1, { out_trade_no: undefined })
      assert.strictEqual(neither.json.detail.field, "/transaction_id")
      assert.strictEqual((yield* till.find("R-0001")).json.code, "RESOURCE_NOT_EXISTS")
      yield* TestClock.adjust("366 days")
      assert.strictEqual((yield* till.ask("R-0001", 1)).json.code, "INVALID_REQUEST")
    })
  )

  it.effect("may name WeChat's number of the payment instead", () =>
    Effect.gen(function* () {
      const till = yield* open
      const { transactionId } = yield* till.ledgerOf("SALE-0001")
      const by = { out_trade_no: undefined, transaction_id: transactionId }
      const asked = yield* till.ask("R-0001", 100, by)
      assert.deepStrictEqual([asked.status, asked.json.out_trade_no], [200, "SALE-0001"])
    })
  )

  const ends = [
    ["refund-abnormal", "ABNORMAL"],
    ["refund-closed", "CLOSED"]
  ] as const
  it.effect.each(ends)("that meets %s ends %s", ([fault, status]) =>
    Effect.gen(function* () {
      const till = yield* open
      yield* till.control("PUT", "/control/faults", { fault })
      yield* till.ask("R-0001", 12_850)
      // Asking again takes no other refund's fate.
      yield* till.ask("R-0001", 12_850)
      yield* TestClock.adjust("5 seconds")
      assert.strictEqual(yield* till.ended("R-0001"), status)
      assert.match((yield* till.control("GET", "/phone")).text, /¥1160\.00/)
      yield* TestClock.adjust("1 minute")
      // Only what failed for good may be asked for under a new number.
      const again = yield* till.ask("R-0002", 12_850)
      assert.strictEqual(again.status, status === "CLOSED" ? 200 : 400)
    })
  )

  it.effect("waits for the merchant's money under the same number", () =>
    Effect.gen(function* () {
      const till = yield* open
      yield* till.control("PUT", "/control/faults", { fault: "refund-notenough" })
      const refused = yield* till.ask("R-0001", 12_850)
      assert.deepStrictEqual([refused.status, refused.json.code], [403, "NOT_ENOUGH"])
      assert.strictEqual((yield* till.ledgerOf("SALE-0001")).tradeState, "SUCCESS")
      assert.strictEqual((yield* till.ask("R-0001", 12_850)).status, 200)
    })
  )
})
