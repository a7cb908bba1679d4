import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Redacted, Schema } from "effect"
import { type Charset, encodeText } from "../../../../core/legacy/codec/charset.ts"
import { signedBy } from "../../../../core/legacy/codec/signature.ts"
import * as rules from "../../../../core/legacy/codec/signing-rules.ts"
import type { Texts } from "../../../../core/legacy/codec/two-way.ts"
import { unreadable } from "./bytes.ts"

interface Vector {
  readonly system: string
  readonly secret: string
  readonly charset: string
  readonly stringToSign: string
  readonly sign: string
}
const vectors: ReadonlyArray<Vector> = JSON.parse(
  readFileSync(new URL("../../../fixtures/legacy/signing-vectors.json", import.meta.url), "utf8")
)

/** What was signed, found again in the published text between its known names. */
const between = (text: string, names: ReadonlyArray<string>, end: string): Texts => {
  const fields: Record<string, string> = {}
  let rest = text
  for (const [at, name] of names.entries()) {
    const next = names[at + 1] ?? end
    const to = next === "" ? rest.length : rest.indexOf(next, name.length)
    fields[name] = rest.slice(name.length, to)
    rest = rest.slice(to)
  }
  return fields
}

const unwrapped = ({ secret, stringToSign }: Vector) =>
  stringToSign.slice(secret.length, -secret.length)

const qimen = (vector: Vector) => {
  const inner = unwrapped(vector)
  const body = inner.indexOf("<?xml")
  const names = ["app_key", "customerId", "format", "method", "sign_method", "timestamp", "v"]
  return { ...between(inner.slice(0, body), names, ""), [rules.wholeBody]: inner.slice(body) }
}

const cases: ReadonlyArray<
  readonly [system: RegExp, rule: rules.SigningRule, fields: (vector: Vector) => Texts]
> = [
  [
    /^pos-house/,
    rules.suffixKey,
    ({ stringToSign }) => ({
      Remark: "",
      ...Object.fromEntries(
        stringToSign
          .replace(/&key=.*/, "")
          .split("&")
          .map((pair) => pair.split("=") as [string, string])
      )
    })
  ],
  [
    /^jushuitan-new/,
    rules.prefixed,
    ({ secret, stringToSign }) =>
      between(
        stringToSign.slice(secret.length),
        ["access_token", "app_key", "biz", "charset", "timestamp", "version"],
        ""
      )
  ],
  [
    /^jushuitan-old/,
    rules.fixedString("method", "partnerid", { text: "token" }, "token", { text: "ts" }, "ts"),
    () => ({
      method: "orders.upload",
      partnerid: "jst-dummy-partner",
      token: "jst-dummy-token",
      ts: "1716010290"
    })
  ],
  [
    /^wangdian/,
    rules.lengthPrefixed,
    ({ secret, stringToSign }) =>
      Object.fromEntries(
        stringToSign
          .slice(0, -secret.length)
          .split(";")
          .map((field) => field.split(/^\d\d-|:\d{4}-/).slice(1) as [string, string])
      )
  ],
  [/^guanyi/, rules.jsonSandwich, (vector) => ({ [rules.wholeBody]: unwrapped(vector) })],
  [/^qimen deliveryorder\.create/, rules.sandwichWithBody, qimen],
  [/^qimen deliveryorder\.confirm/, rules.sandwichWithBody, qimen],
  [
    /^kuaidi100/,
    rules.salted("param"),
    ({ secret, stringToSign }) => ({ param: stringToSign.slice(0, -secret.length), schema: "json" })
  ],
  [
    /^erp-house-form/,
    rules.sandwich({ empty: "kept" }),
    (vector) =>
      between(
        unwrapped(vector),
        ["addtime", "amount", "method", "orderno", "receiver", "remark"],
        ""
      )
  ]
]

const vectorOf = (system: RegExp): Vector => {
  const found = vectors.find((vector) => system.test(vector.system))
  if (found === undefined) throw new Error(`There is no vector ${system}`)
  return found
}

/** As a sender may have them: not in the order of the rule. */
const shuffled = (fields: Texts): Texts => Object.fromEntries(Object.entries(fields).toReversed())

describe("signing rules of old systems", () => {
  it("are each held against a published vector", () => {
    assert.deepStrictEqual(
      vectors.filter(({ system }) => !cases.some(([known]) => known.test(system))),
      []
    )
  })

  for (const [system, rule, fieldsOf] of cases) {
    const vector = vectorOf(system)
    it(`${vector.system}: text and sum are the vector's, whatever order the fields came in`, () => {
      const text = rule.text(shuffled(fieldsOf(vector)), vector.secret)
      assert.strictEqual(text, vector.stringToSign)
      const charset = vector.charset as Charset
      assert.strictEqual(rule.sum(encodeText(text, charset, "refuse")), vector.sign)
    })

    it(`${vector.system}: what was changed on the way does not verify`, () => {
      const signed = signedBy(rule)({
        field: "sign",
        charset: vector.charset as Charset,
        secret: () => Redacted.make(vector.secret)
      })(Schema.Record(Schema.String, Schema.String))
      const fields = fieldsOf(vector)
      assert.deepStrictEqual(Schema.decodeSync(signed)({ ...fields, sign: vector.sign }), fields)
      for (const [name, value] of Object.entries(fields)) {
        if (name === "schema") continue // the one field that kuaidi100 does not sign
        const changed = { ...fields, [name]: `${value}0`, sign: vector.sign }
        assert.strictEqual(unreadable(signed, changed).step, "signature")
      }
    })
  }

  it("some houses leave out what is empty", () => {
    const rule = rules.sandwich({ empty: "skipped" })
    assert.strictEqual(rule.text({ b: "", a: "1" }, "s"), "sa1s")
  })
})
