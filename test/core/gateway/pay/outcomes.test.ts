import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { eachDatabase } from "../../../support/database.ts"
import { openRental, stateOf } from "../../../support/pay-page.ts"
import { meanwhile, pass } from "../../../support/world.ts"

eachDatabase("the pay page tells", (database) => {
  it.effect("who has a wrong or shortened address what to do, and nothing else", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { deposit } = yield* rental.rent()
      const phone = rental.device("phone", undefined, "en")
      for (const url of [
        deposit.slice(0, -1),
        `${deposit.slice(0, -1)}${deposit.endsWith("0") ? "1" : "0"}`,
        deposit.toLowerCase(),
        "http://weir.test/pay/bike-7"
      ]) {
        const page = yield* phone.open(url)
        assert.strictEqual(page.status, 404, url)
        assert.include(page.text, "There is no such payment")
        assert.strictEqual((yield* phone.look(url)).title, "PaymentUnknown")
        assert.strictEqual((yield* phone.press(url)).title, "PaymentUnknown")
        assert.strictEqual((yield* phone.word(url)).title, "PaymentUnknown")
      }
      assert.isEmpty(yield* rental.orders)
    })
  )

  it.effect("when the time is over, before and after it is closed, and begins nothing then", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { deposit } = yield* rental.rent({ payWithin: 600 })
      const phone = rental.device("phone")
      assert.include((yield* phone.open(deposit)).text, "2026-11-24 12:10 北京时间")
      yield* pass("11 minutes")
      assert.strictEqual(stateOf(yield* phone.open(deposit)), "closed")
      const { cashier, view } = yield* phone.press(deposit)
      assert.isUndefined(cashier)
      assert.strictEqual(view.state, "closed")
      assert.include(view.html, "没有扣款")
      assert.isEmpty(yield* rental.orders)
      assert.strictEqual(stateOf(yield* rental.device("computer").open(deposit)), "closed")
    })
  )

  it.effect("what nobody knows as what nobody knows, and never as failed", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { deposit } = yield* rental.rent()
      const phone = rental.device("phone", undefined, "en")
      // WeChat has taken the order, and neither its answer nor any other comes through.
      rental.network.weather = ({ url }) => (url.includes("/v3/") ? "answer lost" : "fair")
      const { cashier, view } = yield* phone.press(deposit)
      assert.isUndefined(cashier)
      assert.strictEqual(view.state, "checking")
      assert.include(view.html, "Please do not pay again")
      assert.notMatch(view.html, /fail|<form|<button/i)
      const seen = yield* phone.word(deposit)
      assert.strictEqual(seen.state, "checking")
      // A restart forgets nothing of it.
      yield* rental.restart
      assert.strictEqual(stateOf(yield* phone.open(deposit)), "checking")
      rental.network.weather = () => "fair"
      yield* pass("2 minutes")
      const open = yield* phone.look(deposit)
      assert.include(["open", "paying"], open.state)
      const again = yield* phone.press(deposit)
      assert.strictEqual(again.cashier?.way, "h5", JSON.stringify(again))
      yield* rental.payer()
      assert.strictEqual((yield* phone.word(deposit)).state, "paid")
      assert.strictEqual((yield* rental.kept).length, 1)
    })
  )

  it.effect("what was given back, in part and as a whole, and every part of a reference", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { balance, deposit } = yield* rental.rent()
      const computer = rental.device("computer")
      const page = yield* computer.open(deposit)
      for (const text of [
        "全部款项",
        "本次",
        "租车尾款 &lt;Bike&gt;",
        "¥45.50",
        "尚未支付 ¥245.50"
      ])
        assert.include(page.text, text)
      assert.include(page.text, `href="${new URL(balance).pathname}"`)
      yield* rental.payer()
      assert.strictEqual((yield* computer.word(deposit)).state, "paid")
      yield* pass("1 second")
      assert.include((yield* computer.look(balance)).html, "尚未支付 ¥45.50")
      yield* rental.payer()
      const both = yield* computer.word(balance)
      assert.include(both.html, "全部付清")

      yield* rental.tell("/rental/returned", {
        reference: "bike-7",
        part: "deposit",
        amount: 5_000
      })
      const refunded = yield* computer.look(deposit)
      assert.strictEqual(refunded.state, "refunded")
      assert.include(refunded.html, "¥50.00")
      assert.strictEqual((yield* computer.look(balance)).state, "paid")
    })
  )

  it.effect("each language's readers in theirs", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { deposit } = yield* rental.rent()
      const says = (language: string) =>
        Effect.map(rental.device("phone", undefined, language).open(deposit), ({ text }) => [
          /<html lang="([\w-]+)"/.exec(text)?.[1],
          text.includes("Pay with WeChat")
        ])
      for (const language of ["zh-CN,zh;q=0.9,en;q=0.8", "", "*", "en;q=0.1,zh;q=0.2"])
        assert.deepStrictEqual(yield* says(language), ["zh-CN", false], language)
      for (const language of ["en-US,en;q=0.9", "fr-FR,fr;q=0.9", "en,zh;q=0.5", "zh;q=0,en"])
        assert.deepStrictEqual(yield* says(language), ["en", true], language)
    })
  )

  it.effect("a page that listens each time something changes, until it is over", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { deposit } = yield* rental.rent()
      const computer = rental.device("computer")
      const { mark } = yield* computer.look(deposit)
      const listening = yield* Effect.forkChild(
        rental
          .fetch(
            new Request(`${deposit}/events?since=${mark}`, {
              headers: { "user-agent": "Windows", accept: "text/event-stream" }
            })
          )
          .pipe(Effect.andThen((answer) => Effect.promise(() => answer.text())))
      )
      yield* pass("3 seconds")
      yield* rental.payer()
      yield* pass("70 seconds")
      const text = yield* Fiber.join(listening)
      const views = [...text.matchAll(/^event: view\ndata:(.*)$/gm)].map(([, json = ""]) =>
        JSON.parse(json)
      )
      assert.deepStrictEqual(
        views.map(({ state }) => state),
        ["paid"],
        text
      )
      assert.deepInclude(views[0], { isLive: false, says: "支付成功" })
    })
  )
})

