import { encodeText } from "../../legacy/codec/charset.ts"
import { type Cause, causes } from "./judge.ts"
import type { DifferenceRow, TotalRow } from "./store.ts"
import type { DayLine } from "./view.ts"

/** A table for people and their spreadsheets: what its columns are called, and a text for each cell. */
export interface Sheet {
  readonly columns: ReadonlyArray<string>
  readonly rows: ReadonlyArray<ReadonlyArray<string>>
}

/** `128.50`; nothing, where nothing was said. */
export const yuan = (fen: number | null): string => {
  if (fen === null) return ""
  const digits = String(Math.abs(fen)).padStart(3, "0")
  return `${fen < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`
}

/** Hundred-thousandths of a yuan, to the last one that is not nothing beyond the fen: `0.77`, `0.77125`. */
export const yuanOfSi = (si: number): string => {
  const digits = String(Math.abs(si)).padStart(6, "0")
  const decimals = digits.slice(-5)
  const shown = decimals.slice(2) === "000" ? decimals.slice(0, 2) : decimals.replace(/0+$/, "")
  return `${si < 0 ? "-" : ""}${digits.slice(0, -5)}.${shown}`
}

export const states: Readonly<Record<string, string>> = {
  open: "未核对",
  matched: "有差异",
  closed: "已结",
  locked: "已锁",
  explained: "已说明",
  settled: "已平"
}

export const daysSheet = (lines: ReadonlyArray<DayLine>): Sheet => ({
  columns: ["日期", "商户号", "状态", "笔数", "收款", "退款", "手续费", "净额", "未平差异"],
  rows: lines.map(({ count, day, fee, gross, merchant, net, open, refunds, state }) => [
    ...[day, merchant, states[state] ?? state, String(count), yuan(gross), yuan(refunds)],
    ...[yuanOfSi(fee), yuanOfSi(net), String(open)]
  ])
})

const sources = { sales: "销售", ledger: "我方", trade: "账单", funds: "资金" } as const

export const totalsSheet = (rows: ReadonlyArray<TotalRow>): Sheet => ({
  columns: [
    ...["日期", "商户号", "系统", "门店", "收银台", "班次"],
    ...Object.values(sources).flatMap((name) => [`${name}收款`, `${name}退款`]),
    ...["笔数", "手续费", "净额"]
  ],
  rows: rows.map((row) => [
    ...[row.day, row.merchant, row.plugin, row.store, row.till, row.shift],
    ...[yuan(row.sales_gross), yuan(row.sales_refunds), yuan(row.ledger_gross)],
    ...[yuan(row.ledger_refunds), yuan(row.trade_gross), yuan(row.trade_refunds)],
    ...[yuan(row.funds_gross), yuan(row.funds_refunds), String(row.trade_count)],
    ...[yuanOfSi(row.trade_fee), yuanOfSi(row.trade_net)]
  ])
})

export const differencesSheet = (rows: ReadonlyArray<DifferenceRow>): Sheet => ({
  columns: [
    ...[
      "日期",
      "商户号",
      "单号",
      "原因",
      "状态",
      "系统",
      "门店",
      "收银台",
      "班次",
      "小票或微信单号"
    ],
    ...Object.values(sources).map((name) => `${name}金额`),
    "说明"
  ],
  rows: rows.map((row) => [
    ...[row.day, row.merchant, row.number, causes[row.cause as Cause] ?? row.cause],
    ...[row.state === "open" ? "待处理" : (states[row.state] ?? row.state)],
    ...[row.plugin, row.store, row.till, row.shift, row.name],
    ...[yuan(row.sales), yuan(row.ledger), yuan(row.trade), yuan(row.funds), row.note ?? ""]
  ])
})

/** As a spreadsheet reads it: UTF-8 behind its mark, or GBK for those that know no other. */
export const csv = ({ columns, rows }: Sheet, charset: "utf-8" | "gbk"): Uint8Array => {
  const text = [columns, ...rows].map((cells) => `${cells.map(cell).join(",")}\r\n`).join("")
  return charset === "gbk"
    ? encodeText(text, "gbk", { substitute: "?" })
    : Buffer.from(`\uFEFF${text}`)
}

/** A spreadsheet takes what begins so for a formula, and long digits for a number that it rounds. */
const cell = (text: string): string => {
  const safe =
    /^[=+@\t\r]/.test(text) || /^-(?!\d+\.\d\d)/.test(text)
      ? `'${text}`
      : /^\d{12,}$/.test(text)
        ? `\t${text}`
        : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
