import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { eachDatabase } from "../../../support/database.ts"
import { openRental, type Rental, stateOf } from "../../../support/pay-page.ts"
import { pass } from "../../../support/world.ts"

const keptOf = (rental: Rental) =>
  Effect.map(rental.kept, (orders) => orders.map(({ tradeType }) => tradeType))

eachDatabase("the pay page picks a way", (database) => {
  it.effect("inside WeChat: knows its payer silently and opens the cashier for them alone", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { openid } = rental.credentials
      const { deposit } = yield* rental.rent()
      const phone = rental.device("wechat", openid)
      const first = yield* phone.open(deposit)
      assert.match(first.location, /^\/login\/wechat\?to=%2Fpay%2F\w+&account=main$/)
      const page = yield* phone.arrive(deposit)
      assert.strictEqual(stateOf(page), "open")
      assert.isEmpty(yield* rental.orders, "nobody has begun")

      const { cashier, view } = yield* phone.press(deposit)
      assert.deepInclude(cashier, {
        way: "jsapi",
        appId: rental.credentials.appid,
        signType: "RSA"
      })
      assert.match(cashier.package, /^prepay_id=wx/)
      assert.strictEqual(view.state, "paying")
      for (const text of [page.text, view.html]) assert.notInclude(text, openid)
      const prepayId = cashier.package.slice("prepay_id=".length)
      yield* rental.control("POST", "/pay", { prepayId, openid })
      const seen = yield* phone.word(deposit)
      assert.deepInclude(seen, { state: "paid", isAnswered: true })
      assert.deepStrictEqual(yield* keptOf(rental), ["JSAPI"])
      assert.strictEqual(stateOf(yield* phone.open(deposit)), "paid")
    })
  )

  it.effect(
    "in a phone's browser: goes to WeChat with the payer's own address, and comes back",
    () =>
      Effect.gen(function* () {
        const rental = yield* openRental(database)
        const { deposit } = yield* rental.rent()
        const phone = rental.device("phone")
        const page = yield* phone.open(deposit)
        assert.strictEqual(stateOf(page), "open")
        assert.include(page.text, `action="${new URL(deposit).pathname}"`)
        const { cashier } = yield* phone.press(deposit)
        assert.strictEqual(cashier.way, "h5")
        const url = new URL(cashier.h5Url)
        assert.strictEqual(url.searchParams.get("redirect_url"), deposit)
        const asked = rental.network.sent.find(({ url }) => url.endsWith("/h5"))
        const { scene_info } = JSON.parse(Buffer.from(asked?.body ?? []).toString())
        assert.deepStrictEqual(scene_info, {
          payer_client_ip: "203.0.113.7",
          h5_info: { type: "iOS" }
        })
        // Without a script, the same leads there by a link.
        const plain = yield* phone.submit(deposit)
        assert.include(plain.text, "redirect_url=")
        assert.strictEqual((yield* rental.orders).length, 1)

        // Back without having paid: it may go on. Back with it paid: that is what it shows at once.
        const back = yield* phone.open(deposit)
        assert.strictEqual(stateOf(back), "paying")
        yield* rental.payer()
        assert.strictEqual(stateOf(yield* phone.open(deposit)), "paid")
        assert.deepStrictEqual(yield* keptOf(rental), ["MWEB"])
      })
  )

  it.effect("shows how to get into WeChat where the merchant may not use a phone's browser", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { deposit } = yield* rental.rent()
      const phone = rental.device("android", undefined, "en-GB,en;q=0.9")
      yield* rental.control("PUT", "/faults", {
        fault: "no-product",
        path: "/v3/pay/transactions/h5"
      })
      const { cashier, view } = yield* phone.press(deposit)
      assert.isUndefined(cashier)
      assert.include(view.html, "Open this page in WeChat to pay")
      assert.include(view.html, `value="${deposit}"`)
      assert.notInclude(view.html, "<form")
      assert.strictEqual(view.state, "open", "it can still be paid")
    })
  )

  it.effect("lets a second device take over, and takes money from one of them", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { deposit } = yield* rental.rent()
      const computer = rental.device("computer")
      yield* computer.open(deposit)
      const phone = rental.device("wechat", rental.credentials.openid)
      assert.include((yield* phone.arrive(deposit)).text, "另一台设备")
      const { cashier } = yield* phone.press(deposit)
      assert.strictEqual(cashier?.way, "jsapi")
      const [native, jsapi] = yield* rental.orders
      assert.deepInclude(native, { tradeType: "NATIVE", tradeState: "CLOSED" })
      assert.deepInclude(jsapi, { tradeType: "JSAPI", tradeState: "NOTPAY" })
      // The computer sees it, keeps its hands off, and may take it back.
      const seen = yield* computer.look(deposit)
      assert.notInclude(seen.html, "<svg")
      assert.include(seen.html, "改在这台设备上支付")
      assert.strictEqual((yield* rental.orders).length, 2)
      assert.include(seen.html, "请于此时间前支付")
      yield* rental.payer()
      yield* pass("3 seconds")
      assert.strictEqual((yield* computer.look(deposit)).state, "paid")
      assert.deepStrictEqual(yield* keptOf(rental), ["JSAPI"])
      assert.isUndefined((yield* phone.press(deposit)).cashier)
    })
  )

  it.effect(
    "leaves it to people to go back to a code, also when what a phone has begun is over",
    () =>
      Effect.gen(function* () {
        const rental = yield* openRental(database)
        const { deposit } = yield* rental.rent()
        const computer = rental.device("computer")
        yield* computer.open(deposit)
        const phone = rental.device("wechat", rental.credentials.openid)
        yield* phone.arrive(deposit)
        const path = "/v3/pay/transactions/jsapi"
        yield* rental.control("PUT", "/faults", { fault: "no-product", path })
        assert.include((yield* phone.press(deposit)).view.html, "请联系商家")
        const free = yield* computer.look(deposit)
        assert.strictEqual(free.state, "open")
        assert.include(free.html, "显示支付二维码")
        assert.deepStrictEqual(
          (yield* rental.orders).map(({ tradeState, tradeType }) => `${tradeType} ${tradeState}`),
          ["NATIVE CLOSED"],
          "a page that looks on begins nothing"
        )
        const pressed = yield* computer.press(deposit)
        assert.include(pressed.view.html, "<svg")
      })
  )

  it.effect("lets two people with the same address follow each other, and charges one", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { deposit } = yield* rental.rent()
      const one = rental.device("wechat", rental.credentials.openid)
      const other = rental.device("wechat", "oWeir5Laozhou4nRp8cHj6wYx1Gz")
      yield* one.arrive(deposit)
      yield* other.arrive(deposit)
      const first = yield* one.press(deposit)
      const second = yield* other.press(deposit)
      assert.notStrictEqual(second.cashier.package, first.cashier.package)
      assert.include((yield* one.look(deposit)).html, "另一台设备")
      const late = first.cashier.package.slice("prepay_id=".length)
      const refused = yield* rental.control("POST", "/pay", { prepayId: late })
      assert.strictEqual(refused.title, "NotPayable")
      yield* rental.payer()
      assert.strictEqual((yield* one.word(deposit)).state, "paid")
      assert.deepStrictEqual(yield* keptOf(rental), ["JSAPI"])
    })
  )

  it.effect("in a mini program: its own page pays, by its own session", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database, {
        settings: () => ({ accounts: [miniProgram] })
      })
      const { deposit } = yield* rental.rent()
      const page = yield* rental.device("miniProgram").open(deposit)
      assert.strictEqual(page.status, 200)
      const token = new URL(deposit).pathname.split("/").at(-1)
      assert.include(page.text, `data-mini="/pages/pay/pay?token=${token}"`)
      assert.include(page.text, "https://res.wx.qq.com/open/js/jweixin-1.6.0.js")
    })
  )

  it.effect("for a mini program that pays by the token and its own session", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { miniAppid, openid } = rental.credentials
      const { deposit } = yield* rental.rent()
      const { code } = yield* rental.control("POST", `/users/${openid}/authorize`, {
        appid: miniAppid,
        decision: "approve"
      })
      const { session } = yield* rental.tell("/login/mini-program", { code, account: "mini" })
      const client = rental.device("miniProgram")
      const bearer = { authorization: `Bearer ${session}` }
      const seen = yield* client.send(deposit, { method: "POST", headers: bearer })
      const { cashier, view } = JSON.parse(seen.text)
      assert.deepInclude(cashier, { way: "jsapi", appId: miniAppid }, seen.text)
      assert.strictEqual(view.state, "paying")
      yield* rental.payer()
      const told = yield* client.send(`${deposit}/word`, { method: "POST", headers: bearer })
      assert.strictEqual(JSON.parse(told.text).state, "paid")
    })
  )
})

const miniProgram = {
  name: "bikes",
  appid: "wx0f1e2d3c4b5a6978",
  secret: Redacted.make("0123456789abcdef0123456789abcdef"),
  kind: "mini-program" as const,
  payPage: "/pages/pay/pay"
}
