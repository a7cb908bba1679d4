import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { codeFor, codepay, openSandbox, refund } from "../../support/wechat-sandbox.ts"

const trade = "/v3/bill/tradebill?bill_date=2026-11-24"
const funds = "/v3/bill/fundflowbill?bill_date=2026-11-24"

/** A till that has sold twice on 24 November, given some of the first back and undone the second. */
const open = Effect.gen(function* () {
  const wechat = yield* openSandbox()
  for (const number of ["SALE-0001", "SALE-0002"]) {
    const sale = codepay(wechat, number, yield* codeFor(wechat, "paid"))
    yield* wechat.call("POST", "/v3/pay/transactions/codepay", sale)
  }
  yield* wechat.call("POST", "/v3/refund/domestic/refunds", refund("SALE-0001", "R-1", 2_850))
  yield* TestClock.adjust("1 minute")
  const { appid, mchid } = wechat.credentials
  yield* wechat.call("POST", "/v3/pay/transactions/out-trade-no/SALE-0002/reverse", {
    appid,
    mchid
  })
  const fetch = Effect.fnUntraced(function* (target: string) {
    const asked = yield* wechat.call("GET", target)
    const url = new URL(asked.json.download_url)
    const file = yield* wechat.call("GET", url.pathname + url.search)
    return { asked, url, file, lines: file.text.slice(1).split("\r\n") }
  })
  return { ...wechat, fetch }
})

describe("a bill", () => {
  it.effect("is there from ten o'clock of the next day, and weighs what was said of it", () =>
    Effect.gen(function* () {
      const till = yield* open
      assert.include((yield* till.call("GET", trade)).json, { code: "PARAM_ERROR" })
      yield* TestClock.adjust("21 hours")
      assert.include((yield* till.call("GET", trade)).json, { code: "STATEMENT_CREATING" })
      yield* TestClock.adjust("1 hour")
      const { asked, file, lines } = yield* till.fetch(trade)
      assert.strictEqual(createHash("sha1").update(file.text).digest("hex"), asked.json.hash_value)
      assert.isUndefined(file.headers["wechatpay-signature"])
      assert.strictEqual(lines[0]?.split(",").length, 27)
      const states = lines.slice(1, 5).map((line) => line.split(",`")[9])
      assert.deepStrictEqual(states, ["SUCCESS", "SUCCESS", "REFUND", "REVOKED"])
      assert.strictEqual(lines.at(-2), "`4,`257.00,`157.00,`0.00,`0.60000,`257.00,`157.00")
    })
  )

  it.effect("of payments alone has twenty columns", () =>
    Effect.gen(function* () {
      const till = yield* open
      yield* TestClock.adjust("22 hours")
      const { lines } = yield* till.fetch(`${trade}&bill_type=SUCCESS`)
      assert.strictEqual(lines[0]?.split(",").length, 20)
      assert.strictEqual(lines[1]?.split(",`").length, 20)
    })
  )

  it.effect("says of funds what came, what went and what WeChat kept", () =>
    Effect.gen(function* () {
      const till = yield* open
      yield* TestClock.adjust("22 hours")
      const { lines } = yield* till.fetch(funds)
      assert.strictEqual(lines.at(-2), "`8.0,`4.0,`257.94,`4.0,`158.54")
      assert.match(lines[1] ?? "", /`交易,`交易,`收入,`128.50,`128.50,.*`SALE-0001$/)
    })
  )

  it.effect("goes under an address that soon expires, to its own merchant", () =>
    Effect.gen(function* () {
      const till = yield* open
      yield* TestClock.adjust("22 hours")
      const { url } = yield* till.fetch(trade)
      yield* TestClock.adjust("301 seconds")
      const late = yield* till.call("GET", url.pathname + url.search)
      assert.include(late.json, { code: "PARAM_ERROR" })
      const none = yield* till.call("GET", "/v3/bill/tradebill?bill_date=2026-11-23")
      assert.include(none.json, { code: "NO_STATEMENT_EXIST" })
    })
  )

  it.effect("stays as it stood at nine, whatever happens to a refund later", () =>
    Effect.gen(function* () {
      const till = yield* open
      yield* till.control("PUT", "/control/settings", { refundAfter: 200_000, refundPause: false })
      yield* till.call("POST", "/v3/refund/domestic/refunds", refund("SALE-0001", "R-2", 100))
      yield* TestClock.adjust("4 days")
      const { lines } = yield* till.fetch(trade)
      const statuses = lines.slice(1, 6).map((line) => line.split(",`")[19])
      assert.deepStrictEqual(statuses, ["", "", "SUCCESS", "SUCCESS", "PROCESSING"])
    })
  )

  it.effect("can lack a row, have one too many, a fen too much, a wrong hash and half a file", () =>
    Effect.gen(function* () {
      const till = yield* open
      yield* TestClock.adjust("22 hours")
      const whole = yield* till.fetch(trade)
      const spoilt = (fault: string) =>
        Effect.andThen(till.control("PUT", "/control/faults", { fault }), till.fetch(trade))
      assert.lengthOf((yield* spoilt("bill-missing")).lines, whole.lines.length - 1)
      assert.lengthOf((yield* spoilt("bill-extra")).lines, whole.lines.length + 1)
      assert.match((yield* spoilt("bill-amount")).lines[1] ?? "", /`128.51,/)
      const hashed = yield* spoilt("bill-hash")
      assert.notStrictEqual(hashed.asked.json.hash_value, whole.asked.json.hash_value)
      assert.strictEqual(hashed.file.text, whole.file.text)
      assert.isBelow((yield* spoilt("bill-cut")).file.text.length, whole.file.text.length)
    })
  )
})
