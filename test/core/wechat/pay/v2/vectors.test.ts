import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import { cashierParameters } from "../../../../../core/wechat/pay/cashier-parameters.ts"
import { Signer } from "../../../../../core/wechat/pay/signer.ts"
import { openV2Notify } from "../../../../../core/wechat/pay/v2/notify.ts"
import { signedText, signFields } from "../../../../../core/wechat/pay/v2/sign.ts"
import { atNow, vectorsOf } from "../fixture.ts"
import { v2Merchant } from "./fixture.ts"

const Text = Schema.String
const Sign = Schema.Struct({
  id: Text,
  signType: Schema.Literals(["MD5", "HMAC-SHA256"]),
  apiKey: Text,
  params: Schema.Record(Text, Text),
  expect: Schema.Struct({ stringToSign: Text, sign: Text })
})
const signs = vectorsOf("v2-sign", Sign)

describe("signatures of version 2", () => {
  it.each(signs)("$id", ({ apiKey, expect, params, signType }) => {
    assert.strictEqual(signedText(params, apiKey), expect.stringToSign)
    assert.strictEqual(signFields(params, signType, Redacted.make(apiKey)), expect.sign)
    // Whatever was called `sign` before takes no part.
    assert.strictEqual(
      signFields({ ...params, sign: "before" }, signType, Redacted.make(apiKey)),
      expect.sign
    )
  })
})

describe("what opens the cashier for an order of version 2", () => {
  for (const [way, id, prepay] of [
    ["jsapi", "v2-md5-jsapi-paysign", "package"],
    ["app", "v2-md5-app-paysign", "prepayid"]
  ] as const) {
    it.effect(`${way}, as its client wants it`, () =>
      Effect.gen(function* () {
        yield* atNow
        const { expect, params } = signs.find((vector) => vector.id === id) ?? assert.fail(id)
        const appid = params.appId ?? params.appid ?? ""
        const taken = { way, appid, prepay: params[prepay]?.replace("prepay_id=", "") ?? "" }
        const given = yield* cashierParameters(v2Merchant(), taken)
        // Each is signed over its own moment; signed anew over the vector's it is the vector's.
        const { nonceStr, timeStamp } = { nonceStr: "", timeStamp: "", ...given }
        const [sign, again] =
          given.way === "jsapi"
            ? [given.paySign, { ...params, nonceStr, timeStamp }]
            : [
                given.way === "app" ? given.sign : "",
                { ...params, noncestr: nonceStr, timestamp: timeStamp }
              ]
        assert.strictEqual(
          sign,
          signFields(again, "MD5", v2Merchant().v2?.key ?? Redacted.make(""))
        )
        assert.match(expect.sign, /^[0-9A-F]{32}$/)
      }).pipe(Effect.provide(Signer.layer))
    )
  }
})

describe("what is sealed in the notify of a refund", () => {
  const Sealed = Schema.Struct({ id: Text, apiKey: Text, req_info: Text, expect: Schema.Unknown })
  it.effect.each(vectorsOf("v2-req-info", Sealed))("$id", ({ apiKey, expect, req_info }) =>
    Effect.gen(function* () {
      const v2 = v2Merchant().v2
      if (v2 === undefined) return assert.fail("it speaks version 2")
      const asked: Array<string> = []
      const body = Buffer.from(
        `<xml><return_code>SUCCESS</return_code><req_info><![CDATA[${req_info}]]></req_info></xml>`
      )
      yield* Effect.exit(
        openV2Notify({ v2: { ...v2, key: Redacted.make(apiKey) } }, body, (outRefundNo) => {
          asked.push(outRefundNo)
          return Effect.interrupt
        })
      )
      assert.strictEqual(asked.length, 1)
      assert.include(JSON.stringify(expect), asked[0] ?? "nothing")
    })
  )
})
