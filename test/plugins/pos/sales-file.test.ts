import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { malformed } from "../../../core/legacy/codec/two-way.ts"
import { houseSalesFile, salesLines } from "../../../plugins/pos/dialects/sales-file.ts"
import { sample } from "./till.ts"

const bytes = sample("pos-filedrop-SALE_GZ0013_02_20240518.gbk.txt")
const changed = (from: string, to: string) =>
  new Uint8Array(Buffer.from(Buffer.from(bytes).toString("latin1").replace(from, to), "latin1"))

describe("a till's sales file", () => {
  it.effect("is read line by line and written back to the byte", () =>
    Effect.gen(function* () {
      const file = yield* Schema.decodeEffect(salesLines)(bytes)
      assert.strictEqual(file.lines[1]?.remark, "退:酸奶 ￥19.90")
      assert.deepStrictEqual(yield* Schema.encodeEffect(salesLines)(file), bytes)
    })
  )

  it.effect("says what was sold and given back, and nothing of who bought it", () =>
    Effect.gen(function* () {
      const file = yield* Schema.decodeEffect(houseSalesFile)(bytes)
      assert.include(file, { store: "GZ0013", till: "02", day: "20240518", shift: "" })
      const said = file.lines.map(({ amount, kind, name }) => [kind, name, amount])
      assert.deepStrictEqual(said, [
        ["sale", "20240518130200371", 12_850],
        ["refund", "20240518130200372", 1_990]
      ])
      assert.notInclude(JSON.stringify(file), "张小明")
    })
  )

  it.effect("can be written as well, and reads the same again", () =>
    Effect.gen(function* () {
      const file = yield* Schema.decodeEffect(houseSalesFile)(bytes)
      const shifted = { ...file, shift: "早班" }
      const again = yield* Schema.encodeEffect(houseSalesFile)(shifted)
      assert.deepStrictEqual(yield* Schema.decodeEffect(houseSalesFile)(again), shifted)
    })
  )

  it.effect.each([
    ["0002\r\n", "0003\r\n", "head.count"],
    ["|108.60", "|108.61", "tail.total"],
    ["-19.90", "19.90", "lines.1.amount"],
    ["128.50", "128.5", "lines.0.amount"],
    ["|WX|42000021782024051800000000", "|WX", "line 1"],
    ["20240518133107", "20241318133107", "lines.0.time"],
    ["T|2|", "X|2|", "tail"]
  ])("that says %s as %s is refused, and told where: %s", ([from = "", to = "", field]) =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(Schema.decodeEffect(houseSalesFile)(changed(from, to)))
      assert.strictEqual(malformed(failure).field, field)
    })
  )
})
