import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { codepay, native, openSandbox } from "../../support/wechat-sandbox.ts"

const developmentCode = "134650182203475516"

const open = Effect.gen(function* () {
  const wechat = yield* openSandbox()
  const [first, second] = [wechat.credentials.openid, wechat.credentials.silentOpenid]
  return {
    ...wechat,
    first,
    second,
    page: (openid = first, screen = "") =>
      Effect.map(wechat.control("GET", `/phone${screen}?as=${openid}`), ({ text }) => text)
  }
})

describe("the phone", () => {
  it.effect("works without a script, is small, and shows three shoppers with what they have", () =>
    Effect.gen(function* () {
      const phone = yield* open
      for (const screen of ["", "/code", "/scan", "/bill", "/me"]) {
        const { headers, text } = yield* phone.control("GET", `/phone${screen}`)
        assert.isBelow(Buffer.byteLength(text), 50_000)
        assert.match(headers["content-security-policy"] ?? "", /default-src 'none'/)
        assert.isEmpty(text.match(/ on\w+=/g) ?? [])
      }
      const text = yield* phone.page()
      for (const name of ["林小雨", "周建国", "陈怡"]) assert.include(text, name)
      for (const balance of ["¥1288.50", "¥56.20", "¥30000.00"]) assert.include(text, balance)
      const code = developmentCode.replaceAll(/(.{4})/g, "$1 ").trim()
      assert.include(yield* phone.page(phone.first, "/code"), code)
    })
  )

  it.effect("pays what is asked of it with one button", () =>
    Effect.gen(function* () {
      const phone = yield* open
      yield* phone.call(
        "POST",
        "/v3/pay/transactions/codepay",
        codepay(phone, "SALE-0001", developmentCode)
      )
      const page = yield* phone.page()
      assert.match(page, /<p class="amount">¥128\.50<\/p>/)
      assert.notInclude(yield* phone.page(phone.second), "SALE-0001")
      const wrong = { as: phone.first, number: "SALE-0001", result: "wrongpassword" }
      yield* phone.post("/phone/pay", wrong)
      assert.match(yield* phone.page(), /正在输入支付密码/)
      const done = yield* phone.post("/phone/pay", { ...wrong, result: "paid" })
      assert.strictEqual(done.status, 303)
      assert.strictEqual(done.headers.location, `/phone?as=${phone.first}&say=paid`)
      assert.strictEqual((yield* phone.ledgerOf("SALE-0001")).tradeState, "SUCCESS")
      assert.notInclude(yield* phone.page(), '<p class="amount">')
      const again = yield* phone.post("/phone/pay", { ...wrong, result: "paid" })
      assert.match(again.headers.location ?? "", /say=NotPayable/)
    })
  )

  it.effect("scans a QR, by what it says or from the list", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const { json } = yield* phone.call(
        "POST",
        "/v3/pay/transactions/native",
        native(phone, "ORDER|0001")
      )
      assert.include(yield* phone.page(phone.second, "/scan"), "scan=ORDER%7C0001")
      const scanned = yield* phone.post("/phone/scan", { as: phone.second, code: json.code_url })
      const shown = yield* phone.control("GET", scanned.headers.location ?? "")
      assert.match(shown.text, /<p class="amount">¥88\.00<\/p>/)
      yield* phone.post("/phone/pay", { as: phone.second, number: "ORDER|0001", result: "paid" })
      const { openid, tradeState } = yield* phone.ledgerOf("ORDER|0001")
      assert.deepStrictEqual([openid, tradeState], [phone.second, "SUCCESS"])
      // 56.20 do not suffice, so a card paid.
      assert.include(yield* phone.page(phone.second), "¥56.20")
    })
  )

  it.effect("shows a new code each minute, once the development code is used", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const code = Effect.map(
        phone.page(phone.first, "/code"),
        (text) => /<code>([\d ]+)<\/code>/.exec(text)?.[1]
      )
      const first = yield* code
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* code, first)
      yield* phone.call(
        "POST",
        "/v3/pay/transactions/codepay",
        codepay(phone, "SALE-0001", developmentCode)
      )
      const second = yield* code
      assert.notStrictEqual(second, first)
      yield* TestClock.adjust("59 seconds")
      assert.strictEqual(yield* code, second)
      yield* TestClock.adjust("1 second")
      assert.notStrictEqual(yield* code, second)
    })
  )

  it.effect("holds codes that do what was chosen on it", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const url = "/v3/pay/transactions/codepay"
      const code = Effect.map(phone.page(phone.first, "/code"), (text) => {
        const [, digits = ""] = /<code>([\d ]+)<\/code>/.exec(text) ?? []
        return digits.replaceAll(" ", "")
      })
      for (const [outcome, status] of [
        ["paid", 200],
        ["expired", 400],
        ["late", 202]
      ] as const) {
        yield* phone.post("/phone/outcome", { as: phone.first, outcome })
        const body = codepay(phone, `SALE-${outcome}`, yield* code)
        assert.strictEqual((yield* phone.call("POST", url, body)).status, status, outcome)
      }
    })
  )

  it.effect("says which faults are on, and switches them off", () =>
    Effect.gen(function* () {
      const phone = yield* open
      assert.notInclude(yield* phone.page(), "故障已开启")
      yield* phone.post("/phone/faults", { as: phone.first, fault: "reset" })
      assert.match(yield* phone.page(), /故障已开启.*reset ×1/s)
      yield* phone.post("/phone/faults/off", { as: phone.first })
      assert.notInclude(yield* phone.page(), "故障已开启")
    })
  )

  it.effect("escapes what shops write", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const description = "<img src=x onerror=alert(1)>"
      const body = { ...codepay(phone, "SALE-0001", developmentCode), description }
      yield* phone.call("POST", "/v3/pay/transactions/codepay", body)
      const page = yield* phone.control(
        "GET",
        `/phone?as=${encodeURIComponent('"><script>')}&say=constructor`
      )
      assert.notInclude(page.text, "<img src=x")
      assert.notInclude(page.text, '"><script>')
      assert.include(page.text, "&lt;img src=x")
    })
  )
})
