import { Data } from "effect"
import { fromBeijing } from "../../values/beijing.ts"
import type { BillKind } from "./bills.ts"

/** One row of a bill in integers: amounts in fen, fees in hundred-thousandths of a yuan, as a bill prints five decimals. */
export interface BillRow {
  /** The merchant's number: of the order, of the refund, or of whatever moved the money. */
  readonly number: string
  /** WeChat's number of the same. */
  readonly transaction: string
  /** `in`, `out` and `fee` are movements of funds; a fee taken is above nothing, one given back below. */
  readonly kind: "sale" | "refund" | "reversal" | "in" | "out" | "fee"
  /** What was ordered, or asked back: 订单金额, 申请退款金额, 收支金额. */
  readonly amount: number
  /** What of it the merchant gets or gives: 应结订单金额, 退款金额. */
  readonly settled: number
  /** What coupons took off what the merchant gets. */
  readonly coupon: number
  readonly fee: number
  /** As printed: `0.60%`. */
  readonly rate: string
  /** 退款状态, as it stood when the bill was made. */
  readonly status: string
  readonly at: number
}

/** A file that is no bill, or not a whole one. It says where, never what stood there. */
export class BillMalformed extends Data.TaggedError("BillMalformed")<{ readonly reason: string }> {
  override readonly message = `This is not a whole bill: ${this.reason}`
}

/** What the last lines of a bill say of all its rows; fees and amounts as in its rows. */
export interface BillTotals {
  readonly rows: number
  readonly gross: number
  readonly refunds: number
  readonly fee: number
}

type Cells = (name: string) => string

/** The longest line a bill may have: 27 cells, of which the longest have 128 characters. */
const MAX_LINE = 16_384

/**
 * Reads a bill piece by piece, however it is cut. Columns go by their names, as a bill of one kind has twenty and of another
 * twenty-seven. Nothing of it may be believed before `end`, which holds the rows against the totals.
 */
export const openBill = (kind: BillKind) => {
  const form = forms[kind]
  let columns: ReadonlyMap<string, number> | undefined
  let totalNames: ReadonlyArray<string> | undefined
  let totals: BillTotals | undefined
  let rest = ""
  let open: string | undefined
  const seen = { rows: 0, gross: 0, refunds: 0, fee: 0 }

  const cellsOf = (line: string): Cells => {
    const cells = line.slice(1).split(",`")
    const known = columns
    if (known === undefined || cells.length < known.size - 1)
      throw fault(`row ${seen.rows + 1} has ${cells.length} cells`)
    return (name) => cells[known.get(name) ?? -1] ?? ""
  }

  const row = (line: string, into: (row: BillRow) => void) => {
    if (totalNames !== undefined) {
      if (totals !== undefined) throw fault("there is something behind the totals")
      totals = form.totals(namedCells(totalNames, line))
      return
    }
    const read = form.row(cellsOf(line), seen.rows + 1)
    seen.rows++
    form.add(seen, read)
    into(read)
  }

  const line = (text: string, into: (row: BillRow) => void) => {
    if (columns === undefined) columns = columnsOf(text, form.needs)
    else if (text.startsWith("`")) {
      if (open !== undefined) row(open, into)
      open = text
    } else if (text.startsWith(form.totalsBegin)) {
      if (open !== undefined) row(open, into)
      open = undefined
      totalNames = text.split(",")
    } else if (open !== undefined && open.length + text.length < MAX_LINE) {
      // What was typed into a cell may hold a line feed.
      open += `\n${text}`
    } else if (text !== "") throw fault(`row ${seen.rows + 1} does not begin as rows do`)
  }

  return {
    push: (text: string, into: (row: BillRow) => void) => {
      const lines = (rest + text).split("\n")
      rest = lines.pop() ?? ""
      if (rest.length > MAX_LINE) throw fault(`row ${seen.rows + 1} is too long`)
      for (const each of lines) line(each.endsWith("\r") ? each.slice(0, -1) : each, into)
    },
    end: (into: (row: BillRow) => void): BillTotals => {
      if (rest !== "") line(rest, into)
      if (open !== undefined) row(open, into)
      if (totals === undefined) throw fault("the totals are missing")
      for (const name of ["rows", "gross", "refunds", "fee"] as const)
        if (totals[name] !== seen[name])
          throw fault(`its totals say ${totals[name]} of ${name}, its rows ${seen[name]}`)
      return totals
    }
  }
}

const fault = (reason: string) => new BillMalformed({ reason })

const columnsOf = (text: string, needs: ReadonlyArray<string>): ReadonlyMap<string, number> => {
  const names = text.replace(/^\uFEFF/, "").split(",")
  const lacking = needs.filter((name) => !names.includes(name))
  if (lacking.length > 0) throw fault(`the column ${lacking[0]} is missing`)
  return new Map(names.map((name, place) => [name.trim(), place]))
}

const namedCells = (names: ReadonlyArray<string>, line: string): Cells => {
  const cells = line.slice(1).split(",`")
  return (name) => cells[names.indexOf(name)] ?? ""
}

