import { toBeijing } from "#core"
import { tradeTypes } from "../model.ts"
import type { OrderRow, RefundRow } from "../store.ts"

/** One row of a bill: its cells in the order of the header, the sums it adds to, and when it happened. */
export interface BillRow {
  readonly at: number
  readonly cells: ReadonlyArray<string>
  readonly sums: ReadonlyArray<number>
}

/** What one bill looks like: its header and the words of its last two lines. */
export interface BillForm {
  readonly header: ReadonlyArray<string>
  readonly totals: ReadonlyArray<string>
}

/** Of ten thousand; what WeChat keeps for itself. */
const RATE = 60

/** In fen, rounded half up as WeChat rounds it. */
const feeOf = (settled: number) => Math.floor((settled * RATE + 5_000) / 10_000)

const yuan = (fen: number) => `${fen < 0 ? "-" : ""}${digits(Math.abs(fen))}`
const digits = (fen: number) => `${Math.floor(fen / 100)}.${String(fen % 100).padStart(2, "0")}`
const feeText = (fen: number) => `${yuan(fen)}000`

export const wallTime = (ms: number) =>
  toBeijing(ms).replace(/^(....)(..)(..)(..)(..)(..)$/, "$1-$2-$3 $4:$5:$6")

const refundColumns = [
  "微信退款单号",
  "商户退款单号",
  "退款金额",
  "充值券退款金额",
  "退款类型",
  "退款状态"
]

const tradeColumns = (withRefunds: boolean) => [
  ...["交易时间", "公众账号ID", "商户号", "特约商户号", "设备号", "微信订单号", "商户订单号"],
  ...["用户标识", "交易类型", "交易状态", "付款银行", "货币种类", "应结订单金额", "代金券金额"],
  ...(withRefunds ? refundColumns : []),
  ...["商品名称", "商户数据包", "手续费", "费率", "订单金额"],
  ...(withRefunds ? ["申请退款金额"] : []),
  "费率备注"
]

/** A bill of payments alone lacks what belongs to refunds. */
export const tradeForm = (withRefunds: boolean): BillForm => ({
  header: tradeColumns(withRefunds),
  totals: [
    ...["总交易单数", "应结订单总金额", "退款总金额", "充值券退款总金额", "手续费总金额"],
    ...["订单总金额", "申请退款总金额"]
  ]
})

export const fundForm: BillForm = {
  header: [
    ...["记账时间", "微信支付业务单号", "资金流水单号", "业务名称", "业务类型", "收支类型"],
    ...["收支金额(元)", "账户结余(元)", "资金变更提交申请人", "备注", "业务凭证号"]
  ],
  totals: ["资金流水总笔数", "收入笔数", "收入金额", "支出笔数", "支出金额"]
}

/** What a row of the trade bill says beside its order: amounts in fen. */
interface Said {
  readonly at: number
  readonly state: "SUCCESS" | "REFUND" | "REVOKED"
  readonly settled: number
  readonly coupon: number
  readonly total: number
  readonly fee: number
  readonly refund?: {
    readonly id: string
    readonly number: string
    readonly settled: number
    readonly asked: number
    readonly status: string
  }
}

const tradeRow = (order: OrderRow, said: Said, withRefunds: boolean): BillRow => {
  const { at, coupon, fee, refund, settled, state, total } = said
  const cells = [
    ...[wallTime(at), order.appid, order.mchid, "0", order.device_id ?? ""],
    ...[order.transaction_id ?? "", order.out_trade_no, order.openid, tradeTypes[order.way], state],
    ...[order.bank_type ?? "OTHERS", "CNY", yuan(settled), yuan(coupon)],
    ...(withRefunds
      ? [
          ...[refund?.id ?? "0", refund?.number ?? "0", yuan(refund?.settled ?? 0), yuan(0)],
          ...[refund === undefined ? "" : "ORIGINAL", refund?.status ?? ""]
        ]
      : []),
    ...[order.description, order.attach ?? "", feeText(fee), "0.60%", yuan(total)],
    ...(withRefunds ? [yuan(refund?.asked ?? 0)] : []),
    ""
  ]
  return { at, cells, sums: [settled, refund?.settled ?? 0, 0, fee, total, refund?.asked ?? 0] }
}

/** A payment, as it stood when it was made. */
export const paidRow = (order: OrderRow, withRefunds: boolean): BillRow =>
  tradeRow(
    order,
    {
      at: order.paid_at ?? 0,
      state: "SUCCESS",
      settled: order.payer_total,
      coupon: order.total - order.payer_total,
      total: order.total,
      fee: feeOf(order.payer_total)
    },
    withRefunds
  )

