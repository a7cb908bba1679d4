import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as fc from "fast-check"
import { Fen, FenFromDigits, FenFromYuan, formatYuan, yuan } from "../../../core/values/money.ts"

const read = Schema.decodeSync(FenFromYuan)
const write = Schema.encodeSync(FenFromYuan)
const isAmount = (text: string) => Result.isSuccess(Schema.decodeResult(FenFromYuan)(text))

const fens = fc.integer({ min: 0, max: 99_999_999_999_999 }).map((fen) => Fen.make(fen))

describe("an amount in yuan", () => {
  it.each([
    ["128.50", 12850],
    ["128.5", 12850],
    ["128", 12800],
    [".50", 50],
    [".5", 50],
    ["0.01", 1],
    ["0", 0],
    ["1,290.00", 129000],
    ["1,234,567", 123456700],
    ["64.1", 6410],
    ["0000128.50", 12850],
    ["999999999999.99", 99_999_999_999_999]
  ])("%s is read to the fen", (text, fen) => {
    assert.strictEqual(read(text), fen)
  })

  it.each([
    ["three decimals", "128.505"],
    ["three decimals that are zero", "128.500"],
    ["an exponent", "1e3"],
    ["hexadecimal", "0x10"],
    ["a space before", " 128.50"],
    ["a space after", "128.50 "],
    ["a line break after", "128.50\n"],
    ["a space inside", "1 290.00"],
    ["a sign", "-19.90"],
    ["a plus", "+19.90"],
    ["a currency", "￥19.90"],
    ["full-width digits", "１２８"],
    ["nothing", ""],
    ["a lone point", "."],
    ["a point without decimals", "128."],
    ["two points", "1.2.3"],
    ["a comma for the decimals", "128,50"],
    ["commas in odd places", "1,29,0.00"],
    ["a comma in front", ",290.00"],
    ["commas in the decimals", "1.2,3"],
    ["more digits than any till has", "1234567890123"],
    ["a very long text", "1".repeat(100_000)],
    ["no number", "NaN"]
  ])("%s is not an amount", (_, text) => {
    assert.isFalse(isAmount(text))
  })

  it("is written with two decimals and without commas", () => {
    assert.deepStrictEqual(
      [129000, 12850, 50, 5, 0].map((fen) => write(Fen.make(fen))),
      ["1290.00", "128.50", "0.50", "0.05", "0.00"]
    )
  })

  it("comes back the same, whatever the amount", () => {
    return fc.assert(
      fc.property(fens, (fen) => read(write(fen)) === fen && yuan(formatYuan(fen)) === fen)
    )
  })

  it("is refused in text when there is no such money", () => {
    assert.throws(() => yuan("1.999"), "Expected an amount in yuan with at most two decimals")
  })

  it("is not repeated by what refuses it", () => {
    const refusal = Result.getOrThrow(Result.flip(Schema.decodeResult(FenFromYuan)("6222x")))
    assert.notInclude(refusal.message, "6222")
  })
})

describe("fen", () => {
  it.each([-1, 0.5, Number.NaN, 2 ** 53])(
    "are whole, safe and not negative: %d is not",
    (number) => {
      assert.isTrue(Result.isFailure(Schema.decodeResult(Fen)(number)))
    }
  )
})

describe("fen in digits", () => {
  const twelve = FenFromDigits(12)

  it("fill their width", () => {
    assert.strictEqual(Schema.decodeSync(twelve)("000000012850"), 12850)
    assert.strictEqual(Schema.encodeSync(twelve)(Fen.make(12850)), "000000012850")
  })

  it.each(["12850", "0000000012850", "00000001285 ", "0000000128.5", "-00000012850", ""])(
    "are refused in another width or with another character: %j",
    (text) => {
      assert.isTrue(Result.isFailure(Schema.decodeResult(twelve)(text)))
    }
  )

  it("are not written where they do not fit", () => {
    assert.isTrue(Result.isFailure(Schema.encodeResult(FenFromDigits(4))(Fen.make(10_000))))
  })

  it("come back the same, whatever the amount", () => {
    const codec = FenFromDigits(14)
    return fc.assert(
      fc.property(fens, (fen) => Schema.decodeSync(codec)(Schema.encodeSync(codec)(fen)) === fen)
    )
  })

  it("beyond what a number holds exactly are refused", () => {
    assert.isTrue(Result.isFailure(Schema.decodeResult(FenFromDigits(16))("9007199254740993")))
  })
})
