import { createHash } from "node:crypto"
import { closeSync, openSync, readSync, writeSync } from "node:fs"
import { createGzip, gzipSync } from "node:zlib"
import { Effect, Layer } from "effect"
import { Database, type Sql } from "../../core/database/database.ts"
import { append } from "../../core/database/works.ts"
import { toBeijing } from "../../core/values/beijing.ts"
import type { BillAddress, BillKind } from "../../core/wechat/pay/bills.ts"
import { WechatPay } from "../../core/wechat/pay/client.ts"
import { PayRefused } from "../../core/wechat/pay/errors.ts"

/** One row of a trade bill: fen, and fees in si. */
export interface TradeRow {
  readonly number: string
  readonly kind: "SUCCESS" | "REFUND" | "REVOKED"
  /** Of a refund: its own number. */
  readonly refund?: string
  readonly status?: string
  readonly amount: number
  readonly settled: number
  readonly coupon: number
  readonly fee: number
  readonly at: number
}

/** One movement of funds, in fen: less than nothing when it left. */
export interface FundRow {
  readonly number: string
  readonly name: "交易" | "退款" | "扣除交易手续费" | "退还交易手续费"
  readonly amount: number
  readonly at: number
}

const yuan = (fen: number) => {
  const digits = String(Math.abs(fen)).padStart(3, "0")
  return `${fen < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`
}
const yuanOfSi = (si: number) => {
  const digits = String(Math.abs(si)).padStart(6, "0")
  return `${si < 0 ? "-" : ""}${digits.slice(0, -5)}.${digits.slice(-5)}`
}
const wall = (ms: number) =>
  toBeijing(ms).replace(/^(....)(..)(..)(..)(..)(..)$/, "$1-$2-$3 $4:$5:$6")

export const tradeHead =
  "\uFEFF交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额,微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态,商品名称,商户数据包,手续费,费率,订单金额,申请退款金额,费率备注\r\n"

export const tradeLine = (row: TradeRow): string => {
  const { amount, at, coupon, fee, kind, number, refund, settled, status = "" } = row
  const sale = kind === "SUCCESS"
  const back = sale
    ? ["0", "0", "0.00", "0.00", "", ""]
    : [`50${number.slice(2)}`, refund ?? number, yuan(settled), "0.00", "ORIGINAL", status]
  const cells = [
    ...[wall(at), "wx0000000000test01", "1900000109", "0", "02", `42${number}`, number],
    ...["oPayer", "MICROPAY", kind, "OTHERS", "CNY"],
    ...[yuan(sale ? settled : 0), yuan(coupon), ...back],
    // A comma and a line feed are what cashiers type.
    ...["面包, 牛奶\n两件", "", yuanOfSi(fee), "0.60%"],
    ...[yuan(sale ? amount : 0), yuan(sale ? 0 : amount), ""]
  ]
  return `\`${cells.join(",`")}\r\n`
}

export interface TradeSums {
  rows: number
  settled: number
  back: number
  fee: number
  gross: number
  asked: number
}

export const noSums = (): TradeSums => ({
  ...{ rows: 0, settled: 0, back: 0, fee: 0, gross: 0, asked: 0 }
})

export const addTrade = (sums: TradeSums, { amount, fee, kind, settled }: TradeRow) => {
  sums.rows++
  sums.fee += fee
  if (kind === "SUCCESS") {
    sums.settled += settled
    sums.gross += amount
  } else {
    sums.back += settled
    sums.asked += amount
  }
}

export const tradeTail = ({ asked, back, fee, gross, rows, settled }: TradeSums): string =>
  `总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额\r\n\`${[
    ...[String(rows), yuan(settled), yuan(back), "0.00", yuanOfSi(fee), yuan(gross), yuan(asked)]
  ].join(",`")}\r\n`

const tradeBill = (rows: ReadonlyArray<TradeRow>): string => {
  const sums = noSums()
  for (const row of rows) addTrade(sums, row)
  return `${tradeHead}${rows.map(tradeLine).join("")}${tradeTail(sums)}`
}

const fundBill = (rows: ReadonlyArray<FundRow>): string => {
  const came = rows.filter(({ amount }) => amount >= 0)
  const went = rows.filter(({ amount }) => amount < 0)
  const sum = (some: ReadonlyArray<FundRow>) =>
    yuan(Math.abs(some.reduce((total, { amount }) => total + amount, 0)))
  const lines = rows.map(
    ({ amount, at, name, number }, place) =>
      `\`${[wall(at), `42${number}`, String(place), name, name, amount < 0 ? "支出" : "收入", yuan(Math.abs(amount)), "0.00", "system", "", number].join(",`")}\r\n`
  )
  return `\uFEFF记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号\r\n${lines.join("")}资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额\r\n\`${rows.length}.0,\`${came.length}.0,\`${sum(came)},\`${went.length}.0,\`${sum(went)}\r\n`
}

