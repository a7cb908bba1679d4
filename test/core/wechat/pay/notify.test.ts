import { generateKeyPairSync } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Fen } from "../../../../core/values/money.ts"
import { openNotify } from "../../../../core/wechat/pay/notify.ts"
import { atNow, keys, merchant, NOW, order, probe, sealed, settings, signed } from "./fixture.ts"

const NUMBER = "WEIR20261124000001"
const payment = sealed("transaction", order(NUMBER))
const refund = sealed(
  "refund",
  JSON.stringify({
    mchid: settings.mchid,
    out_trade_no: NUMBER,
    transaction_id: "4200009999202611240000000001",
    out_refund_no: "WEIRR1",
    refund_id: "503000",
    refund_status: "SUCCESS",
    success_time: "2026-11-24T14:05:00+08:00",
    user_received_account: "招商银行信用卡0403",
    amount: { total: 12850, refund: 50, payer_total: 12800, payer_refund: 50 }
  }),
  { eventType: "REFUND.SUCCESS" }
)

interface Message {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

const message = (body: string, headers = signed(body)): Message => ({
  headers,
  body: Buffer.from(body)
})

const refused = (received: Message, by = merchant) =>
  Effect.map(Effect.flip(openNotify(by, received)), ({ reason }) => reason)

describe("an authentic notify", () => {
  it.effect("tells of a payment", () =>
    Effect.gen(function* () {
      yield* atNow
      const { eventType, id, resource } = yield* openNotify(merchant, message(payment))
      assert.deepStrictEqual([id, eventType], ["EV-1", "TRANSACTION.SUCCESS"])
      if (resource.kind !== "transaction") return assert.fail(resource.kind)
      assert.strictEqual(resource.transaction.outTradeNo, NUMBER)
      assert.strictEqual(resource.transaction.amount?.total, 12850)
    })
  )

  it.effect("tells of a refund, without the payer's account", () =>
    Effect.gen(function* () {
      yield* atNow
      const { resource } = yield* openNotify(merchant, message(refund))
      assert.deepStrictEqual(resource, {
        kind: "refund",
        refund: {
          mchid: settings.mchid,
          outTradeNo: NUMBER,
          transactionId: "4200009999202611240000000001",
          outRefundNo: "WEIRR1",
          refundId: "503000",
          status: "SUCCESS",
          successTime: Date.UTC(2026, 10, 24, 6, 5),
          amount: { total: Fen.make(12850), refund: Fen.make(50) }
        }
      })
    })
  )

  it.effect("tells of something we do not know, and is authentic all the same", () =>
    Effect.gen(function* () {
      yield* atNow
      const body = sealed("vehicle", "{}", { eventType: "VEHICLE.ENTRANCE_STATE_CHANGE" })
      const { resource } = yield* openNotify(merchant, message(body))
      assert.deepStrictEqual(resource, { kind: "other", originalType: "vehicle" })
    })
  )

  it.effect("may be signed with the platform certificate", () =>
    Effect.gen(function* () {
      yield* atNow
      const headers = signed(payment, { serial: keys.platform_certificate_serial })
      yield* openNotify(merchant, message(payment, headers))
    })
  )

  it.effect.each([-300, 300])("may be %d s away from our clock", (seconds) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOW + seconds * 1000)
      yield* openNotify(merchant, message(payment))
    })
  )
})

