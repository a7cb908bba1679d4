import { createPublicKey, verify } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Random, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Fen } from "../../../../core/values/money.ts"
import {
  codepayBody,
  type NewOrder,
  orderBody,
  refundBody
} from "../../../../core/wechat/pay/body.ts"
import * as calls from "../../../../core/wechat/pay/calls.ts"
import { cashierParameters } from "../../../../core/wechat/pay/cashier-parameters.ts"
import { Signer } from "../../../../core/wechat/pay/signer.ts"
import { readTransaction } from "../../../../core/wechat/pay/wire.ts"
import { keys, merchant, order as ordered, settings, vectorsOf } from "./fixture.ts"

const NUMBER = "WEIR20261124000001"
const partner = { mchid: "1900000999", appid: "wx0000000partner01" }
const ofPartner = { ...merchant, partner, appid: partner.appid }

const order: NewOrder = {
  outTradeNo: NUMBER,
  amount: Fen.make(8800),
  description: "交通违法罚款",
  expires: 1_795_500_000_000,
  notifyUrl: `${settings.notifyUrl}/payment`
}
const browser = { ip: "203.0.113.7", device: "iOS" } as const
const parsed = (body: Effect.Effect<string, unknown>) =>
  Effect.map(body, (text) => JSON.parse(text))

describe("an order", () => {
  it.effect("is the same request for every way, but for what the way needs", () =>
    Effect.gen(function* () {
      const native = yield* parsed(orderBody(merchant, "native", order))
      assert.deepStrictEqual(yield* parsed(orderBody(merchant, "app", order)), native)
      const jsapi = yield* parsed(orderBody(merchant, "jsapi", { ...order, openid: "oPayer" }))
      assert.deepStrictEqual(jsapi, { ...native, payer: { openid: "oPayer" } })
      const h5 = yield* parsed(orderBody(merchant, "h5", { ...order, browser }))
      const scene_info = { payer_client_ip: "203.0.113.7", h5_info: { type: "iOS" } }
      assert.deepStrictEqual(h5, { ...native, scene_info })
    })
  )

  it.effect("is made at the account its payer is at", () =>
    Effect.gen(function* () {
      const mini = { ...order, appid: "wx0000000000mini01", openid: "oMini" }
      assert.strictEqual((yield* parsed(orderBody(merchant, "jsapi", mini))).appid, mini.appid)
    })
  )

  it.effect.each([
    ["/payer", orderBody(merchant, "jsapi", order)],
    ["/payer/openid", orderBody(merchant, "jsapi", { ...order, openid: "o payer" })],
    ["/scene_info/payer_client_ip", orderBody(merchant, "h5", order)],
    [
      "/scene_info/payer_client_ip",
      orderBody(merchant, "h5", { ...order, browser: { ...browser, ip: "7" } })
    ]
  ] as const)("that lacks %s is not sent", ([field, body]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* Effect.flip(body)).field, field)
    })
  )
})

