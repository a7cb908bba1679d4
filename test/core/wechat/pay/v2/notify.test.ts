import { createCipheriv, hash } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { Fen } from "../../../../../core/values/money.ts"
import { PayUnknown } from "../../../../../core/wechat/pay/errors.ts"
import { openV2Notify } from "../../../../../core/wechat/pay/v2/notify.ts"
import { type Fields, signFields } from "../../../../../core/wechat/pay/v2/sign.ts"
import type { RefundStatus } from "../../../../../core/wechat/pay/wire.ts"
import { settings } from "../fixture.ts"
import { apiV2Key, ids, signedXml, v2Merchant } from "./fixture.ts"
import { hostileDocuments } from "./hostile.ts"

const paid: Fields = {
  ...ids,
  return_code: "SUCCESS",
  result_code: "SUCCESS",
  out_trade_no: "POS20261124000001",
  transaction_id: "4200009999202611240000000001",
  trade_type: "NATIVE",
  openid: "oTEST",
  total_fee: "1250",
  cash_fee: "1250",
  time_end: "20261124140001"
}

const refund: RefundStatus = {
  refundId: "503000",
  outRefundNo: "WEIRR1",
  transactionId: "4200009999202611240000000001",
  outTradeNo: "POS20261124000001",
  status: "SUCCESS",
  amount: { total: Fen.make(1250), refund: Fen.make(50) }
}

const nobody = () => Effect.die("Nobody was to be asked")
const open = (body: string | Uint8Array, merchant = v2Merchant()) =>
  openV2Notify(merchant, Buffer.from(body), nobody)
const refused = (...given: Parameters<typeof open>) =>
  Effect.map(Effect.flip(open(...given)), ({ reason }) => reason)

describe("a notify of version 2", () => {
  it.effect("tells of a payment under its signature, by either sum", () =>
    Effect.gen(function* () {
      const hmac = { ...paid, sign_type: "HMAC-SHA256" }
      for (const body of [signedXml(paid), signedXml(hmac, "HMAC-SHA256")]) {
        const { eventType, resource } = yield* open(body)
        assert.strictEqual(eventType, "TRANSACTION.SUCCESS")
        if (resource.kind !== "transaction") return assert.fail(resource.kind)
        const { amount, mchid, outTradeNo, payer } = resource.transaction
        assert.deepStrictEqual(
          [amount?.total, mchid, outTradeNo, payer?.openid],
          [1250, settings.mchid, "POS20261124000001", "oTEST"]
        )
      }
    })
  )

  const forged: ReadonlyArray<readonly [string, Fields]> = [
    ["without a signature", { ...paid }],
    ["with an empty one", { ...paid, sign: "" }],
    [
      "with another key's",
      { ...paid, sign: signFields(paid, "MD5", Redacted.make("x".repeat(32))) }
    ],
    [
      "with one in small letters",
      { ...paid, sign: signFields(paid, "MD5", apiV2Key).toLowerCase() }
    ],
    [
      "with another amount under it",
      { ...paid, sign: signFields(paid, "MD5", apiV2Key), total_fee: "1" }
    ]
  ]

  it.effect.each(forged)("%s is nobody's", ([, fields]) =>
    Effect.gen(function* () {
      const elements = Object.entries(fields).map(([name, text]) => `<${name}>${text}</${name}>`)
      assert.strictEqual(yield* refused(`<xml>${elements.join("")}</xml>`), "signature")
    })
  )

  it.effect("to a merchant that has no key of version 2 is nobody's", () =>
    Effect.gen(function* () {
      const { v2: _, ...rest } = v2Merchant()
      assert.strictEqual(yield* refused(signedXml(paid), { ...rest, v2: undefined }), "malformed")
    })
  )

  it.effect("that says a payment failed moves nothing", () =>
    Effect.gen(function* () {
      const { resource } = yield* open(signedXml({ ...paid, result_code: "FAIL" }))
      assert.strictEqual(resource.kind, "other")
    })
  )
})

