import { createHash } from "node:crypto"
import { gzipSync } from "node:zlib"
import { Context, Duration, Effect, Layer } from "effect"
import { beijingDate, Database, fromBeijing, type Sql } from "#core"
import { WechatClock } from "../clock.ts"
import { type FaultName, Faults } from "../faults.ts"
import { randomHex } from "../random.ts"
import { type OrderRow, type RefundRow, tables } from "../store.ts"
import {
  type BillRow,
  billText,
  fundForm,
  fundRow,
  fundSums,
  type Movement,
  paidMovements,
  paidRow,
  refundMovements,
  refundRow,
  revokedMovements,
  revokedRow,
  tradeForm,
  tradeSums,
  wallTime
} from "./bill-rows.ts"
import {
  badParameter,
  noStatement,
  type Refused,
  statementCreating,
  urlExpired
} from "./refusal.ts"

type BillKind = "trade" | "funds"

/** Where a bill can be fetched, and what it must weigh up to once it is unpacked. */
export interface BillAddress {
  readonly hash_type: "SHA1"
  readonly hash_value: string
  readonly download_url: string
}

/** The bills of yesterday, computed from this WeChat's own books and handed out under an address that soon expires. */
export class Bills extends Context.Service<
  Bills,
  {
    ask(
      kind: BillKind,
      mchid: string,
      origin: string,
      query: URLSearchParams
    ): Effect.Effect<BillAddress, Refused>
    file(mchid: string, query: URLSearchParams): Effect.Effect<Uint8Array, Refused>
  }
>()("wechat-sandbox/Bills") {
  static readonly layer = Layer.effect(
    Bills,
    Effect.gen(function* () {
      const clock = yield* WechatClock
      const database = yield* Database
      const faults = yield* Faults
      /** Addresses are for the running process, as they live five minutes at most. */
      const offered = new Map<string, Offered>()

      const spoil = Effect.fnUntraced(function* (kind: BillKind) {
        const spoilt = new Set<FaultName>()
        for (const fault of spoils)
          if ((yield* faults.take(fault, pathOf[kind])) !== undefined) spoilt.add(fault)
        return spoilt
      })

      const ask = Effect.fnUntraced(function* (
        kind: BillKind,
        mchid: string,
        origin: string,
        query: URLSearchParams
      ) {
        const now = yield* clock.now
        const day = yield* wantedDay(query, now)
        const which = choiceOf(kind, query)
        if (which === undefined)
          return yield* badParameter(choices[kind].name, "枚举值错误", "", "query")
        const data = yield* database.read((sql) => readDay(sql, mchid, day))
        const spoilt = yield* spoil(kind)
        const text = kind === "trade" ? tradeText(data, which, day, spoilt) : fundText(data, spoilt)
        if (text === undefined) return yield* noStatement()
        const gzip = query.get("tar_type") === "GZIP"
        const bytes = gzip ? gzipSync(text) : Buffer.from(text)
        const token = yield* randomHex(32)
        for (const [old, { until }] of offered) if (until < now) offered.delete(old)
        offered.set(token, {
          mchid,
          bytes: spoilt.has("bill-cut") ? bytes.subarray(0, bytes.length >> 1) : bytes,
          until: now + life
        })
        const hash = createHash("sha1").update(text).digest("hex")
        return {
          hash_type: "SHA1" as const,
          hash_value: spoilt.has("bill-hash")
            ? hash.replace(/^./, (c) => (c === "0" ? "1" : "0"))
            : hash,
          download_url: `${origin}/v3/billdownload/file?token=${token}${gzip ? "&tartype=gzip" : ""}`
        }
      })

      const file = Effect.fnUntraced(function* (mchid: string, query: URLSearchParams) {
        const found = offered.get(query.get("token") ?? "")
        if (found === undefined || found.mchid !== mchid || found.until < (yield* clock.now))
          return yield* urlExpired()
        return found.bytes
      })

      return Bills.of({ ask, file })
    })
  )
}

interface Offered {
  readonly mchid: string
  readonly bytes: Uint8Array
  readonly until: number
}

const life = Duration.toMillis("5 minutes")
const aDay = Duration.toMillis("1 day")
/** Until then a day's bill is being made, and as it stood then it stays. */
const madeAfter = Duration.toMillis("9 hours")
const readyAfter = Duration.toMillis("10 hours")

const pathOf = { trade: "/v3/bill/tradebill", funds: "/v3/bill/fundflowbill" } as const
const spoils = ["bill-missing", "bill-extra", "bill-amount", "bill-hash", "bill-cut"] as const

const choices = {
  trade: { name: "/bill_type", unless: "ALL", known: ["ALL", "SUCCESS", "REFUND"] },
  funds: { name: "/account_type", unless: "BASIC", known: ["BASIC"] }
} as const

const choiceOf = (kind: BillKind, query: URLSearchParams): string | undefined => {
  const { known, name, unless } = choices[kind]
  const said = query.get(name.slice(1)) ?? unless
  return (known as ReadonlyArray<string>).includes(said) ? said : undefined
}

