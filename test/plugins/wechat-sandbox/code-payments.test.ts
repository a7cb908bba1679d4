import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { codeFor, codepay, isAuthentic, openSandbox } from "../../support/wechat-sandbox.ts"

const url = "/v3/pay/transactions/codepay"
const orderUrl = (number: string) => `/v3/pay/transactions/out-trade-no/${number}`

const open = Effect.gen(function* () {
  const wechat = yield* openSandbox()
  const { appid, mchid } = wechat.credentials
  return {
    ...wechat,
    pay: (number: string, code: string) => wechat.call("POST", url, codepay(wechat, number, code)),
    /** A sale with a fresh code that does what is said. */
    sale: (number: string, outcome: string) =>
      Effect.flatMap(codeFor(wechat, outcome), (code) =>
        wechat.call("POST", url, codepay(wechat, number, code))
      ),
    query: (number: string) => wechat.call("GET", `${orderUrl(number)}?mchid=${mchid}`),
    reverse: (number: string) =>
      wechat.call("POST", `${orderUrl(number)}/reverse`, { appid, mchid })
  }
})

describe("a payment code", () => {
  it.effect("that needs no password pays at once", () =>
    Effect.gen(function* () {
      const till = yield* open
      const paid = yield* till.sale("SALE-0001", "paid")
      assert.strictEqual(paid.status, 200)
      assert.isTrue(isAuthentic(paid, till.credentials))
      assert.strictEqual(paid.json.trade_state, "SUCCESS")
      assert.strictEqual(paid.json.amount.total, 12_850)
      assert.strictEqual(paid.json.payer.openid, till.credentials.openid)
      assert.match(paid.json.transaction_id, /^\d{28}$/)
      assert.strictEqual(paid.json.success_time, "2026-11-24T12:00:00+08:00")
      assert.match(paid.headers["request-id"] ?? "", /^08[0-9A-F]+CF05-0$/)
      const byId = `/v3/pay/transactions/id/${paid.json.transaction_id}?mchid=${till.credentials.mchid}`
      assert.deepStrictEqual((yield* till.call("GET", byId)).json, paid.json)
    })
  )

  it.effect("of the first shopper works once in a fresh sandbox, then is as good as expired", () =>
    Effect.gen(function* () {
      const till = yield* open
      yield* TestClock.adjust("2 days")
      const first = yield* till.pay("SALE-0001", "134650182203475516")
      assert.deepStrictEqual([first.status, first.json.trade_state], [202, "USERPAYING"])
      const second = yield* till.pay("SALE-0002", "134650182203475516")
      assert.deepStrictEqual([second.status, second.json.code], [400, "AUTH_CODE_INVALID"])
      assert.strictEqual((yield* till.query("SALE-0002")).json.code, "ORDER_NOT_EXIST")
    })
  )

  it.effect("lives for a minute", () =>
    Effect.gen(function* () {
      const till = yield* open
      const [early, late] = [yield* codeFor(till, "paid"), yield* codeFor(till, "paid")]
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual((yield* till.pay("SALE-0001", early)).status, 200)
      yield* TestClock.adjust("1 second")
      assert.strictEqual((yield* till.pay("SALE-0002", late)).json.code, "AUTH_CODE_INVALID")
    })
  )

  it.effect("that nobody holds, or of another wallet, is invalid", () =>
    Effect.gen(function* () {
      const till = yield* open
      for (const code of ["130000000000000000", "281234567890123456", "13465018220347551"]) {
        const refused = yield* till.pay("SALE-0001", code)
        assert.deepStrictEqual([refused.status, refused.json.code], [400, "AUTH_CODE_INVALID"])
      }
    })
  )

  it.effect("outcomes: what the till hears, and what became of the money", () =>
    Effect.gen(function* () {
      const till = yield* open
      const expected = [
        ["paid", 200, undefined, "SUCCESS"],
        ["userpaying", 202, undefined, "USERPAYING"],
        ["notenough", 403, "NOT_ENOUGH", "PAYERROR"],
        ["expired", 400, "AUTH_CODE_INVALID", undefined],
        ["bankerror", 500, "BANK_ERROR", "PAYERROR"],
        ["systemerror", 500, "SYSTEM_ERROR", "SUCCESS"],
        ["late", 202, undefined, "USERPAYING"]
      ] as const
      for (const [outcome, status, code, state] of expected) {
        const heard = yield* till.sale(`SALE-${outcome}`, outcome)
        assert.deepStrictEqual([heard.status, heard.json.code], [status, code], outcome)
        assert.isTrue(isAuthentic(heard, till.credentials), outcome)
        assert.strictEqual((yield* till.ledgerOf(`SALE-${outcome}`))?.tradeState, state, outcome)
      }
    })
  )
})

describe("a payer who is asked for the password", () => {
  const results = [
    ["paid", "SUCCESS"],
    ["cancel", "PAYERROR"],
    ["notenough", "PAYERROR"],
    ["wrongpassword", "USERPAYING"]
  ] as const
  it.effect.each(results)("who answers %s leaves the order %s", ([result, state]) =>
    Effect.gen(function* () {
      const till = yield* open
      yield* till.sale("SALE-0001", "userpaying")
      const done = yield* till.control("POST", "/control/pay", { outTradeNo: "SALE-0001", result })
      assert.strictEqual(done.status, 200)
      assert.strictEqual((yield* till.query("SALE-0001")).json.trade_state, state)
    })
  )

  it.effect("cannot pay what has ended, or never was", () =>
    Effect.gen(function* () {
      const till = yield* open
      yield* till.sale("SALE-0001", "paid")
      const again = yield* till.control("POST", "/control/pay", { outTradeNo: "SALE-0001" })
      assert.deepStrictEqual([again.status, again.json.code], [409, "NotPayable"])
      const never = yield* till.control("POST", "/control/pay", { outTradeNo: "SALE-0002" })
      assert.deepStrictEqual([never.status, never.json.code], [404, "OrderUnknown"])
      const none = yield* till.control("POST", "/control/pay", {})
      assert.strictEqual(none.status, 400)
    })
  )
})

