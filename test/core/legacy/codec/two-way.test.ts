import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Result, Schema } from "effect"
import { inField, malformed, refuse, twoWay } from "../../../../core/legacy/codec/two-way.ts"
import { FenFromYuan } from "../../../../core/values/money.ts"
import { unreadable, unwritable } from "./bytes.ts"

const Digits = Schema.String.pipe(
  Schema.decodeTo(
    Schema.Int,
    twoWay<number, string>({
      decode: (text) => (/^\d+$/.test(text) ? Number(text) : refuse("charset", "Expected digits")),
      encode: (number) =>
        number < 0 ? refuse("charset", "Expected no sign", "Number") : String(number)
    })
  )
)

const Line = Schema.Struct({ product: Schema.NonEmptyString, price: FenFromYuan }).pipe(
  Schema.encodeKeys({ product: "Product", price: "Price" })
)
const Sale = Schema.Struct({
  code: Schema.Literal("SALE"),
  amount: FenFromYuan,
  authCode: Schema.String.check(Schema.isPattern(/^\d{18}$/, { expected: "18 digits" })),
  count: Schema.optionalKey(Digits),
  note: Schema.String,
  lines: Schema.Array(Line)
}).pipe(
  Schema.encodeKeys({
    code: "TranCode",
    amount: "TotalFee",
    authCode: "AuthCode",
    count: "Count",
    lines: "Lines"
  })
)
const sale: typeof Sale.Encoded = {
  TranCode: "SALE",
  TotalFee: "128.50",
  AuthCode: "134650182203475516",
  note: "",
  Lines: []
}
/** The struct at the end of a longer dialect. */
const dialect = Schema.Record(Schema.String, Schema.Unknown).pipe(
  Schema.decodeTo(
    Schema.Record(Schema.String, Schema.Unknown),
    twoWay<{ readonly [name: string]: unknown }, { readonly [name: string]: unknown }>({
      decode: (fields) => fields,
      encode: (fields) => fields
    })
  ),
  Schema.decodeTo(Sale)
)
const without = (name: keyof typeof sale) => {
  const { [name]: _, ...rest } = sale
  return rest
}

describe("a conversion in both directions", () => {
  it("says in which step it failed, and for which field", () => {
    assert.deepStrictEqual(unreadable(Digits, "x"), { step: "charset", message: "Expected digits" })
    assert.deepStrictEqual(unwritable(Digits, -1), {
      step: "charset",
      field: "Number",
      message: "Expected no sign"
    })
  })

  it("gives the field to what is refused inside", () => {
    const codec = Schema.String.pipe(
      Schema.decodeTo(
        Schema.String,
        twoWay<string, string>({
          decode: () => inField("Outer", () => refuse("xml", "Expected nothing", "Inner")),
          encode: (text) => text
        })
      )
    )
    assert.deepStrictEqual(unreadable(codec, ""), {
      step: "xml",
      field: "Outer",
      message: "Expected nothing"
    })
  })

  it.effect("does not pass a bug off as somebody's malformed message", () =>
    Effect.gen(function* () {
      const bug = () => {
        throw new TypeError("a bug")
      }
      const codec = Schema.String.pipe(
        Schema.decodeTo(
          Schema.String,
          twoWay<string, string>({ decode: bug, encode: () => inField("Field", bug) })
        )
      )
      assert.isTrue(Exit.hasDies(yield* Effect.exit(Schema.decodeEffect(codec)(""))))
      assert.isTrue(Exit.hasDies(yield* Effect.exit(Schema.encodeEffect(codec)(""))))
    })
  )
})

describe("what is wrong with a record", () => {
  it("is told by the old system's own name of the field, whatever checks it", () => {
    const wrong = (change: object) => unreadable(dialect, { ...sale, ...change })
    assert.deepStrictEqual(wrong({ TotalFee: "128.505" }), {
      step: "fields",
      field: "TotalFee",
      message: "Expected an amount in yuan with at most two decimals"
    })
    assert.deepStrictEqual(wrong({ TranCode: "REFUND" }), {
      step: "fields",
      field: "TranCode",
      message: 'Expected "SALE"'
    })
    assert.deepStrictEqual(wrong({ AuthCode: "13465018220347551" }), {
      step: "fields",
      field: "AuthCode",
      message: "Expected 18 digits"
    })
    assert.deepStrictEqual(wrong({ TotalFee: 128.5 }), {
      step: "fields",
      field: "TotalFee",
      message: "Expected string"
    })
  })

  it("is told by that name too where a conversion of ours refuses the field", () => {
    assert.deepStrictEqual(unreadable(dialect, { ...sale, Count: "two" }), {
      step: "charset",
      field: "Count",
      message: "Expected digits"
    })
  })

  it("is told by our name where the old system uses the same", () => {
    assert.strictEqual(unreadable(dialect, { ...sale, note: 1 }).field, "note")
  })

  it("is that a field is missing", () => {
    assert.deepStrictEqual(unreadable(dialect, without("TotalFee")), {
      step: "fields",
      field: "TotalFee",
      message: "Missing"
    })
  })

  it("is told with the way to a field further down", () => {
    const Lines = [
      { Product: "milk", Price: "1.00" },
      { Product: "bread", Price: "1.001" }
    ]
    assert.strictEqual(unreadable(dialect, { ...sale, Lines }).field, "Lines.1.Price")
  })

  it("is that there is no record", () => {
    assert.deepStrictEqual(unreadable(dialect, 5), { step: "fields", message: "Expected object" })
  })

  it("is told for a rule about the whole record, by the field the rule names", () => {
    const Range = Schema.Struct({ from: FenFromYuan, to: FenFromYuan })
      .check(
        Schema.makeFilter(({ from, to }) =>
          from <= to ? undefined : { path: ["to"], issue: "Expected no less than the beginning" }
        )
      )
      .pipe(Schema.encodeKeys({ from: "From", to: "To" }))
    assert.deepStrictEqual(unreadable(Range, { From: "2.00", To: "1.00" }), {
      step: "fields",
      field: "To",
      message: "Expected no less than the beginning"
    })
  })

  it("is told by the first member of a union that could be meant", () => {
    const Query = Schema.Struct({ TranCode: Schema.Literal("QUERY"), TicketNo: Schema.String })
    const Call = Schema.Union([Query, Sale])
    assert.strictEqual(unreadable(Call, { ...sale, TotalFee: "x" }).field, "TotalFee")
    assert.strictEqual(unreadable(Call, { TranCode: "QUERY" }).field, "TicketNo")
    assert.strictEqual(unreadable(Call, { TranCode: "SETTLE" }).step, "fields")
  })

  it("never contains what came, even if somebody asked the parser to report it", () => {
    const secret = "134650182203475516x"
    for (const field of ["TranCode", "TotalFee", "AuthCode", "Count"]) {
      const result = Schema.decodeUnknownResult(dialect, { reportInput: true })({
        ...sale,
        [field]: secret
      })
      const { message } = malformed(Result.getOrThrow(Result.flip(result)))
      assert.notInclude(message, "134650", field)
    }
  })
})