/** A payment that was undone goes back under its own number. */
export const revokedRow = (order: OrderRow): BillRow =>
  tradeRow(order, goneBack("REVOKED", order.reversed_at ?? 0, undoing(order)), true)

const undoing = (order: OrderRow) => ({
  id: `5${order.transaction_id?.slice(1)}`,
  number: order.out_trade_no,
  settled: order.payer_total,
  asked: order.total,
  status: "SUCCESS"
})

/** A refund on the day it was accepted; how it stood when the bill was made is never corrected afterwards. */
export const refundRow = (row: RefundRow, order: OrderRow, snapshot: number): BillRow =>
  tradeRow(
    order,
    goneBack("REFUND", row.created_at, {
      id: row.refund_id,
      number: row.out_refund_no,
      settled: row.payer_amount,
      asked: row.amount,
      status: row.ended_at !== null && row.ended_at <= snapshot ? row.state : "PROCESSING"
    }),
    true
  )

const goneBack = (state: Said["state"], at: number, refund: NonNullable<Said["refund"]>): Said => ({
  at,
  state,
  settled: 0,
  coupon: 0,
  total: 0,
  fee: -feeOf(refund.settled),
  refund
})

/** Money that moved on the merchant's account; `amount` in fen, less than nothing when it left. */
export interface Movement {
  readonly at: number
  readonly business: string
  readonly voucher: string
  readonly name: "交易" | "退款" | "扣除交易手续费" | "退还交易手续费"
  readonly amount: number
}

export const paidMovements = (order: OrderRow): ReadonlyArray<Movement> => {
  const about = {
    at: order.paid_at ?? 0,
    business: order.transaction_id ?? "",
    voucher: order.out_trade_no
  }
  return [
    { ...about, name: "交易", amount: order.payer_total },
    { ...about, name: "扣除交易手续费", amount: -feeOf(order.payer_total) }
  ]
}

const returnMovements = (
  about: Pick<Movement, "at" | "business" | "voucher">,
  settled: number
): ReadonlyArray<Movement> => [
  { ...about, name: "退款", amount: -settled },
  { ...about, name: "退还交易手续费", amount: feeOf(settled) }
]

export const refundMovements = (row: RefundRow) =>
  returnMovements(
    { at: row.created_at, business: row.refund_id, voucher: row.out_refund_no },
    row.payer_amount
  )

export const revokedMovements = (order: OrderRow) => {
  const { id, number, settled } = undoing(order)
  return returnMovements({ at: order.reversed_at ?? 0, business: id, voucher: number }, settled)
}

/** `sums`: what came in, what went out, and how often each. */
export const fundRow = (movement: Movement, number: string, balance: number): BillRow => {
  const { amount, at, business, name, voucher } = movement
  const incoming = amount >= 0
  const cells = [
    ...[wallTime(at), business, number, name, name, incoming ? "收入" : "支出"],
    ...[yuan(Math.abs(amount)), yuan(balance), "system", "", voucher]
  ]
  const sums = incoming ? [1, amount, 0, 0] : [0, 0, 1, -amount]
  return { at, cells, sums }
}

/** As a file: a mark in front, each cell of a row behind a backquote, and the sums in the last two lines. */
export const billText = (
  { header, totals }: BillForm,
  rows: ReadonlyArray<BillRow>,
  sums: ReadonlyArray<string>
): string => {
  const lines = [
    header.join(","),
    ...rows.map(({ cells }) => quoted(cells)),
    totals.join(","),
    quoted(sums)
  ]
  return `\uFEFF${lines.join("\r\n")}\r\n`
}

const quoted = (cells: ReadonlyArray<string>) => `\`${cells.join(",`")}`

const added = (rows: ReadonlyArray<BillRow>, place: number) =>
  rows.reduce((sum, { sums }) => sum + (sums[place] ?? 0), 0)

export const tradeSums = (rows: ReadonlyArray<BillRow>) => [
  // The bill counts like a spreadsheet.
  String(rows.length),
  ...[0, 1, 2].map((place) => yuan(added(rows, place))),
  feeText(added(rows, 3)),
  ...[4, 5].map((place) => yuan(added(rows, place)))
]

export const fundSums = (rows: ReadonlyArray<BillRow>) => [
  `${rows.length}.0`,
  `${added(rows, 0)}.0`,
  yuan(added(rows, 1)),
  `${added(rows, 2)}.0`,
  yuan(added(rows, 3))
]