describe("the same number again", () => {
  it.effect("with the same bytes is the same payment, while it waits", () =>
    Effect.gen(function* () {
      const till = yield* open
      const body = codepay(till, "SALE-0001", yield* codeFor(till, "userpaying"))
      const first = yield* till.call("POST", url, body)
      const second = yield* till.call("POST", url, body)
      assert.deepStrictEqual([second.status, second.text], [first.status, first.text])
      const spaced = yield* till.call("POST", url, `${JSON.stringify(body)} `)
      assert.deepStrictEqual([spaced.status, spaced.json.code], [400, "INVALID_REQUEST"])
      assert.match(spaced.json.message, /201 商户订单号重复/)
      assert.match(spaced.headers["request-id"] ?? "", /-268498688$/)
    })
  )

  it.effect("once paid is answered ORDER_PAID", () =>
    Effect.gen(function* () {
      const till = yield* open
      const body = codepay(till, "SALE-0001", yield* codeFor(till, "systemerror"))
      assert.strictEqual((yield* till.call("POST", url, body)).status, 500)
      const again = yield* till.call("POST", url, body)
      assert.deepStrictEqual([again.status, again.json.code], [400, "ORDER_PAID"])
    })
  )

  it.effect("once reversed is dead for good", () =>
    Effect.gen(function* () {
      const till = yield* open
      const body = codepay(till, "SALE-0001", yield* codeFor(till, "userpaying"))
      yield* till.call("POST", url, body)
      yield* TestClock.adjust("15 seconds")
      yield* till.reverse("SALE-0001")
      assert.strictEqual((yield* till.call("POST", url, body)).json.code, "ORDER_CLOSED")
    })
  )
})

describe("a reversal", () => {
  it.effect(
    "is refused in the first 15 seconds, then closes what was not paid, as often as asked",
    () =>
      Effect.gen(function* () {
        const till = yield* open
        yield* till.sale("SALE-0001", "userpaying")
        yield* TestClock.adjust("14 seconds")
        assert.strictEqual((yield* till.reverse("SALE-0001")).json.code, "INVALID_REQUEST")
        yield* TestClock.adjust("1 second")
        const { appid, mchid } = till.credentials
        for (const _ of [1, 2]) {
          const done = yield* till.reverse("SALE-0001")
          assert.strictEqual(done.status, 200)
          assert.deepStrictEqual(done.json, { appid, mchid, out_trade_no: "SALE-0001" })
        }
        assert.strictEqual((yield* till.query("SALE-0001")).json.trade_state, "REVOKED")
      })
  )

  it.effect("of a paid order gives the money back", () =>
    Effect.gen(function* () {
      const till = yield* open
      yield* till.sale("SALE-0001", "paid")
      assert.match((yield* till.control("GET", "/phone")).text, /¥1160\.00/)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* till.reverse("SALE-0001")).status, 200)
      assert.strictEqual((yield* till.ledgerOf("SALE-0001")).tradeState, "REVOKED")
      assert.match((yield* till.control("GET", "/phone")).text, /¥1288\.50/)
    })
  )

  it.effect("does not get through while the payer is typing", () =>
    Effect.gen(function* () {
      const till = yield* open
      yield* till.sale("SALE-0001", "userpaying")
      yield* TestClock.adjust("20 seconds")
      const wrong = { outTradeNo: "SALE-0001", result: "wrongpassword" }
      yield* till.control("POST", "/control/pay", wrong)
      const refused = yield* till.reverse("SALE-0001")
      assert.match(refused.json.message, /正在支付中/)
      yield* TestClock.adjust("30 seconds")
      assert.strictEqual((yield* till.reverse("SALE-0001")).status, 200)
    })
  )

  it.effect("of a late payer is refused until the payer has paid", () =>
    Effect.gen(function* () {
      const till = yield* open
      yield* till.sale("SALE-0001", "late")
      yield* TestClock.adjust("45 seconds")
      assert.strictEqual((yield* till.reverse("SALE-0001")).json.code, "USER_PAYING")
      yield* till.control("POST", "/control/clock", { advance: 15 })
      const isPaid = Effect.map(
        till.query("SALE-0001"),
        ({ json }) => json.trade_state === "SUCCESS"
      )
      yield* till.until(isPaid)
      assert.strictEqual((yield* till.reverse("SALE-0001")).status, 200)
      assert.strictEqual((yield* till.ledgerOf("SALE-0001")).tradeState, "REVOKED")
    })
  )

  it.effect(
    "comes too late after a week, and of an unknown number fails unless WeChat is told to agree",
    () =>
      Effect.gen(function* () {
        const till = yield* open
        yield* till.sale("SALE-0001", "paid")
        yield* TestClock.adjust("7 days")
        assert.strictEqual((yield* till.reverse("SALE-0001")).json.code, "REVERSE_EXPIRE")
        assert.strictEqual((yield* till.reverse("SALE-0002")).json.code, "ORDER_NOT_EXIST")
        yield* till.control("PUT", "/control/settings", { reverseUnknown: true })
        assert.strictEqual((yield* till.reverse("SALE-0002")).status, 200)
      })
  )
})
