import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { flatJson } from "../../../../core/legacy/codec/flat-json.ts"
import { form } from "../../../../core/legacy/codec/form.ts"
import { malformed } from "../../../../core/legacy/codec/two-way.ts"

const gbk = form({ charset: "gbk" })
const read = (text: string, codec = gbk) =>
  Schema.decodeUnknownSync(codec)(Buffer.from(text, "latin1"))
const refusal = (text: string) => {
  const result = Schema.decodeUnknownResult(gbk)(Buffer.from(text, "latin1"))
  return Result.isFailure(result) ? malformed(result.failure) : undefined
}

describe("a form", () => {
  it("is read in the caller's charset, escaped or as it is", () => {
    assert.deepStrictEqual(read("name=%C1%D6%D0%A1%D3%EA&a=1+2&b=%2B&c="), {
      name: "林小雨",
      a: "1 2",
      b: "+",
      c: ""
    })
    assert.deepStrictEqual(read("\xc1\xd6=\xd0\xa1\r\n"), { 林: "小" })
    assert.deepStrictEqual(read("name=%E6%9E%97", form({ charset: "utf-8" })), { name: "林" })
    assert.deepStrictEqual(read(""), {})
  })

  it("is written so that it is read the same, and by the simplest readers", () => {
    const texts = { 会员: "林 小雨", a: "1+2=3&4%", empty: "", mark: "a-b_c.d*" }
    const bytes = Schema.encodeUnknownSync(gbk)(texts)
    assert.match(Buffer.from(bytes).toString("latin1"), /^[\w%+=&.*-]+$/)
    assert.deepStrictEqual(Schema.decodeUnknownSync(gbk)(bytes), texts)
  })

  it("is refused where two readers would read it differently, or not at all", () => {
    assert.deepStrictEqual(refusal("a=1&a=2"), {
      step: "form",
      field: "a",
      message: "Expected only once"
    })
    assert.strictEqual(refusal("a=1&%61=2")?.field, "a")
    assert.strictEqual(refusal("a=%4")?.step, "form")
    assert.strictEqual(refusal("a=%zz")?.step, "form")
    assert.strictEqual(refusal("a=%C1")?.step, "charset")
    assert.strictEqual(
      refusal(Array.from({ length: 65 }, (_, at) => `${at}=`).join("&"))?.step,
      "form"
    )
  })
})

describe("a JSON object of texts", () => {
  const json = (text: string) => Schema.decodeUnknownResult(flatJson)(text)
  it("is read with its numbers as they are written", () => {
    assert.deepStrictEqual(Schema.decodeUnknownSync(flatJson)('{"a":"x:\\"y\\":","b":12}'), {
      a: 'x:"y":',
      b: "12"
    })
  })

  for (const text of [
    "",
    "[]",
    "1",
    "null",
    '{"a":{}}',
    '{"a":[]}',
    '{"a":true}',
    '{"a":1e3000}',
    '{"a":"1","a":"2"}',
    '{"a":"1"'
  ])
    it(`is refused as ${text}`, () => {
      assert.isTrue(Result.isFailure(json(text)))
    })
})