/** The bills of each day, packed, by kind and day; a day without any is one that WeChat still makes. */
export type Bills = Map<
  string,
  { readonly pieces: () => Iterable<Uint8Array>; readonly hash: string }
>

export const putBills = (
  bills: Bills,
  day: string,
  {
    funds,
    trade
  }: { readonly trade: ReadonlyArray<TradeRow>; readonly funds: ReadonlyArray<FundRow> }
) => {
  for (const [kind, text] of [
    ["trade", tradeBill(trade)],
    ["funds", fundBill(funds)]
  ] as const)
    bills.set(`${kind} ${day}`, {
      pieces: () => [gzipSync(text)],
      hash: createHash("sha1").update(text).digest("hex")
    })
}

/** A WeChat that has these bills and nothing else. */
export const billsOnly = (bills: Bills) => {
  const has = (kind: BillKind, day: string): Effect.Effect<BillAddress, PayRefused> => {
    const key = `${kind} ${day.replaceAll("-", "")}`
    const found = bills.get(key)
    return found === undefined
      ? Effect.fail(
          new PayRefused({
            ...{ status: 400, code: "STATEMENT_CREATING", message: "", reaction: "repeat" }
          })
        )
      : Effect.succeed({ target: key, hash: found.hash })
  }
  const service: Pick<WechatPay["Service"], "bill" | "billFile"> = {
    bill: (_, kind, day) => has(kind, day),
    billFile: (_, { target }, into) =>
      Effect.sync(() => {
        for (const piece of bills.get(target)?.pieces() ?? []) into(piece)
      })
  }
  return Layer.succeed(WechatPay, service as WechatPay["Service"])
}

/** What our ledger holds of one payment, or of a refund of it. */
export interface Payment {
  readonly number: string
  readonly reference: string
  readonly merchant: string
  readonly store: string
  readonly till: string
  readonly state: "paid" | "closed"
  readonly amount: number
  readonly paidAt: number
  readonly undone?: number
}

export interface Refund {
  readonly number: string
  readonly payment: string
  readonly merchant: string
  readonly key: string
  readonly state: string
  readonly amount: number
  readonly at: number
}

/** Writes a payment down as it would stand after all its moves. */
export const writePayment = (sql: Sql, payment: Payment): void => {
  const { amount, merchant, number: id, paidAt, reference, state, store, till, undone } = payment
  append(sql, "weir_payments", {
    ...{ id, state: state === "paid" ? "paid" : "open", version: 2, plugin: "pos", reference },
    ...{ part: "", amount, title: "", merchant, store, device: till },
    ...{ paid_by: state === "paid" ? id : null, created_at: paidAt, asked_at: paidAt }
  })
  append(sql, "weir_attempts", {
    ...{ id, state, version: 2, payment: id, number: 1, way: "codepay", merchant, amount },
    ...{ sent_at: paidAt, paid_at: state === "paid" ? paidAt : null, transaction_id: `42${id}` }
  })
  if (undone !== undefined)
    append(sql, "weir_reversals", {
      ...{ id, state: "done", version: 2, why: "till", returned: amount, asked_at: undone }
    })
}

export const writeRefund = (sql: Sql, refund: Refund): void => {
  const { amount, at, key, merchant, number: id, payment, state } = refund
  append(sql, "weir_refunds", {
    ...{ id, state, version: 2, payment, attempt: payment, merchant, key, amount },
    ...{ request: "{}", asked_at: at, accepted_at: state === "unknown" ? null : at }
  })
}

export const write = (work: (sql: Sql) => void) =>
  Database.use((database) => database.write("day", async (sql) => work(sql)))

/** Packs what is said piece by piece into a file, and weighs it. */
export const packInto = async (path: string, pieces: Iterable<string>): Promise<string> => {
  const hash = createHash("sha1")
  const gzip = createGzip({ level: 1 })
  const file = openSync(path, "w")
  const written = (async () => {
    for await (const piece of gzip) writeSync(file, piece)
  })()
  for (const piece of pieces) {
    hash.update(piece)
    if (!gzip.write(piece)) await new Promise((done) => gzip.once("drain", done))
  }
  gzip.end()
  await written
  closeSync(file)
  return hash.digest("hex")
}

/** A packed file, so much of it at a time. */
export const piecesIn = (path: string) =>
  function* () {
    const file = openSync(path, "r")
    const piece = new Uint8Array(65_536)
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece))
      yield piece.subarray(0, read)
    closeSync(file)
  }