eachDatabase("the pay page refuses", (database) => {
  it.effect("to begin more often than a person does, and says so", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { balance, deposit } = yield* rental.rent()
      const phone = rental.device("phone")
      const statuses: Array<number> = []
      for (let time = 0; time < 12; time++) statuses.push((yield* phone.press(deposit)).status)
      assert.strictEqual(statuses[0], 200)
      assert.strictEqual(statuses.at(-1), 429)
      assert.strictEqual((yield* phone.submit(deposit)).status, 429)
      assert.include((yield* phone.submit(deposit)).text, "操作太频繁")
      assert.strictEqual((yield* phone.press(balance)).status, 200, "another is another's")
      yield* pass("30 seconds")
      assert.strictEqual((yield* phone.press(deposit)).status, 200)
    })
  )

  it.effect("what another site's page sends, whatever the browser brings with it", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { deposit } = yield* rental.rent()
      const phone = rental.device("phone")
      for (const path of ["", "/word"]) {
        const seen = yield* phone.send(`${deposit}${path}`, {
          method: "POST",
          headers: { origin: "https://evil.example" }
        })
        assert.strictEqual(seen.status, 403)
        assert.strictEqual(JSON.parse(seen.text).title, "ForeignPage")
      }
      assert.isEmpty(yield* rental.orders)
      const own = yield* phone.send(deposit, {
        method: "POST",
        headers: { origin: "http://weir.test" }
      })
      assert.strictEqual(own.status, 200)
    })
  )

  it.effect("to let anything but the payment and the device decide", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { deposit } = yield* rental.rent()
      const phone = rental.device("phone")
      const body = new URLSearchParams({ amount: "1", way: "native", openid: "oX" })
      const seen = yield* phone.send(`${deposit}?amount=1&way=native&as=oX`, {
        method: "POST",
        body
      })
      assert.strictEqual(JSON.parse(seen.text).cashier.way, "h5")
      const [order] = yield* rental.orders
      assert.deepInclude(order, { total: 20_000, tradeType: "MWEB" })
    })
  )

  it.effect("to tell of a payer inside WeChat who is nobody", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { deposit } = yield* rental.rent()
      const phone = rental.device("wechat", rental.credentials.openid)
      const { value } = yield* meanwhile(phone.press(deposit))
      assert.strictEqual(value.status, 401)
      assert.strictEqual(value.title, "NotLoggedIn")
      assert.isEmpty(yield* rental.orders)
    })
  )
})