describe("a merchant of a partner", () => {
  it.effect("is named with its partner, and with an account of its own only where it has one", () =>
    Effect.gen(function* () {
      const { mchid: sub_mchid } = merchant
      const ids = { sp_appid: partner.appid, sp_mchid: partner.mchid, sub_mchid }
      const shared = yield* parsed(orderBody(ofPartner, "jsapi", { ...order, openid: "oSp" }))
      assert.deepInclude(shared, { ...ids, payer: { sp_openid: "oSp" } })
      assert.notProperty(shared, "sub_appid")
      assert.notProperty(shared, "appid")
      const own = { ...order, appid: "wxsub00000000", openid: "oSub" }
      assert.deepInclude(yield* parsed(orderBody(ofPartner, "jsapi", own)), {
        ...ids,
        sub_appid: "wxsub00000000",
        payer: { sub_openid: "oSub" }
      })
      const sale = { ...order, authCode: "134567890123456789", store: "1", device: "2" }
      assert.deepInclude(yield* parsed(codepayBody(ofPartner, sale)), ids)
      const refund = { ...order, outRefundNo: "R1", total: order.amount }
      assert.deepInclude(yield* parsed(refundBody(ofPartner, refund)), { sub_mchid })
    })
  )

  it("is asked about by both numbers, below the partner's path", () => {
    const both = `sp_mchid=${partner.mchid}&sub_mchid=${merchant.mchid}`
    const at = `/v3/pay/partner/transactions/out-trade-no/${NUMBER}`
    assert.strictEqual(calls.query(ofPartner, NUMBER).target, `${at}?${both}`)
    const close = calls.close(ofPartner, NUMBER)
    assert.strictEqual(close.target, `${at}/close`)
    assert.deepStrictEqual(JSON.parse(close.body ?? ""), {
      sp_mchid: partner.mchid,
      sub_mchid: merchant.mchid
    })
    assert.deepStrictEqual(JSON.parse(calls.reverse(ofPartner, NUMBER).body ?? ""), {
      sp_appid: partner.appid,
      sp_mchid: partner.mchid,
      sub_mchid: merchant.mchid
    })
    assert.strictEqual(
      calls.queryRefund(ofPartner, "R1").target,
      `/v3/refund/domestic/refunds/R1?sub_mchid=${merchant.mchid}`
    )
    const target = "/v3/pay/partner/transactions/h5"
    assert.strictEqual(calls.order(ofPartner, "h5", "{}").target, target)
  })

  it("is answered under its own number, with the payer at the account of the order", () => {
    const more = {
      appid: undefined,
      mchid: undefined,
      sp_appid: partner.appid,
      sp_mchid: partner.mchid,
      sub_mchid: merchant.mchid
    }
    const shared = ordered(NUMBER, { ...more, payer: { sp_openid: "oSp" } })
    const about = { mchid: merchant.mchid, partner: partner.mchid }
    assert.deepInclude(Option.getOrUndefined(readTransaction(shared)), {
      ...about,
      appid: partner.appid,
      payer: { openid: "oSp" }
    })
    const payer = { sp_openid: "oSp", sub_openid: "oSub" }
    const own = ordered(NUMBER, { ...more, sub_appid: "wxsub00000000", payer })
    assert.deepInclude(Option.getOrUndefined(readTransaction(own)), {
      ...about,
      appid: "wxsub00000000",
      payer: { openid: "oSub" }
    })
    // An answer about the same number of another partner's merchant is none.
    const { read } = calls.query(ofPartner, NUMBER)
    assert.isDefined(Option.getOrUndefined(read(own)))
    assert.isUndefined(Option.getOrUndefined(read(ordered(NUMBER))))
    const other = ordered(NUMBER, { ...more, sp_mchid: "1900000998" })
    assert.isUndefined(Option.getOrUndefined(read(other)))
  })
})

describe("what opens the cashier", () => {
  const Vector = Schema.Struct({
    id: Schema.String,
    appId: Schema.String,
    timeStamp: Schema.String,
    nonceStr: Schema.String,
    fourthLine: Schema.String,
    expect: Schema.Struct({ signature: Schema.String })
  })

  /** Draws the letters of a text one after another. */
  const drawing = (text: string) => {
    const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    const drawn = [...text]
    return {
      nextDoubleUnsafe: () => (letters.indexOf(drawn.shift() ?? "") + 0.5) / letters.length,
      nextIntUnsafe: () => 0
    }
  }

  it.effect.each(vectorsOf("v3-paysign", Vector))("is signed as published: $id", (vector) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Number(vector.timeStamp) * 1000)
      const way = vector.id.includes("app") ? "app" : "jsapi"
      const prepay = vector.fourthLine.replace("prepay_id=", "")
      const made = yield* cashierParameters(merchant, { way, appid: vector.appId, prepay }).pipe(
        Effect.provideService(Random.Random, drawing(vector.nonceStr))
      )
      const { appId, expect, nonceStr, timeStamp } = vector
      const { signature } = expect
      const both = { appId, timeStamp, nonceStr }
      assert.deepStrictEqual(
        made,
        way === "app"
          ? {
              ...{ ...both, way },
              ...{ partnerId: merchant.mchid, prepayId: prepay, packageValue: "Sign=WXPay" },
              sign: signature
            }
          : { ...both, way, package: `prepay_id=${prepay}`, signType: "RSA", paySign: signature }
      )
    }).pipe(Effect.provide(Signer.layer))
  )

  it.effect("is signed for the account of the page, also where a partner acts", () =>
    Effect.gen(function* () {
      const it = { way: "jsapi", appid: "wxsub00000000", prepay: "wx1" } as const
      const made = yield* cashierParameters(ofPartner, it)
      if (made.way !== "jsapi") return assert.fail(made.way)
      assert.strictEqual(made.appId, it.appid)
      const text = `${it.appid}\n${made.timeStamp}\n${made.nonceStr}\nprepay_id=wx1\n`
      const key = createPublicKey(keys.TEST_ONLY_merchant_public_key_pem)
      assert.isTrue(
        verify("RSA-SHA256", Buffer.from(text), key, Buffer.from(made.paySign, "base64"))
      )
    }).pipe(Effect.provide(Signer.layer))
  )
})
