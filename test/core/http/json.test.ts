import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import fc from "fast-check"
import { readJson } from "../../../core/http/json.ts"

const plain = (value: unknown): boolean => !JSON.stringify(value).includes('"__proto__"')
const records = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 6 })).filter(plain)

describe("JSON that every parser reads the same way", () => {
  it("any object is read as JSON.parse reads it", () => {
    fc.assert(
      fc.property(records, fc.constantFrom(undefined, 1, "\t"), (value, space) => {
        const text = JSON.stringify(value, null, space)
        assert.deepStrictEqual(readJson(text), Result.succeed(JSON.parse(text)))
      })
    )
  })

  it("a key that comes twice is found at any depth, whatever surrounds it", () => {
    fc.assert(
      fc.property(records, fc.string(), fc.jsonValue(), fc.nat(12), (around, key, value, depth) => {
        fc.pre(plain([key, value]))
        const pair = `${JSON.stringify(key)} : ${JSON.stringify(value)}`
        const inner = `{"around":${JSON.stringify(around)},"twice":{${pair},${pair}}}`
        const text = `${'{"a":['.repeat(depth)}${inner}${"]}".repeat(depth)}`
        assert.deepStrictEqual(readJson(text), Result.fail("The body has the same key twice"))
      })
    )
  })

  it("is not too deep for the brackets in its texts, however long it is", () => {
    const text = JSON.stringify({ a: `${"[".repeat(99)}"\\${"{".repeat(10_000)}`, b: [[[{}]]] })
    assert.isTrue(Result.isSuccess(readJson(text)))
    const deep = `{"a":"${"x".repeat(10_000)}","b":${"[".repeat(32)}${"]".repeat(32)}}`
    assert.deepStrictEqual(readJson(deep), Result.fail("The body is nested too deeply"))
    assert.isTrue(Result.isSuccess(readJson(deep.replace("[]", "0"))))
  })

  it("two spellings of one key are the same key", () => {
    assert.isTrue(Result.isFailure(readJson(String.raw`{"amount":1,"\u0061mount":2}`)))
  })

  it("colons, quotes and braces in text are text", () => {
    const text = String.raw`{"a":"{\"b\":1,\"b\":2}","c":"x:y","d\":":"\\","e":"\\\":"}`
    assert.deepStrictEqual(readJson(text), Result.succeed(JSON.parse(text)))
  })

  it("a hostile megabyte is read or refused in the blink of an eye", () => {
    const size = 1 << 20
    const bodies = [
      `{"a":${"[".repeat(size)}`,
      `{"a":${"[".repeat(size / 2)}${"]".repeat(size / 2)}}`,
      `${'{"a":'.repeat(size / 5)}1${"}".repeat(size / 5)}`,
      `{"a":"${"\\\\".repeat(size / 2)}","a":":"}`,
      `{"a":"${":".repeat(size)}"}`,
      `{${'"a":1,'.repeat(size / 6)}"a":1}`
    ]
    for (const body of bodies) {
      const start = process.cpuUsage()
      readJson(body)
      assert.isBelow(process.cpuUsage(start).user, 300_000)
    }
  })
})
