import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import { openPush } from "../../../../core/wechat/callback/verification.ts"
import { agreed, pushed, text } from "../../../support/wechat-push.ts"
import { account } from "../account.ts"

const callback = {
  token: Redacted.make(agreed.token),
  aesKey: Redacted.make(agreed.aesKey),
  mode: "secure" as const
}
const main = account({ appid: agreed.appid, originalId: agreed.originalId, callback })
const now = 1_795_500_000_000

const open = (query: string, body: Uint8Array) =>
  openPush(main, callback, { query: new URLSearchParams(query), body }, now)

const request = pushed(text("订单 7"))
const body = Buffer.from(request.body)

describe("whatever single bit of a push is turned on its way,", () => {
  const at = (length: number) =>
    Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: length - 1 }))
  const bit = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 7 }))
  const runs = { arbitrary: { runs: 2_000 } }
  const untouched = open(request.query, body)

  it("untouched, it is WeChat's", () => {
    assert.isObject(untouched)
  })

  it.effect.prop(
    "in the body: it is refused, or says the same",
    { position: at(body.length), bit },
    ({ position, bit }) =>
      Effect.sync(() => {
        const turned = Uint8Array.from(body)
        turned[position] = (turned[position] ?? 0) ^ (1 << bit)
        const push = open(request.query, turned)
        if (typeof push !== "string") assert.deepStrictEqual(push, untouched)
      }),
    runs
  )

  const values = new URLSearchParams(request.query)
  for (const name of ["timestamp", "nonce", "msg_signature"])
    it.effect.prop(
      `in ${name}: it is refused`,
      { position: at((values.get(name) ?? "").length), bit },
      ({ position, bit }) =>
        Effect.sync(() => {
          const changed = new URLSearchParams(request.query)
          const bytes = Buffer.from(changed.get(name) ?? "", "latin1")
          bytes[position] = (bytes[position] ?? 0) ^ (1 << bit)
          changed.set(name, bytes.toString("latin1"))
          assert.isString(open(String(changed), body))
        }),
      runs
    )
})

describe("whatever stands in a body,", () => {
  it.effect.prop(
    "it is refused, and nothing is thrown",
    { text: Schema.String, bytes: Schema.Uint8Array },
    ({ bytes, text }) =>
      Effect.sync(() => {
        for (const body of [bytes, Buffer.from(text), Buffer.from(`<xml>${text}</xml>`)])
          assert.isString(open(request.query, body))
        const encrypted = `<xml><Encrypt><![CDATA[${text.replaceAll("]]>", "")}]]></Encrypt></xml>`
        assert.isString(open(request.query, Buffer.from(encrypted)))
      }),
    { arbitrary: { runs: 2_000 } }
  )
})
