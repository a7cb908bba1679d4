import { Duration, Schema } from "effect"
import { dialect, FenFromDigits, fixedWidth, type Problem, toBeijing, twoWay } from "#core"
import { codeOf, type Outcome, words } from "../model.ts"
import type { Slip } from "../store.ts"

const text = (name: string, width: number) => ({ name, width, pad: "right", fill: " " }) as const
const digits = (name: string, width: number) => ({ name, width, pad: "left", fill: "0" }) as const

/** What a terminal sends. */
export const requestLayout = [
  text("pos", 8),
  text("cashier", 8),
  text("type", 2),
  text("amount", 12),
  text("oldDate", 8),
  text("rrn", 12),
  text("trace", 6),
  text("check", 3),
  text("code", 100)
]

/** What it gets back. */
export const replyLayout = [
  text("ret", 2),
  text("bank", 4),
  text("card", 20),
  digits("trace", 6),
  digits("amount", 12),
  { ...text("message", 40), cut: true },
  text("merchant", 15),
  text("terminal", 8),
  digits("batch", 6),
  text("date", 4),
  text("time", 6),
  text("rrn", 12),
  text("auth", 6),
  text("settleDate", 4),
  text("check", 3)
]

/** A terminal sends 59 bytes, and 100 more when a code was scanned. */
export const misFraming = { kind: "fixed", bytes: 159, shortest: 59 } as const

/** How a terminal numbers what it says. */
export const types: { readonly [type: string]: string } = {
  "00": "sale",
  "01": "void",
  "02": "refund",
  "05": "sign-in",
  "06": "settle"
}

const withoutCode = Schema.Uint8Array.pipe(
  Schema.decodeTo(
    Schema.Uint8Array,
    twoWay<Uint8Array, Uint8Array>({
      decode: (bytes) =>
        bytes.length === misFraming.shortest
          ? Uint8Array.from([...bytes, ...new Array<number>(100).fill(0x20)])
          : bytes,
      encode: (bytes) => bytes
    })
  )
)

const blank = Object.fromEntries(replyLayout.map(({ name }) => [name, ""]))

/** What a bank's `bankall` library says: fixed-width GBK, the answer checked by three digits of the question. */
export const bankMis = dialect({
  name: "bank-mis",
  // The library itself waits about 60 s.
  patience: Duration.seconds(50),
  request: withoutCode.pipe(Schema.decodeTo(fixedWidth(requestLayout, { charset: "gbk" }))),
  reply: fixedWidth(replyLayout, { charset: "gbk", lacking: { substitute: "?" } }),
  callOf: ({ type = "" }) => types[type] ?? `type ${type}`,
  echo: ({ check = "" }) => ({ ...blank, check }),
  refuse: (problem) => ({ ret: codeOf[problem.is], message: refusal(problem) })
})

const refusal = (problem: Problem): string => {
  const said = words[codeOf[problem.is]]
  if (problem.is === "unknown call") return `${said}:type`
  return problem.is === "malformed" ? `${said}:${problem.field ?? problem.step}` : said
}

const matching = (pattern: RegExp, expected: string) =>
  Schema.String.check(Schema.isPattern(pattern, { expected }))

const pos = matching(/^[0-9A-Za-z]{1,8}$/, "1 to 8 letters or digits")
const Amount = FenFromDigits(12).check(Schema.isBetween({ minimum: 1, maximum: 10_000_000 }))
const original = {
  oldDate: matching(/^(\d{8})?$/, "a date of 8 digits, or nothing"),
  rrn: matching(/^(\d{12})?$/, "12 digits, or nothing"),
  trace: matching(/^(\d{6})?$/, "6 digits, or nothing")
}

export const Sale = Schema.Struct({
  pos,
  amount: Amount,
  code: matching(/^\d{16,24}$/, "a payment code of 16 to 24 digits")
})
export const Void = Schema.Struct({ pos, ...original })
export const Refund = Schema.Struct({ pos, amount: Amount, ...original })
export const Terminal = Schema.Struct({ pos })

export const Reply = Schema.Struct({
  ret: Schema.String,
  message: Schema.String,
  trace: Schema.String,
  amount: Schema.String,
  merchant: Schema.String,
  terminal: Schema.String,
  batch: Schema.String,
  date: Schema.String,
  time: Schema.String,
  rrn: Schema.String,
  settleDate: Schema.String
})

/** What the slip of a terminal shows beside the outcome. */
export interface Printed {
  readonly merchant: string
  readonly terminal: string
  readonly slip: Pick<Slip, "batch" | "trace" | "rrn" | "at"> | undefined
  readonly at: number
}

export const replyOf = (
  outcome: Outcome,
  { at, merchant, slip, terminal }: Printed
): typeof Reply.Type => {
  const when = toBeijing(outcome.paidAt ?? at)
  return {
    ret: outcome.code,
    message: outcome.message,
    trace: slip === undefined ? "" : String(slip.trace),
    amount: String(outcome.amount ?? outcome.refunded ?? 0),
    merchant,
    terminal,
    batch: slip === undefined ? "" : String(slip.batch),
    date: when.slice(4, 8),
    time: when.slice(8),
    rrn: slip?.rrn ?? "",
    settleDate: when.slice(4, 8)
  }
}
