import type { SalesFile } from "../../../../core/payments/books/model.ts"
import { Fen } from "../../../../core/values/money.ts"
import { outRefundNo, outTradeNo } from "../../../../core/values/numbers.ts"
import type { FundRow, Payment, Refund, TradeRow } from "../../../support/bill-day.ts"
import { merchant } from "../../wechat/pay/fixture.ts"

const { mchid } = merchant
export const day = "20261123"
const at = (time: string) => Date.parse(`2026-11-23T${time}+08:00`)
const noon = at("12:00:00")

type Line = SalesFile["lines"][number]

/** Four books that agree, and what is changed in one of them. */
export interface Day {
  readonly payments: Map<string, Payment>
  readonly refunds: Map<string, Refund>
  trade: Array<TradeRow>
  funds: Array<FundRow>
  readonly sales: Map<string, Array<Line>>
}

export const chance = (seed: number) => {
  let state = seed >>> 0
  return (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

export const feeOf = (settled: number) => Math.floor((settled * 60 + 5_000) / 10_000) * 1_000

export const moved = (day: Day, number: string, settled: number, at: number, back = false) => {
  const sign = back ? -1 : 1
  day.funds.push(
    { number, name: back ? "退款" : "交易", amount: sign * settled, at },
    {
      number,
      name: back ? "退还交易手续费" : "扣除交易手续费",
      amount: (-sign * feeOf(settled)) / 1_000,
      at
    }
  )
}

const fileKey = (store: string, till: string) => `${store} ${till}`

/** A payment that all agree on; its number. */
const agreed = (day: Day, index: number, random: (below: number) => number): string => {
  const [store, till] = [`S${random(5)}`, `0${random(3)}`]
  const reference = `${store}/${till}/20261123/${index}`
  const number = outTradeNo({ plugin: "pos", reference, part: "", attempt: 1 })
  const amount = 100 + random(100_000)
  const paidAt = at("08:00:00") + random(12 * 3_600_000)
  const payment = { number, reference, merchant: mchid, store, till, amount, paidAt }
  day.payments.set(number, { ...payment, state: "paid" })
  const coupon = random(10) === 0 ? Math.floor(amount / 10) : 0
  const settled = amount - coupon
  day.trade.push({
    ...{ number, kind: "SUCCESS", amount, settled, coupon, fee: feeOf(settled), at: paidAt }
  })
  moved(day, number, settled, paidAt)
  const lines = day.sales.get(fileKey(store, till)) ?? []
  lines.push({ kind: "sale", name: String(index), reference, amount: Fen.make(amount), at: paidAt })
  day.sales.set(fileKey(store, till), lines)
  return number
}

/** Some of a payment given back, which all agree on; its number. */
const gaveBack = (day: Day, number: string): string => {
  const { amount: whole, reference, store, till } = paymentOf(day, number)
  const key = `${reference}/R`
  const refund = outRefundNo({ plugin: "pos", reference, key })
  const amount = Math.floor(whole / 2)
  day.refunds.set(refund, {
    ...{ number: refund, payment: number, merchant: mchid, key, state: "done", amount, at: noon }
  })
  day.trade.push({
    ...{ number, kind: "REFUND", refund, status: "SUCCESS", amount, settled: amount, coupon: 0 },
    ...{ fee: -feeOf(amount), at: noon }
  })
  moved(day, refund, amount, noon, true)
  day.sales
    .get(fileKey(store, till))
    ?.push({ kind: "refund", name: "R", key, amount: Fen.make(amount), at: noon })
  return refund
}

export const paymentOf = (day: Day, number: string): Payment => {
  const payment = day.payments.get(number)
  if (payment === undefined) throw new Error("There is no such payment")
  return payment
}

const change = (day: Day, number: string, to: Partial<Payment>) =>
  day.payments.set(number, { ...paymentOf(day, number), ...to })

const billed = (day: Day, number: string, to: (row: TradeRow) => ReadonlyArray<TradeRow>) => {
  day.trade = day.trade.flatMap((row) => (row.number === number ? to(row) : [row]))
}

const flowed = (day: Day, number: string, to: (row: FundRow) => ReadonlyArray<FundRow>) => {
  day.funds = day.funds.flatMap((row) => (row.number === number ? to(row) : [row]))
}

const sold = (day: Day, number: string, to: (line: Line) => ReadonlyArray<Line>) => {
  const { reference, store, till } = paymentOf(day, number)
  const key = fileKey(store, till)
  day.sales.set(
    key,
    (day.sales.get(key) ?? []).flatMap((line) =>
      line.kind === "sale" && line.reference === reference ? to(line) : [line]
    )
  )
}

const undone = (row: TradeRow): TradeRow => ({
  ...row,
  ...{ kind: "REVOKED", coupon: 0, fee: -row.fee, status: "SUCCESS", at: row.at + 60_000 }
})

/** What can be wrong with one payment, and what must be said of it: causes by number. */
const plants: Readonly<
  Record<string, (day: Day, number: string, index: number) => ReadonlyArray<string>>
> = {
  "missing in the bill": (day, number) => {
    billed(day, number, () => [])
    flowed(day, number, () => [])
    return [`only-ledger ${number}`]
  },
  "in the bill alone": (day, _, index) => {
    const number = `stranger-${index}`
    const row = { number, amount: 5_000, settled: 5_000, coupon: 0, fee: feeOf(5_000), at: noon }
    day.trade.push({ ...row, kind: "SUCCESS" })
    moved(day, number, 5_000, noon)
    return [`only-bill ${number}`]
  },
  "paid at WeChat's, given up here": (day, number) => {
    change(day, number, { state: "closed" })
    return [`paid-at-wechat ${number}`]
  },
  "in the sales file alone": (day, number, index) => {
    const { store, till } = paymentOf(day, number)
    const reference = `nobody/${index}`
    const line = { kind: "sale" as const, name: "x", reference, amount: Fen.make(1_000), at: noon }
    day.sales.get(fileKey(store, till))?.push(line)
    return [`only-sales ${outTradeNo({ plugin: "pos", reference, part: "", attempt: 1 })}`]
  },
  "missing in the sales file": (day, number) => {
    sold(day, number, () => [])
    return [`not-in-sales ${number}`]
  },
  "twice in the sales file": (day, number) => {
    sold(day, number, (line) => [line, line])
    return [`sales-duplicate ${number}`]
  },
  "another amount in the sales file": (day, number) => {
    sold(day, number, (line) => [{ ...line, amount: Fen.make(line.amount + 1) }])
    return [`sales-amount ${number}`]
  },
  "another amount in our ledger": (day, number) => {
    const amount = paymentOf(day, number).amount + 100
    change(day, number, { amount })
    sold(day, number, (line) => [{ ...line, amount: Fen.make(amount) }])
    return [`amount ${number}`]
  },
  "a coupon that the till left out": (day, number) => {
    const settled = paymentOf(day, number).amount - 50
    billed(day, number, (row) => [{ ...row, settled, coupon: 50, fee: feeOf(settled) }])
    flowed(day, number, () => [])
    moved(day, number, settled, noon)
    sold(day, number, (line) => [{ ...line, amount: Fen.make(settled) }])
    return [`coupon ${number}`]
  },
  "a fee beside its rate": (day, number) => {
    billed(day, number, (row) => [{ ...row, fee: row.fee + 3_000 }])
    flowed(day, number, (row) => [
      row.name === "扣除交易手续费" ? { ...row, amount: row.amount - 3 } : row
    ])
    return [`fee ${number}`]
  },
  "money that did not come": (day, number) => {
    flowed(day, number, () => [])
    return [`not-in-funds ${number}`]
  },
  "money that nobody billed": (day, _, index) => {
    moved(day, `found-${index}`, 700, noon)
    return [`only-funds found-${index}`]
  },
  "a fen too much": (day, number) => {
    flowed(day, number, (row) => [row.name === "交易" ? { ...row, amount: row.amount + 1 } : row])
    return [`funds-amount ${number}`]
  },
  "paid as the day ended": (day, number) => {
    billed(day, number, () => [])
    flowed(day, number, () => [])
    change(day, number, { paidAt: at("23:59:59") })
    return [`midnight ${number}`]
  },
  "given back in the portal": (day, number, index) => {
    const refund = `portal-${index}`
    const row = { number, refund, status: "SUCCESS", amount: 60, settled: 60, coupon: 0 }
    day.trade.push({ ...row, kind: "REFUND", fee: -feeOf(60), at: noon })
    moved(day, refund, 60, noon, true)
    return [`portal-refund ${refund}`]
  },
  "a refund that WeChat never took": (day, number) => {
    const refund = gaveBack(day, number)
    day.trade = day.trade.filter((row) => row.refund !== refund)
    flowed(day, refund, () => [])
    return [`refund-not-in-bill ${refund}`]
  },
  "a refund done there and unknown here": (day, number) => {
    const refund = gaveBack(day, number)
    const row = day.refunds.get(refund)
    if (row !== undefined) day.refunds.set(refund, { ...row, state: "unknown" })
    return [`refund-status ${refund}`]
  },
  "undone at WeChat's alone": (day, number) => {
    billed(day, number, (row) => [row, undone(row)])
    const row = day.trade.find((row) => row.number === number)
    moved(day, number, row?.settled ?? 0, noon, true)
    return [`reversed ${number}`]
  },
  "undone here alone": (day, number) => {
    change(day, number, { undone: noon })
    sold(day, number, () => [])
    return [`reversed ${number}`]
  }
}

/** A day of a few hundred payments, refunds and reversals, on which three of each plant are wrong. */
export const plantedDay = (random: (below: number) => number) => {
  const day: Day = {
    ...{ payments: new Map(), refunds: new Map(), trade: [], funds: [], sales: new Map() }
  }
  const numbers = Array.from({ length: 400 }, (_, index) => agreed(day, index, random))
  for (const number of numbers.slice(0, 40)) gaveBack(day, number)
  for (const number of numbers.slice(40, 60)) {
    change(day, number, { undone: noon })
    const row = day.trade.find((row) => row.number === number)
    billed(day, number, (row) => [row, undone(row)])
    moved(day, number, row?.settled ?? 0, noon, true)
    sold(day, number, () => [])
  }
  const expected = Object.values(plants).flatMap((plant, kind) =>
    [0, 1, 2].flatMap((time) => {
      const index = 60 + kind * 3 + time
      return plant(day, numbers[index] ?? "", index)
    })
  )
  return { day, expected: expected.sort() }
}