/** Yuan as text to integers of so many decimals; more decimals, or none where some belong, are refused. */
const integer = (text: string, decimals: number, what: string): number => {
  const [, sign, whole = "", fraction = ""] = /^(-?)(\d{1,12})(?:\.(\d{1,5}))?$/.exec(text) ?? []
  if (whole === "" || fraction.length > decimals) throw fault(`${what} is not an amount`)
  const value = Number(whole + fraction.padEnd(decimals, "0"))
  return sign === "-" && value !== 0 ? -value : value
}

const fen = (cells: Cells, name: string, row: number) =>
  integer(cells(name) || "0", 2, `${name} of row ${row}`)
const fee = (cells: Cells, name: string, row: number) =>
  integer(cells(name) || "0", 5, `${name} of row ${row}`)

const instant = (cells: Cells, name: string, row: number): number => {
  const at = fromBeijing(cells(name).replace(/\D/g, ""))
  if (at === undefined) throw fault(`${name} of row ${row} is not a time`)
  return at
}

/** Bills count like spreadsheets: `4.0`. */
const count = (cells: Cells, name: string) => {
  const [, digits] = /^(\d{1,12})(?:\.0+)?$/.exec(cells(name)) ?? []
  if (digits === undefined) throw fault(`${name} is not a count`)
  return Number(digits)
}

const tradeRow = (cells: Cells, row: number): BillRow => {
  const state = cells("交易状态")
  const about = {
    at: instant(cells, "交易时间", row),
    fee: fee(cells, "手续费", row),
    rate: cells("费率").slice(0, 16)
  }
  if (state === "SUCCESS")
    return {
      ...about,
      kind: "sale",
      number: numberIn(cells, "商户订单号", row),
      transaction: cells("微信订单号").slice(0, 64),
      amount: fen(cells, "订单金额", row),
      settled: fen(cells, "应结订单金额", row),
      coupon: fen(cells, "代金券金额", row),
      status: ""
    }
  if (state !== "REFUND" && state !== "REVOKED")
    throw fault(`交易状态 of row ${row} is none that is known`)
  const reversal = state === "REVOKED"
  return {
    ...about,
    kind: reversal ? "reversal" : "refund",
    // What was undone stands under the order's own number.
    number: numberIn(cells, reversal ? "商户订单号" : "商户退款单号", row),
    transaction: cells("微信退款单号").slice(0, 64),
    // Signs differ between bills; what goes back is told by its state.
    amount: Math.abs(fen(cells, "申请退款金额", row)),
    settled: Math.abs(fen(cells, "退款金额", row)),
    coupon: 0,
    status: cells("退款状态").slice(0, 16)
  }
}

const numberIn = (cells: Cells, name: string, row: number): string => {
  const number = cells(name)
  if (!/^[!-~]{1,64}$/.test(number)) throw fault(`${name} of row ${row} is not a number`)
  return number
}

const fundRow = (cells: Cells, row: number): BillRow => {
  const way = cells("收支类型")
  if (way !== "收入" && way !== "支出") throw fault(`收支类型 of row ${row} is none that is known`)
  const amount = fen(cells, "收支金额(元)", row)
  const isFee = cells("业务类型").includes("手续费")
  return {
    number: (cells("业务凭证号") || cells("微信支付业务单号")).slice(0, 64),
    transaction: cells("微信支付业务单号").slice(0, 64),
    kind: isFee ? "fee" : way === "收入" ? "in" : "out",
    amount,
    settled: amount,
    coupon: 0,
    fee: isFee ? (way === "支出" ? amount : -amount) * 1_000 : 0,
    rate: "",
    status: cells("业务类型").slice(0, 16),
    at: instant(cells, "记账时间", row)
  }
}

type Sums = { rows: number; gross: number; refunds: number; fee: number }

const forms = {
  trade: {
    needs: ["交易时间", "商户订单号", "交易状态", "应结订单金额", "手续费", "费率", "订单金额"],
    totalsBegin: "总交易单数,",
    row: tradeRow,
    add: (sums: Sums, { amount, fee, kind }: BillRow) => {
      if (kind === "sale") sums.gross += amount
      else sums.refunds += amount
      sums.fee += fee
    },
    totals: (cells: Cells): BillTotals => ({
      rows: count(cells, "总交易单数"),
      gross: integer(cells("订单总金额"), 2, "订单总金额"),
      // A bill of payments alone has no column for it, and its total is nothing.
      refunds: Math.abs(integer(cells("申请退款总金额") || "0", 2, "申请退款总金额")),
      fee: integer(cells("手续费总金额"), 5, "手续费总金额")
    })
  },
  funds: {
    needs: ["记账时间", "业务类型", "收支类型", "收支金额(元)", "业务凭证号"],
    totalsBegin: "资金流水总笔数,",
    row: fundRow,
    add: (sums: Sums, { amount, fee, kind }: BillRow) => {
      if (kind === "in" || (kind === "fee" && fee < 0)) sums.gross += amount
      else sums.refunds += amount
    },
    totals: (cells: Cells): BillTotals => ({
      rows: count(cells, "资金流水总笔数"),
      gross: integer(cells("收入金额"), 2, "收入金额"),
      refunds: integer(cells("支出金额"), 2, "支出金额"),
      fee: 0
    })
  }
} as const
