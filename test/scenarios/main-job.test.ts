import { readFileSync } from "node:fs"
import { connect } from "node:net"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { eventually, install, start, weir } from "../support/installation.ts"
import { browser, openPage } from "../support/phone.ts"
import {
  about,
  ask,
  curl,
  house,
  mis,
  post,
  sale,
  says,
  slip,
  slips,
  type Texts
} from "../support/store.ts"
import { wechatOf } from "../support/wechat.ts"

const open = Effect.gen(function* () {
  const at = yield* install()
  yield* start(at)
  return { at, wechat: wechatOf(at) }
})

/** Weir as `npm start` runs it, its WeChat beside it; one for all that happens here, one thing after another. */
class Shop extends Context.Service<Shop, Effect.Success<typeof open>>()("Shop") {
  static readonly layer = Layer.effect(Shop, open)
}

const fixture = (name: string) =>
  readFileSync(new URL(`../fixtures/legacy/${name}`, import.meta.url))
const sample = fixture("pos-micropay.gbk.xml")
const sampled = { TicketNo: "20240518130200371", TranTime: "20240518133107" }

/** As a person does it. */
const posts = (path: string, body: Uint8Array) =>
  Effect.flatMap(Shop, ({ at }) => {
    const type = "Content-Type: text/xml; charset=GBK"
    return curl({ body }, "-H", type, `http://127.0.0.1:${at.ports.legacy}${path}`)
  })

const till = (texts: Texts) => Effect.flatMap(Shop, ({ at }) => says(at, texts))
const code = (outcome: string) => Effect.flatMap(Shop, ({ wechat }) => wechat.code(outcome))
const pays = (outTradeNo = "") => Effect.flatMap(Shop, ({ wechat }) => wechat.pays(outTradeNo))
const orders = (outTradeNo = "") =>
  Effect.flatMap(Shop, ({ wechat }) => wechat.ordersOf(outTradeNo))
const terminal = (type: string, fields?: Texts) =>
  Effect.flatMap(Shop, ({ at }) => slips(at, slip(type, fields)))
const sold = (TicketNo: string) =>
  Effect.flatMap(code("paid"), (paid) => till(sale(TicketNo, paid)))
const amount = "000000012850"

