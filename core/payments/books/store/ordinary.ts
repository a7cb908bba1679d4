import { sql as raw } from "kysely"
import type { Sql } from "../../../database/database.ts"
import type { DayFiles, Owner, Sums } from "../store.ts"

/** What numbers without a difference add up to, of one owner. */
export interface Ordinary {
  readonly owner: Owner
  readonly sums: { readonly [K in "sales" | "ledger" | "trade" | "funds"]: Sums }
}

/** Half a fen, in si, as in `judge`. */
const HALF_A_FEN = 500

/**
 * Everybody who may write about a number on this day has written once, and all say the same: paid on that day under the payment's own
 * number, nothing undone. On what this is true of, `judge` finds nothing; of all else it says nothing, and `judge` has to be asked.
 * Anything unusual is left to it: a line of a replaced file, a second attempt, a till without a sales file where others have one.
 */
const isOrdinary = (
  { funds, merchant, sales, day }: DayFiles,
  [from, to]: readonly [number, number]
) => {
  const sold = raw`said.sold_times = 1 and said.sold = said.amount and said.sold_settled = said.amount and said.sold_fee = 0
    and sold.source = 'sales' and sold.state = 'current' and sold.merchant = ${merchant} and sold.day = ${day}
    and sold.plugin = payment.plugin and sold.store = payment.store and sold.till = payment.device`
  const moved = raw`said.came_times = 1 and said.came = said.settled and said.fee_times <= 1
    and (said.fee_times = 0 or abs(said.taken - said.fee) <= ${HALF_A_FEN})`
  return raw`said.kind = 'sale'
    and said.lines_about = 1 + said.came_times + said.fee_times + said.sold_times
    and ${funds === undefined ? raw`said.came_times + said.fee_times = 0` : moved}
    and ${sales.length === 0 ? raw`said.sold_times = 0` : sold}
    and said.settled + said.coupon = said.amount
    and abs(said.fee - said.settled * (said.rate + 0) * 10) <= ${HALF_A_FEN}
    and attempt.merchant = ${merchant} and attempt.state = 'paid' and attempt.amount = said.amount
    and attempt.paid_at >= ${from} and attempt.paid_at < ${to}
    and attempt.payment = attempt.id and payment.paid_by = attempt.id
    and reversal.id is null`
}

type Row = { readonly [K in "number" | keyof Owner]: string | null } & {
  readonly [K in "times" | "gross" | "settled" | "fee" | "fee_times" | "came" | "taken"]: number
} & { readonly sold_times: number; readonly sold: number }

/** Adds up, among some lines of the day's trade bill, the numbers that are ordinary, and names the others. */
export const ordinaryIn = async (
  sql: Sql,
  files: DayFiles,
  trade: number,
  bounds: readonly [from: number, to: number],
  places: readonly [after: number, to: number]
): Promise<{
  readonly ordinary: ReadonlyArray<Ordinary>
  readonly others: ReadonlyArray<string>
}> => {
  const funds = files.funds?.id ?? 0
  const [after, to] = places
  const when = (condition: ReturnType<typeof raw>, what: string) =>
    raw`sum(case when ${condition} then ${raw.raw(what)} else 0 end)`
  const came = raw`about.file = ${funds} and about.kind = 'in'`
  const fee = raw`about.file = ${funds} and about.kind = 'fee'`
  const sold = raw`about.file <> ${trade} and about.kind = 'sale'`
  const { rows } = await raw<Row>`
    with said as (
      select line.number, line.kind, line.amount, line.settled, line.coupon, line.fee, line.rate,
        count(*) as lines_about,
        ${when(came, "1")} as came_times, ${when(came, "about.amount")} as came,
        ${when(fee, "1")} as fee_times, ${when(fee, "about.fee")} as taken,
        ${when(sold, "1")} as sold_times, ${when(sold, "about.amount")} as sold,
        ${when(sold, "about.settled")} as sold_settled, ${when(sold, "about.fee")} as sold_fee,
        ${when(sold, "about.file")} as sold_in
      from weir_book_lines as line join weir_book_lines as about on about.number = line.number
      where line.file = ${trade} and line.place > ${after} and line.place <= ${to}
      group by line.file, line.place
    )
    select case when ${isOrdinary(files, bounds)} then '' else said.number end as number,
      payment.plugin as plugin, payment.store as store, payment.device as till, sold.shift as shift,
      count(*) as times, sum(said.amount) as gross, sum(said.settled) as settled, sum(said.fee) as fee,
      sum(said.fee_times) as fee_times, sum(said.came) as came, sum(said.taken) as taken,
      sum(said.sold_times) as sold_times, sum(said.sold) as sold
    from said
      left join weir_attempts as attempt on attempt.id = said.number
      left join weir_payments as payment on payment.id = said.number
      left join weir_reversals as reversal on reversal.id = said.number
      left join weir_book_files as sold on sold.id = said.sold_in
    group by 1, 2, 3, 4, 5`.execute(sql)
  return {
    ordinary: rows.flatMap((row) => (row.number === "" ? [ordinaryOf(row, funds > 0)] : [])),
    others: [...new Set(rows.flatMap(({ number }) => (number ? [number] : [])))]
  }
}

/** Si in a fen. */
const SI = 1_000

const ordinaryOf = (row: Row, withFunds: boolean): Ordinary => {
  const { plugin, shift, store, till } = row
  const sums = (count: number, gross: number, fee: number, settled = gross): Sums => ({
    ...{ count, gross, refunds: 0, fee, net: settled * SI - fee }
  })
  const number = (name: keyof Row) => Number(row[name])
  const times = number("times")
  const gross = number("gross")
  const moved = withFunds ? times + number("fee_times") : 0
  return {
    owner: { plugin: plugin ?? "", store: store ?? "", till: till ?? "", shift: shift ?? "" },
    sums: {
      trade: sums(times, gross, number("fee"), number("settled")),
      // As in `ledgerSums`: what is ours knows no fee.
      ledger: sums(times, gross, 0),
      funds: sums(moved, number("came"), number("taken")),
      sales: sums(number("sold_times"), number("sold"), 0)
    }
  }
}
