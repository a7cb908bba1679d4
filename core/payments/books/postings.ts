import type { Sql } from "../../database/database.ts"
import { digest } from "../../values/numbers.ts"
import { type PostingRow, type TotalRow, tables } from "./store.ts"

/** Money of one store: fen, and si for fee and net. */
export interface Money {
  readonly gross: number
  readonly refunds: number
  readonly fee: number
  readonly net: number
}

const none: Money = { gross: 0, refunds: 0, fee: 0, net: 0 }

const combine = (a: Money, b: Money, sign: 1 | -1): Money => ({
  gross: a.gross + sign * b.gross,
  refunds: a.refunds + sign * b.refunds,
  fee: a.fee + sign * b.fee,
  net: a.net + sign * b.net
})

const isNothing = ({ fee, gross, net, refunds }: Money) =>
  gross === 0 && refunds === 0 && fee === 0 && net === 0

/** What WeChat's bill says of each store: that is what is posted. What belongs to no store that is known goes by an empty one. */
const byStore = (rows: ReadonlyArray<TotalRow>): ReadonlyMap<string, Money> => {
  const stores = new Map<string, Money>()
  for (const row of rows) {
    const said = {
      gross: row.trade_gross,
      refunds: row.trade_refunds,
      fee: row.trade_fee,
      net: row.trade_net
    }
    stores.set(row.store, combine(stores.get(row.store) ?? none, said, 1))
  }
  return stores
}

const postingsAbout = (sql: Sql, merchant: string, day: string): Promise<Array<PostingRow>> =>
  tables(sql)
    .selectFrom("weir_book_postings")
    .selectAll()
    .where("merchant", "=", merchant)
    .where("day", "=", day)
    .execute()

/** Writes down what is to be posted about a day beyond what was, or waits to be: nothing, where its totals have not changed. */
export const adjust = async (
  sql: Sql,
  merchant: string,
  day: string,
  rows: ReadonlyArray<TotalRow>,
  at: number
): Promise<void> => {
  const posted = await postingsAbout(sql, merchant, day)
  const now = byStore(rows)
  const before = new Map<string, Money>()
  for (const row of posted) before.set(row.store, combine(before.get(row.store) ?? none, row, 1))
  for (const store of new Set([...now.keys(), ...before.keys()])) {
    const rest = combine(now.get(store) ?? none, before.get(store) ?? none, -1)
    if (isNothing(rest)) continue
    const id = digest(JSON.stringify([merchant, store, day, posted.length]))
    await tables(sql)
      .insertInto("weir_book_postings")
      .values({
        id,
        merchant,
        store,
        day,
        posted_in: null,
        ...rest,
        at,
        confirmed_at: null
      } satisfies PostingRow)
      .execute()
  }
}

/** Takes all that waits to be posted for a merchant into a day that closes. */
export const postIn = async (
  sql: Sql,
  merchant: string,
  day: string
): Promise<ReadonlyArray<PostingRow>> => {
  const waiting = await tables(sql)
    .selectFrom("weir_book_postings")
    .selectAll()
    .where("merchant", "=", merchant)
    .where("posted_in", "is", null)
    .orderBy("store")
    .orderBy("day")
    .execute()
  for (const { id } of waiting)
    await tables(sql)
      .updateTable("weir_book_postings")
      .set({ posted_in: day })
      .where("id", "=", id)
      .execute()
  return waiting.map((row) => ({ ...row, posted_in: day }))
}
