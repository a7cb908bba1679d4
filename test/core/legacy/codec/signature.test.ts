import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Redacted, Schema } from "effect"
import type { Charset } from "../../../../core/legacy/codec/charset.ts"
import { signedBy, signedWithKey } from "../../../../core/legacy/codec/signature.ts"
import { suffixKey } from "../../../../core/legacy/codec/signing-rules.ts"
import { unreadable, unwritable } from "./bytes.ts"

const Vectors = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      system: Schema.String,
      secret: Schema.String,
      stringToSign: Schema.String,
      sign: Schema.String,
      signIfWronglyTakenOverUtf8: Schema.optionalKey(Schema.String)
    })
  )
)
const vectors = Schema.decodeSync(Vectors)(
  readFileSync(new URL("../../../fixtures/legacy/signing-vectors.json", import.meta.url), "utf8")
)
const vector = vectors.find(({ system }) => system.startsWith("pos-house-xml"))
if (!vector) throw new Error("The vector of the house till is gone")
const { secret, sign, signIfWronglyTakenOverUtf8 = "", stringToSign } = vector

const Texts = Schema.Record(Schema.String, Schema.String)
const signed = (charset: Charset, key: string | undefined = secret) =>
  signedWithKey({
    field: "Sign",
    charset,
    secret: () => (key === "" ? undefined : Redacted.make(key))
  })(Texts)

/** In another order than the rule's, and with a field that is empty. */
const fields = {
  Remark: "",
  TranTime: "20240518133107",
  TranCode: "MICROPAY",
  TotalFee: "128.50",
  TicketNo: "20240518130200371",
  StoreNo: "GZ0013",
  PosNo: "02",
  CashierNo: "0917",
  Body: "天河城店-日用百货",
  AuthCode: "134650182203475516"
}

describe("a signature with the key at the end", () => {
  it("is over the very text of the published vector", () => {
    assert.strictEqual(suffixKey.text(fields, secret), stringToSign)
  })

  it("is checked and taken off, and put on again", () => {
    const texts = Schema.decodeSync(signed("gbk"))({ ...fields, Sign: sign })
    assert.deepStrictEqual(texts, fields)
    assert.deepStrictEqual(Schema.encodeSync(signed("gbk"))(texts), { ...fields, Sign: sign })
  })

  it("is over GBK, so the sum over UTF-8 is refused, and the other way round", () => {
    const overUtf8 = { ...fields, Sign: signIfWronglyTakenOverUtf8 }
    assert.deepStrictEqual(unreadable(signed("gbk"), overUtf8), {
      step: "signature",
      field: "Sign",
      message: "Does not match"
    })
    assert.deepStrictEqual(Schema.decodeSync(signed("utf-8"))(overUtf8), fields)
  })

  it.each([
    ["missing", {}, "Missing"],
    ["empty", { Sign: "" }, "Missing"],
    ["in the wrong letters", { Sign: sign.toLowerCase() }, "Does not match"],
    ["cut short", { Sign: sign.slice(1) }, "Does not match"],
    ["not even ASCII", { Sign: "天".repeat(32) }, "Does not match"],
    ["over another amount", { Sign: sign, TotalFee: "0.01" }, "Does not match"],
    ["without a field that came", { Sign: sign, Extra: "1" }, "Does not match"]
  ])("is refused when it is %s", (_, change, message) => {
    assert.deepStrictEqual(unreadable(signed("gbk"), { ...fields, ...change }), {
      step: "signature",
      field: "Sign",
      message
    })
  })

  it("with another store's key is refused", () => {
    const codec = signedWithKey({
      field: "Sign",
      charset: "gbk",
      secret: ({ StoreNo }) => Redacted.make(StoreNo === "GZ0013" ? secret : "another key")
    })(Texts)
    assert.deepStrictEqual(Schema.decodeSync(codec)({ ...fields, Sign: sign }), fields)
    const stolen = { ...fields, StoreNo: "GZ0014", Sign: sign }
    assert.strictEqual(unreadable(codec, stolen).step, "signature")
  })

  it("cannot be checked or made for a sender nobody knows", () => {
    const expected = { step: "signature", message: "No secret is known for this sender" } as const
    assert.deepStrictEqual(unreadable(signed("gbk", ""), { ...fields, Sign: sign }), expected)
    assert.deepStrictEqual(unwritable(signed("gbk", ""), fields), expected)
  })

  it("cannot be made over a character that the charset lacks", () => {
    assert.deepStrictEqual(unwritable(signed("gbk"), { ...fields, Body: "😀" }), {
      step: "charset",
      message: "U+1F600 is not in gbk"
    })
  })

  it("leaves room for other rules", () => {
    const lower = signedBy({
      text: ({ a }, key) => `${key}${a}`,
      sum: (bytes) => Buffer.from(bytes).toString("hex")
    })({
      field: "sign",
      charset: "utf-8",
      secret: () => Redacted.make("b")
    })(Texts)
    assert.deepStrictEqual(Schema.encodeSync(lower)({ a: "c" }), {
      a: "c",
      sign: "6263"
    })
  })
})