describe("the notify of a refund in version 2", () => {
  const seal = (plain: string, key = apiV2Key) => {
    const secret = Buffer.from(hash("md5", Redacted.value(key)))
    const cipher = createCipheriv("aes-256-ecb", secret, null)
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]).toString("base64")
    return `<xml><return_code>SUCCESS</return_code><req_info><![CDATA[${sealed}]]></req_info></xml>`
  }
  const plain =
    "<root><out_refund_no>WEIRR1</out_refund_no><refund_status>SUCCESS</refund_status></root>"

  it.effect("counts for what WeChat says when it is asked, not for what it says itself", () =>
    Effect.gen(function* () {
      const asked: Array<string> = []
      const { eventType, resource } = yield* openV2Notify(
        v2Merchant(),
        Buffer.from(seal(plain)),
        (number) =>
          Effect.sync(() => {
            asked.push(number)
            return { ...refund, status: "ABNORMAL" as const }
          })
      )
      assert.deepStrictEqual(asked, ["WEIRR1"])
      assert.strictEqual(eventType, "REFUND.ABNORMAL")
      if (resource.kind !== "refund") return assert.fail(resource.kind)
      assert.strictEqual(resource.refund.status, "ABNORMAL")
    })
  )

  it.effect("is refused while WeChat cannot be asked, so that it comes again", () =>
    Effect.gen(function* () {
      const { reason, status } = yield* Effect.flip(
        openV2Notify(v2Merchant(), Buffer.from(seal(plain)), () =>
          Effect.fail(new PayUnknown({ reason: "reset" }))
        )
      )
      assert.deepStrictEqual([reason, status], ["unconfirmed", 401])
    })
  )

  it.effect("sealed with another key, or holding no number, asks nobody", () =>
    Effect.gen(function* () {
      assert.strictEqual(yield* refused(seal(plain, Redacted.make("y".repeat(32)))), "decryption")
      assert.strictEqual(yield* refused(seal("<root><a>1</a></root>")), "malformed")
      assert.strictEqual(
        yield* refused(
          seal(
            '<!DOCTYPE root [<!ENTITY x "WEIRR1">]><root><out_refund_no>&x;</out_refund_no></root>'
          )
        ),
        "malformed"
      )
    })
  )
})

describe("a hostile document", () => {
  const canary = "CANARY-4711"

  it.effect(
    "is refused, no file is read and nobody is called, whatever it is and however it is spelt",
    () =>
      Effect.gen(function* () {
        const folder = yield* Effect.acquireRelease(
          Effect.sync(() => mkdtempSync(join(tmpdir(), "weir-xxe-"))),
          (path) => Effect.sync(() => rmSync(path, { recursive: true }))
        )
        const file = join(folder, "secret")
        writeFileSync(file, canary)
        let calls = 0
        const server = createServer((socket) => {
          calls++
          socket.destroy()
        })
        const port = yield* Effect.acquireRelease(
          Effect.callback<number>((resume) => {
            server.listen(0, "127.0.0.1", () => {
              const at = server.address()
              resume(Effect.succeed(typeof at === "object" && at !== null ? at.port : 0))
            })
          }),
          () => Effect.sync(() => server.close())
        )
        const documents = hostileDocuments(file, `http://127.0.0.1:${port}/`)
        assert.strictEqual(documents.length, 60)
        const accepted: Array<string> = []
        for (const { body, name } of documents) {
          const outcome = yield* Effect.result(open(body))
          if (outcome._tag === "Success") accepted.push(name)
          else assert.notInclude(JSON.stringify(outcome.failure) + outcome.failure.message, canary)
        }
        assert.deepStrictEqual(accepted, [])
        // Whoever was called had the time of a whole turn of the loop to notice.
        yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
        assert.strictEqual(calls, 0)
      })
  )
})
