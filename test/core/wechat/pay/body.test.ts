import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Schema } from "effect"
import { Fen } from "../../../../core/values/money.ts"
import { codepayBody, orderBody, printable, refundBody } from "../../../../core/wechat/pay/body.ts"
import { merchant, NOW, settings } from "./fixture.ts"

const fen = (amount: number) => Fen.make(amount)

const codepay = {
  outTradeNo: "WEIR20261124000001",
  authCode: "134567890123456789",
  amount: fen(12850),
  description: "天河店 小票0042",
  store: "GZ0013",
  device: "02"
}
const native = {
  outTradeNo: "WEIR20261124000001",
  amount: fen(1),
  description: "停车费",
  expires: NOW,
  notifyUrl: `${settings.notifyUrl}/payment`
}
const refund = {
  outTradeNo: "WEIR20261124000001",
  outRefundNo: "WEIRR20261124000001",
  amount: fen(50),
  total: fen(12850),
  notifyUrl: `${settings.notifyUrl}/refund`
}

describe("the body of", () => {
  it.effect("a code payment has no address for notifies, and our own name for the store", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* codepayBody(merchant, codepay),
        '{"appid":"wx0000000000test01","mchid":"1900000109","description":"天河店 小票0042",' +
          '"out_trade_no":"WEIR20261124000001","amount":{"total":12850,"currency":"CNY"},' +
          '"payer":{"auth_code":"134567890123456789"},' +
          '"scene_info":{"device_id":"02","device_ip":"127.0.0.1","store_info":{"out_id":"GZ0013"}}}'
      )
    })
  )

  it.effect("a code payment does not fail for the name of a till", () =>
    Effect.gen(function* () {
      const device = `${"前台".repeat(20)}🎉`
      assert.match(yield* codepayBody(merchant, { ...codepay, device }), /"device_id":"(前台){5}"/)
      assert.notMatch(yield* codepayBody(merchant, { ...codepay, device: " " }), /device_id/)
    })
  )

  it.effect("an order to be scanned says until when, in Beijing", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* orderBody(merchant, "native", native),
        '{"appid":"wx0000000000test01","mchid":"1900000109","description":"停车费",' +
          '"out_trade_no":"WEIR20261124000001","amount":{"total":1,"currency":"CNY"},' +
          '"time_expire":"2026-11-24T14:00:00+08:00",' +
          '"notify_url":"https://gw.example.com/wechat/pay/notify/1900000109/payment"}'
      )
    })
  )

  it.effect("a refund names neither merchant nor account, and no reason where there is none", () =>
    Effect.gen(function* () {
      assert.strictEqual(
        yield* refundBody(merchant, { ...refund, reason: "🙂" }),
        '{"out_trade_no":"WEIR20261124000001","out_refund_no":"WEIRR20261124000001",' +
          '"notify_url":"https://gw.example.com/wechat/pay/notify/1900000109/refund",' +
          '"amount":{"refund":50,"total":12850,"currency":"CNY"}}'
      )
      assert.match(
        yield* refundBody(merchant, { ...refund, reason: "尺码不合" }),
        /"reason":"尺码不合"/
      )
    })
  )

  it("the same sale is the same text, byte for byte, and can be had inside a write", () => {
    const bodies = [codepayBody(merchant, codepay), codepayBody(merchant, { ...codepay })]
    assert.isTrue(bodies.every(Exit.isSuccess))
    assert.deepStrictEqual(bodies[0], bodies[1])
  })
})

describe("what WeChat would refuse is not sent", () => {
  it.effect.each([
    ["/payer/auth_code", codepayBody(merchant, { ...codepay, authCode: "284567890123456789" })],
    ["/payer/auth_code", codepayBody(merchant, { ...codepay, authCode: "13456789012345678" })],
    ["/amount/total", codepayBody(merchant, { ...codepay, amount: fen(0) })],
    ["/out_trade_no", codepayBody(merchant, { ...codepay, outTradeNo: "WEIR|1" })],
    ["/out_trade_no", orderBody(merchant, "native", { ...native, outTradeNo: "x".repeat(33) })],
    [
      "/scene_info/store_info/out_id",
      codepayBody(merchant, { ...codepay, store: "店".repeat(33) })
    ],
    ["/scene_info/device_ip", codepayBody(merchant, { ...codepay, deviceIp: "till-2" })],
    ["/notify_url", orderBody(merchant, "native", { ...native, notifyUrl: "https://a/b?c=1" })],
    ["/out_refund_no", refundBody(merchant, { ...refund, outRefundNo: "x".repeat(65) })],
    ["/amount", refundBody(merchant, { ...refund, amount: fen(12851) })]
  ] as const)("%s is named, and never its value", ([field, body]) =>
    Effect.gen(function* () {
      const invalid = yield* Effect.flip(body)
      assert.strictEqual(invalid.field, field)
      assert.notMatch(invalid.message, /84567890|WEIR|xxx|店店/)
    })
  )
})

describe("text that the payer reads", () => {
  it.each([
    ["拿铁☕两杯🎉", "拿铁☕两杯"],
    ["𠮷野家 牛丼", "野家 牛丼"],
    ["👨‍👩‍👧 家庭装 1️⃣", "家庭装 1"],
    ["  两\n行\t字\u0000 ", "两 行 字"],
    ["half \uD83D of one", "half of one"]
  ])("%j becomes %j", (from, to) => {
    assert.strictEqual(printable(from, 127), to)
  })

  it("is cut where WeChat stops reading", () => {
    assert.strictEqual(printable("店".repeat(200), 127), "店".repeat(42))
  })

  it.effect("is never missing", () =>
    Effect.gen(function* () {
      const body = yield* codepayBody(merchant, { ...codepay, description: "🎉🎉" })
      assert.match(body, /"description":"商品"/)
    })
  )

  it.effect.prop(
    "has no character of four bytes, whatever comes in",
    { text: Schema.String },
    ({ text }) =>
      Effect.gen(function* () {
        const body = yield* codepayBody(merchant, { ...codepay, description: text })
        const { description } = Schema.decodeUnknownSync(Description)(body)
        assert.isTrue(description.length >= 1 && description.length <= 127)
        assert.isTrue([...description].every((character) => Buffer.byteLength(character) <= 3))
        assert.isTrue(description.isWellFormed())
      })
  )
})

const Description = Schema.fromJsonString(Schema.Struct({ description: Schema.String }))
