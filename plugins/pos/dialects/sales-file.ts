import { Schema, SchemaTransformation } from "effect"
import { BeijingTime, Fen, SalesFile, separated, textIn } from "#core"

/** The lines of a till's file as they stand in it. Customers and remarks are read, and not kept. */
export const salesLines = textIn("gbk").pipe(
  Schema.decodeTo(
    separated({
      separator: "|",
      head: { mark: "H", fields: ["store", "till", "day", "count", "shift"], least: 4 },
      line: {
        mark: "D",
        fields: [
          ...(["ticket", "time", "type", "amount", "tender", "transaction", "customer"] as const),
          "remark"
        ]
      },
      tail: { mark: "T", fields: ["count", "total"] }
    })
  )
)

const text = (pattern: RegExp, expected: string) =>
  Schema.String.check(Schema.isPattern(pattern, { expected }))

const Number4 = text(/^\d{1,6}$/, "a count")

/** `-19.90`: in fen, less than nothing for what went back. */
const SignedFen = text(/^-?\d{1,9}\.\d{2}$/, "an amount in yuan with two decimals").pipe(
  Schema.decodeTo(
    Schema.Int,
    SchemaTransformation.transform({
      decode: (yuan: string) => Number(yuan.replace(".", "")),
      encode: (fen: number) =>
        `${fen < 0 ? "-" : ""}${String(Math.abs(fen)).padStart(3, "0").replace(/(..)$/, ".$1")}`
    })
  )
)

const written = Schema.Struct({
  head: Schema.Struct({
    store: Schema.String,
    till: Schema.String,
    day: Schema.String,
    count: Number4,
    shift: Schema.optionalKey(Schema.String)
  }),
  lines: Schema.Array(
    Schema.Struct({
      ticket: Schema.String,
      time: BeijingTime,
      type: Schema.Literals(["SALE", "REFUND"]),
      amount: SignedFen,
      tender: Schema.String
    })
  ),
  tail: Schema.Struct({ count: Number4, total: SignedFen })
}).check(
  Schema.makeFilter(({ head, lines, tail }) => {
    const sum = lines.reduce((total, { amount }) => total + amount, 0)
    const wrong = lines.findIndex(({ amount, type }) =>
      type === "SALE" ? amount <= 0 : amount >= 0
    )
    if (wrong >= 0)
      return { path: ["lines", wrong, "amount"], issue: "Expected the sign that its type has" }
    if (Number(head.count) !== lines.length)
      return { path: ["head", "count"], issue: "Expected as many as there are lines" }
    if (Number(tail.count) !== lines.length)
      return { path: ["tail", "count"], issue: "Expected as many as there are lines" }
    return sum === tail.total || { path: ["tail", "total"], issue: "Expected the sum of the lines" }
  })
)

type Written = typeof written.Type

/** WeChat's own tender; what else was paid with is other books' business. */
const WECHAT = "WX"

const decode = ({ head, lines }: Written): SalesFile => {
  const { day, shift = "", store, till } = head
  return {
    ...{ store, till, day, shift },
    lines: lines
      .filter(({ tender }) => tender === WECHAT)
      .map(({ amount, ticket: name, time: at, type }) => {
        const key = [store, till, day, name].join("/")
        const about = { name, at, amount: Fen.make(Math.abs(amount)) }
        return type === "SALE"
          ? { ...about, kind: "sale", reference: key }
          : { ...about, kind: "refund", key }
      })
  }
}

const encode = ({ day, lines, shift, store, till }: SalesFile): Written => ({
  head: {
    ...{ store, till, day, count: String(lines.length).padStart(4, "0") },
    ...(shift !== "" && { shift })
  },
  lines: lines.map(({ amount, at, kind, name }) => ({
    ticket: name,
    time: at,
    type: kind === "sale" ? ("SALE" as const) : ("REFUND" as const),
    amount: kind === "sale" ? amount : -amount,
    tender: WECHAT
  })),
  tail: {
    count: String(lines.length),
    total: lines.reduce((sum, { amount, kind }) => sum + (kind === "sale" ? amount : -amount), 0)
  }
})

/** A chain's own sales file: GBK, separated by bars, a head, a line a ticket, totals, 0x1A. Its tickets are those of house XML. */
export const houseSalesFile = salesLines.pipe(
  Schema.decodeTo(written),
  Schema.decodeTo(Schema.toType(SalesFile), SchemaTransformation.transform({ decode, encode }))
)
