import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import * as fc from "fast-check"
import {
  BeijingTime,
  beijingDate,
  fromBeijing,
  rfc3339,
  toBeijing
} from "../../../core/values/beijing.ts"

const noon = Date.UTC(2024, 4, 18, 5, 31, 7)

describe("Beijing time", () => {
  it("is eight hours ahead", () => {
    assert.strictEqual(fromBeijing("20240518133107"), noon)
    assert.strictEqual(toBeijing(noon), "20240518133107")
    assert.strictEqual(rfc3339(noon), "2024-05-18T13:31:07+08:00")
  })

  it("is already tomorrow there in the evening of Greenwich", () => {
    assert.strictEqual(beijingDate(Date.UTC(2024, 11, 31, 16)), "20250101")
    assert.strictEqual(beijingDate(Date.UTC(2024, 11, 31, 15, 59, 59, 999)), "20241231")
  })

  it("drops parts of a second, also before 1970", () => {
    assert.strictEqual(toBeijing(noon + 999), "20240518133107")
    assert.strictEqual(toBeijing(-1), "19700101075959")
  })

  it.each([
    ["a day the month has not", "20240431000000"],
    ["29 February in a common year", "20230229000000"],
    ["month 0", "20240018133107"],
    ["month 13", "20241318133107"],
    ["day 0", "20240500133107"],
    ["hour 24", "20240518240000"],
    ["minute 60", "20240518136000"],
    ["a leap second", "20161231235960"],
    ["a clock that was never set", "00000000000000"],
    ["a year of two digits", "00240518133107"],
    ["nines", "99999999999999"],
    ["13 digits", "2024051813310"],
    ["15 digits", "202405181331070"],
    ["a space", "2024051813310 "],
    ["a line break after", "20240518133107\n"],
    ["full-width digits", "２０２４０５１８１３３１０７"],
    ["dashes", "2024-05-18 13:31:07"],
    ["nothing", ""]
  ])("%s is not a time", (_, text) => {
    assert.strictEqual(fromBeijing(text), undefined)
    assert.isTrue(Result.isFailure(Schema.decodeResult(BeijingTime)(text)))
  })

  it("knows 29 February in a leap year", () => {
    assert.strictEqual(fromBeijing("20240229000000"), Date.UTC(2024, 1, 28, 16))
  })

  it("comes back the same, whatever the second", () => {
    const seconds = fc.integer({
      min: Date.UTC(1900, 0, 1) / 1000,
      max: Date.UTC(9998, 11, 31) / 1000
    })
    return fc.assert(
      fc.property(seconds, (second) => {
        const text = Schema.encodeSync(BeijingTime)(second * 1000)
        return text.length === 14 && Schema.decodeSync(BeijingTime)(text) === second * 1000
      })
    )
  })

  it("either reads 14 digits or refuses them, and never changes them", () => {
    const digits = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 14, maxLength: 14 })
    return fc.assert(
      fc.property(digits, (all) => {
        const text = all.join("")
        const ms = fromBeijing(text)
        return ms === undefined || toBeijing(ms) === text
      })
    )
  })

  it("is not written for a moment beyond all clocks", () => {
    assert.isTrue(Result.isFailure(Schema.encodeResult(BeijingTime)(8.64e15)))
    assert.isTrue(Result.isFailure(Schema.encodeResult(BeijingTime)(Number.NaN)))
  })
})