/** The beginning of a day whose bill there is, by WeChat's clock: yesterday from ten o'clock on, three months back. */
const wantedDay = Effect.fnUntraced(function* (query: URLSearchParams, now: number) {
  const date = query.get("bill_date") ?? ""
  const begin = fromBeijing(`${date.replaceAll("-", "")}000000`)
  if (!/^\d{4}-\d\d-\d\d$/.test(date) || begin === undefined)
    return yield* badParameter("/bill_date", "日期格式应为YYYY-MM-DD", date, "query")
  if (begin + aDay > now || begin < now - 93 * aDay)
    return yield* badParameter("/bill_date", "仅支持下载三个月内的账单", date, "query")
  if (now < begin + aDay + readyAfter) return yield* statementCreating()
  return begin
})

interface Day {
  readonly orders: ReadonlyArray<OrderRow>
  readonly revoked: ReadonlyArray<OrderRow>
  readonly refunds: ReadonlyArray<readonly [RefundRow, OrderRow]>
}

const readDay = async (sql: Sql, mchid: string, begin: number): Promise<Day> => {
  const during = (column: "paid_at" | "reversed_at") =>
    tables(sql)
      .selectFrom("sandbox_orders")
      .selectAll()
      .where("mchid", "=", mchid)
      .where(column, ">=", begin)
      .where(column, "<", begin + aDay)
      .orderBy(column)
      .execute()
  const refunds = await tables(sql)
    .selectFrom("sandbox_refunds")
    .selectAll()
    .where("mchid", "=", mchid)
    .where("created_at", ">=", begin)
    .where("created_at", "<", begin + aDay)
    .orderBy("created_at")
    .execute()
  const numbers = refunds.map(({ out_trade_no }) => out_trade_no)
  const theirs =
    numbers.length === 0
      ? []
      : await tables(sql)
          .selectFrom("sandbox_orders")
          .selectAll()
          .where("mchid", "=", mchid)
          .where("out_trade_no", "in", numbers)
          .execute()
  const orderOf = new Map(theirs.map((order) => [order.out_trade_no, order]))
  return {
    orders: await during("paid_at"),
    revoked: (await during("reversed_at")).filter(({ paid_at }) => paid_at !== null),
    refunds: refunds.flatMap((row) => {
      const order = orderOf.get(row.out_trade_no)
      return order === undefined ? [] : [[row, order] as const]
    })
  }
}

const tradeText = (day: Day, which: string, begin: number, spoilt: ReadonlySet<FaultName>) => {
  const withRefunds = which !== "SUCCESS"
  const rows = [
    ...(which === "REFUND" ? [] : day.orders.map((order) => paidRow(order, withRefunds))),
    ...(withRefunds ? day.revoked.map(revokedRow) : []),
    ...(withRefunds
      ? day.refunds.map(([row, order]) => refundRow(row, order, begin + aDay + madeAfter))
      : [])
  ].toSorted((a, b) => a.at - b.at)
  if (rows.length === 0) return undefined
  const all = spoiled(rows, spoilt, withRefunds)
  return billText(tradeForm(withRefunds), all, tradeSums(all))
}

/** What a bill says that does not agree with what happened: a row too few, one too many, a fen too much. */
const spoiled = (
  rows: ReadonlyArray<BillRow>,
  spoilt: ReadonlySet<FaultName>,
  withRefunds: boolean
): ReadonlyArray<BillRow> => {
  const { header } = tradeForm(withRefunds)
  const [first, ...rest] = rows
  if (first === undefined) return rows
  const changed = (row: BillRow, changes: Readonly<Record<string, string>>) => ({
    ...row,
    cells: row.cells.map((cell, place) => changes[header[place] ?? ""] ?? cell)
  })
  const total = (first.sums[4] ?? 0) + 1
  const begun = spoilt.has("bill-amount")
    ? {
        ...changed(first, { 订单金额: (total / 100).toFixed(2) }),
        sums: first.sums.map((sum, place) => (place === 4 ? total : sum))
      }
    : first
  const extra = changed(first, {
    商户订单号: "elsewhere-0001",
    微信订单号: "4200000000000000000000000001"
  })
  return [
    ...(spoilt.has("bill-missing") ? [] : [begun]),
    ...(spoilt.has("bill-extra") ? [extra] : []),
    ...rest
  ]
}

const fundText = (day: Day, spoilt: ReadonlySet<FaultName>) => {
  const movements: ReadonlyArray<Movement> = [
    ...day.orders.flatMap(paidMovements),
    ...day.revoked.flatMap(revokedMovements),
    ...day.refunds.flatMap(([row]) => refundMovements(row))
  ].toSorted((a, b) => a.at - b.at)
  if (movements.length === 0) return undefined
  let balance = 0
  const rows = movements.map((movement, place) => {
    balance += movement.amount
    const serial = `${beijingDate(movement.at)}${wallTime(movement.at).slice(11).replaceAll(":", "")}`
    return fundRow(movement, `1${serial}${String(place).padStart(10, "0")}`, balance)
  })
  const all = spoilt.has("bill-missing") ? rows.slice(1) : rows
  return billText(fundForm, all, fundSums(all))
}