layer(Shop.layer, { excludeTestServices: true, timeout: "90 seconds" })("the main job", (it) => {
  it.effect(
    "a till's sample is answered in the sample's own bytes, within its 20 seconds",
    () =>
      Effect.gen(function* () {
        const since = performance.now()
        const heard = yield* posts("/pos/xml", sample)
        assert.isBelow(performance.now() - since, 20_000)
        assert.deepEqual(Buffer.from(heard), fixture("pos-micropay-reply-userpaying.gbk.xml"))
      }),
    60_000
  )

  it.effect.skipIf(browser === "")("the phone shows shop and amount; its button pays", () =>
    Effect.gen(function* () {
      const { at, wechat } = yield* Shop
      const page = yield* openPage(`${wechat.url}/phone`)
      const sheet = page.locator(".sheet")
      yield* Effect.promise(async () => {
        assert.include(await sheet.innerText(), "天河城店-日用百货")
        assert.include(await sheet.innerText(), "¥128.50")
        await page.screenshot({ path: join(at.folder, "phone.png"), fullPage: true })
        await sheet.getByRole("button", { name: "确认支付" }).click()
        await page.getByRole("status").getByText("支付成功").waitFor()
      })
      assert.strictEqual((yield* wechat.orders)[0]?.tradeState, "SUCCESS")
    })
  )

  it.effect("the same ticket is told paid, in the same bytes by whichever client", () =>
    Effect.gen(function* () {
      const { at, wechat } = yield* Shop
      // Without a browser somebody else has to press the button.
      const [order] = yield* wechat.orders
      if (order?.tradeState === "USERPAYING") yield* pays(order.outTradeNo)
      const first = yield* posts("/pos/xml", sample)
      const told = yield* house.read(first)
      const [{ outTradeNo = "", transactionId = "" } = {}] = yield* wechat.orders
      assert.include(told, {
        RetCode: "00",
        TicketNo: sampled.TicketNo,
        OutTradeNo: outTradeNo,
        TransactionId: transactionId,
        TotalFee: "128.50"
      })
      assert.match(told.PaidTime ?? "", /^20\d{12}$/)
      for (const heard of [
        yield* posts("/pos/xml", sample),
        yield* post(at, "/pos/xml", sample),
        yield* posts("/pos/xml", sample)
      ])
        assert.deepEqual(heard, first)
      assert.lengthOf(yield* wechat.orders, 1)
    })
  )

  it.effect("the same ticket with another amount is refused, and WeChat is not asked", () =>
    Effect.gen(function* () {
      const { wechat } = yield* Shop
      const dearer = { ...sale(sampled.TicketNo, yield* code("paid"), "129.50"), ...sampled }
      assert.include(yield* till(dearer), { RetCode: "E3", TicketNo: sampled.TicketNo })
      assert.lengthOf(yield* wechat.orders, 1)
    })
  )

  for (const [outcome, refusal] of [
    ["expired", "F1"],
    ["notenough", "F2"]
  ] as const)
    it.effect(`after a code that is "${outcome}" another one pays under the same ticket`, () =>
      Effect.gen(function* () {
        const refused = yield* till(sale(outcome, yield* code(outcome)))
        assert.strictEqual(refused.RetCode, refusal)
        const paid = yield* sold(outcome)
        assert.strictEqual(paid.RetCode, "00")
        const states = (yield* orders(paid.OutTradeNo)).map(({ tradeState }) => tradeState)
        assert.deepEqual(
          states.filter((state) => state === "SUCCESS"),
          ["SUCCESS"]
        )
      })
    )

  it.effect("a bank's library sends the sample's 159 bytes and gets 148", () =>
    Effect.gen(function* () {
      const { at } = yield* Shop
      const request = fixture("pos-bankall-request.gbk.bin")
      assert.lengthOf(request, 159)
      const heard = yield* ask(at, request)
      assert.lengthOf(heard, 148)
      // Its code was used up by the first sale: a code works once.
      assert.include(yield* mis.read(heard), { ret: "F1", check: "471" })
      const fresh = Buffer.from(request)
      fresh.write(yield* code("paid"), 59, "latin1")
      const paid = yield* ask(at, fresh)
      assert.lengthOf(paid, 148)
      assert.include(yield* mis.read(paid), { ret: "00", amount, check: "471" })
    })
  )

  it.effect(
    "a terminal signs in, sells, refunds part of it, and a reset line undoes a sale",
    () =>
      Effect.gen(function* () {
        const { at, wechat } = yield* Shop
        assert.include(yield* terminal("05"), { ret: "00", batch: "000001" })
        const first = yield* terminal("00", { amount, code: yield* code("paid") })
        const { rrn = "" } = first
        assert.strictEqual(first.ret, "00")
        const back = { rrn, amount: "000000000500" }
        assert.include(yield* terminal("02", back), { ret: "00", amount: back.amount })

        yield* wechat.fault("slow", { path: "/v3/pay/transactions/codepay", seconds: 2 })
        const lost = yield* code("paid")
        const stateOf = (authCode: string) =>
          Effect.map(
            wechat.orders,
            (all) => all.find((order) => order.authCode === authCode)?.tradeState
          )
        const message = yield* mis.write(slip("00", { amount, code: lost }))
        const socket = connect(at.ports.mis, "127.0.0.1", () => socket.write(message))
        yield* eventually("WeChat has the sale", stateOf(lost))
        socket.resetAndDestroy()

        const next = yield* code("paid")
        assert.strictEqual((yield* terminal("00", { amount, code: next })).ret, "00")
        assert.strictEqual(yield* stateOf(lost), "REVOKED")
        assert.strictEqual(yield* stateOf(next), "SUCCESS")

        assert.strictEqual((yield* terminal("01", { trace: "000002" })).ret, "R0")
        assert.include(yield* terminal("06"), { ret: "00", message: "结算2笔 252.00元" })
        assert.include(yield* terminal("05"), { batch: "000002" })
      }),
    60_000
  )

  it.effect(
    "a till asks, refunds part of a sale and all of another, and takes one back",
    () =>
      Effect.gen(function* () {
        for (const ticket of ["in-part", "whole", "reversed"]) yield* sold(ticket)
        const query = { TranCode: "QUERY", ...about("in-part") }
        assert.include(yield* till(query), { RetCode: "00", TotalFee: "128.50" })
        const refund = (OrigTicketNo: string, RefundFee: string, TicketNo = `of-${OrigTicketNo}`) =>
          till({ TranCode: "REFUND", ...about(TicketNo), OrigTicketNo, RefundFee })
        assert.include(yield* refund("in-part", "28.50"), { RetCode: "00", RefundFee: "28.50" })
        assert.include(yield* refund("whole", "128.50"), { RetCode: "00", RefundFee: "128.50" })
        assert.include(yield* refund("in-part", "100.01", "too-much"), { RetCode: "E5" })
        assert.include(yield* till(query), { RetCode: "00", RefundFee: "28.50" })
        const reversed = yield* till({ TranCode: "REVERSE", ...about("reversed") })
        assert.include(reversed, { RetCode: "R0", RefundFee: "128.50" })
        assert.strictEqual((yield* orders(reversed.OutTradeNo))[0]?.tradeState, "REVOKED")
      }),
    60_000
  )

  it.effect("a QR is shown in three ways; its payment is notified, and the till told", () =>
    Effect.gen(function* () {
      const { wechat } = yield* Shop
      const asked = (TicketNo: string) =>
        house.write({ TranCode: "NATIVE", ...about(TicketNo), TotalFee: "88.00" })
      const message = yield* asked("qr")
      const shown = yield* house.read(yield* posts("/pos/qr", message))
      assert.match(shown.CodeUrl ?? "", /^weixin:\/\//)
      const drawing = Buffer.from(yield* posts("/pos/qr.svg", message)).toString()
      assert.match(drawing, /^<svg [\s\S]+<\/svg>\s*$/)
      const receipt = Buffer.from(yield* posts("/pos/qr.escpos", message))
      assert.include(receipt.toString("latin1"), shown.CodeUrl ?? "?")

      const [order] = (yield* wechat.orders).filter(({ total }) => total === 8_800)
      yield* pays(order?.outTradeNo)
      const delivered = Effect.map(wechat.notifies, (all) =>
        all.flatMap(({ deliveries }) => deliveries).find(({ status }) => status === 200)
      )
      yield* eventually("the notify is acknowledged", delivered)
      const told = yield* till({ TranCode: "QUERY", ...about("qr") })
      assert.include(told, { RetCode: "00", OutTradeNo: order?.outTradeNo, TotalFee: "88.00" })
    })
  )

  it.effect(
    "`weir till` plays all of it from the command line",
    () =>
      Effect.gen(function* () {
        const { at } = yield* Shop
        const plays = Effect.fnUntraced(function* (...args: ReadonlyArray<string>) {
          const { code, output } = yield* weir(at, "till", ...args)
          assert.strictEqual(code, 0, output)
          return output
        })
        assert.include(yield* plays("pay", "--ticket", "typed"), "00: done")
        assert.include(yield* plays("query"), "00: done")
        assert.include(yield* plays("pay", "--mis"), "00: done")
        assert.include(yield* plays("refund", "--mis", "--amount", "2.80"), "00: done")
        assert.include(yield* plays("pay"), "00: done")
        assert.include(yield* plays("refund", "--amount", "2.80"), "00: done")
        assert.include(yield* plays("pay", "--mis"), "00: done")
        assert.include(yield* plays("reverse", "--ticket", "typed"), "R0: reversed")
        assert.include(yield* plays("reverse", "--mis"), "R0: reversed")
      }),
    120_000
  )
})
