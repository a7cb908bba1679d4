import { assert, describe, it } from "@effect/vitest"
import * as fc from "fast-check"
import { digest, outRefundNo, outTradeNo } from "../../../core/values/numbers.ts"

const sale = { plugin: "pos", reference: "GZ0013/02/20240518/371", part: "", attempt: 1 }

const text = fc.string({ unit: "binary" })
const sales = fc.record({
  plugin: text,
  reference: text,
  part: text,
  attempt: fc.integer({ min: 1, max: 9_999_999 })
})

describe("an out_trade_no", () => {
  // Computed by another program, in Python.
  it("is the same on every machine and in every version", () => {
    assert.strictEqual(outTradeNo(sale), "R12AVXH2D8BKTBMYW0QX3RR5-1")
  })

  it("shares all but its end with the other attempts of one payment", () => {
    const [first, second] = [outTradeNo(sale), outTradeNo({ ...sale, attempt: 2 })]
    assert.strictEqual(first.slice(0, -2), second.slice(0, -2))
    assert.strictEqual(first.slice(-2), "-1")
    assert.strictEqual(second.slice(-2), "-2")
  })

  it("keeps to WeChat's letters and lengths", () => {
    return fc.assert(fc.property(sales, (any) => /^[0-9A-Za-z_\-|*]{6,32}$/.test(outTradeNo(any))))
  })

  it("differs as soon as anything differs", () => {
    return fc.assert(
      fc.property(sales, sales, (one, other) => {
        const isSame = (["plugin", "reference", "part", "attempt"] as const).every(
          (key) => one[key] === other[key]
        )
        return isSame === (outTradeNo(one) === outTradeNo(other))
      })
    )
  })

  it("tells apart what only glue would join", () => {
    const numbers = [
      { plugin: "a", reference: "b", part: "c" },
      { plugin: "ab", reference: "", part: "c" },
      { plugin: "a", reference: "bc", part: "" },
      { plugin: "a", reference: "b,c", part: "" },
      { plugin: "a", reference: 'b","c', part: "" },
      { plugin: "a", reference: "b\0c", part: "" }
    ].map((of) => outTradeNo({ ...of, attempt: 1 }))
    assert.strictEqual(new Set(numbers).size, numbers.length)
  })

  it.each([0, -1, 1.5, 10_000_000, Number.NaN])("has no attempt %d", (attempt) => {
    assert.throws(() => outTradeNo({ ...sale, attempt }), RangeError)
  })
})

describe("an out_refund_no", () => {
  const refund = { plugin: "pos", reference: sale.reference, key: "20240519/12" }

  it("is the same on every machine and in every version", () => {
    assert.strictEqual(outRefundNo(refund), "R-NQXDKF7BF3FM897R9E202M76")
  })

  it("keeps to WeChat's letters and length", () => {
    return fc.assert(
      fc.property(text, text, text, (plugin, reference, key) =>
        /^[0-9A-Za-z_\-|*@]{1,64}$/.test(outRefundNo({ plugin, reference, key }))
      )
    )
  })

  it("differs by intention", () => {
    assert.notStrictEqual(outRefundNo(refund), outRefundNo({ ...refund, key: "20240519/13" }))
  })
})

describe("a digest", () => {
  it("is the same for the same text and does not contain it", () => {
    const code = "134650182203475516"
    assert.strictEqual(digest(code), digest(code))
    assert.notInclude(digest(code), "1346")
    assert.notStrictEqual(digest(code), digest("134650182203475517"))
  })
})