describe("not an authentic notify", () => {
  it.effect.each([-301, 301])("one that is %d s away from our clock", (seconds) =>
    Effect.gen(function* () {
      yield* TestClock.setTime(NOW + seconds * 1000)
      assert.strictEqual(yield* refused(message(payment)), "stale")
    })
  )

  it.effect("a probe, also where it is no base64", () =>
    Effect.gen(function* () {
      yield* atNow
      const headers = { ...signed(payment), ...probe }
      assert.strictEqual(yield* refused({ ...message(payment), headers }), "probe")
    })
  )

  it.effect("one signed with a key nobody configured", () =>
    Effect.gen(function* () {
      yield* atNow
      const headers = signed(payment, { serial: "PUB_KEY_ID_0" })
      assert.strictEqual(yield* refused(message(payment, headers)), "unknown serial")
    })
  )

  it.effect("one whose key is named as another's", () =>
    Effect.gen(function* () {
      yield* atNow
      const [own, certificate] = merchant.keys
      if (own === undefined || certificate === undefined) return assert.fail("two keys expected")
      const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
      const stranger = { id: own.id, key: publicKey }
      const mixed = { ...merchant, keys: [stranger, certificate] }
      assert.strictEqual(yield* refused(message(payment), mixed), "signature")
    })
  )

  it.effect("a body under the signature of another, an old trick with a good signature", () =>
    Effect.gen(function* () {
      yield* atNow
      assert.strictEqual(yield* refused(message(payment, signed(refund))), "signature")
    })
  )

  for (const [name, missing] of [
    ["wechatpay-serial", "unknown serial"],
    ["wechatpay-timestamp", "malformed"],
    ["wechatpay-nonce", "malformed"],
    ["wechatpay-signature", "malformed"]
  ] as const) {
    it.effect(`one without ${name}`, () =>
      Effect.gen(function* () {
        yield* atNow
        const headers = Object.fromEntries(
          Object.entries(signed(payment)).filter(([other]) => other !== name)
        )
        assert.strictEqual(yield* refused({ ...message(payment), headers }), missing)
      })
    )
  }

  it.effect("one in another algorithm", () =>
    Effect.gen(function* () {
      yield* atNow
      const headers = { ...signed(payment), "wechatpay-signature-type": "WECHATPAY2-SM2-WITH-SM3" }
      assert.strictEqual(yield* refused({ ...message(payment), headers }), "malformed")
    })
  )

  it.effect("part of a body hidden in the nonce", () =>
    Effect.gen(function* () {
      yield* atNow
      const headers = signed(payment)
      const nonce = `${headers["wechatpay-nonce"]}\n${payment.slice(0, 10)}`
      const moved = { ...headers, "wechatpay-nonce": nonce }
      const body = Buffer.from(payment.slice(11))
      assert.strictEqual(yield* refused({ headers: moved, body }), "malformed")
    })
  )

  it.effect("one sealed for another merchant says which key to look at", () =>
    Effect.gen(function* () {
      yield* atNow
      const body = sealed("transaction", order(NUMBER), {
        apiV3Key: "another-key-0123456789-abcdefghi"
      })
      const failure = yield* Effect.flip(openNotify(merchant, message(body)))
      assert.strictEqual(failure.reason, "decryption")
      assert.match(failure.message, /wrong APIv3 key\?/)
      const confused = { ...merchant, apiV3Key: Redacted.make("another-key-0123456789-abcdefghi") }
      assert.strictEqual(yield* refused(message(payment), confused), "decryption")
    })
  )

  it.effect.each([
    ["no JSON", "ok"],
    ["no envelope", "{}"],
    ["no algorithm of ours", payment.replace("AEAD_AES_256_GCM", "AEAD_SM4_128_GCM")],
    [
      "an order that cannot be read",
      sealed("transaction", order(NUMBER, { trade_state: "MAYBE" }))
    ],
    ["a refund that cannot be read", sealed("refund", "{}")]
  ] as const)("one that is signed, but holds %s", ([, body]) =>
    Effect.gen(function* () {
      yield* atNow
      assert.strictEqual(yield* refused(message(body)), "malformed")
    })
  )
})

describe("whatever single bit is turned on the way", () => {
  const at = (length: number) =>
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: length - 1 }))
  const bit = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 7 }))
  const turn = (bytes: Uint8Array, position: number, bit: number) => {
    const turned = Uint8Array.from(bytes)
    turned[position] = (turned[position] ?? 0) ^ (1 << bit)
    return turned
  }
  const runs = { arbitrary: { runs: 500 } }

  it.effect.prop(
    "in the body, it is not authentic",
    { position: at(Buffer.byteLength(payment)), bit },
    ({ position, bit }) =>
      Effect.gen(function* () {
        yield* atNow
        const received = message(payment)
        const body = turn(received.body, position, bit)
        assert.strictEqual(yield* refused({ ...received, body }), "signature")
      }),
    runs
  )

  for (const [name, value] of Object.entries(signed(payment))) {
    it.effect.prop(
      `in ${name}, it is not authentic`,
      { position: at(value.length), bit },
      ({ position, bit }) =>
        Effect.gen(function* () {
          yield* atNow
          const received = message(payment)
          const turned = Buffer.from(turn(Buffer.from(value, "latin1"), position, bit))
          const headers = { ...received.headers, [name]: turned.toString("latin1") }
          assert.isString(yield* refused({ ...received, headers }))
        }),
      runs
    )
  }
})
