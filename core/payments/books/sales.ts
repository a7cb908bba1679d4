import { Clock, Effect } from "effect"
import { Database, type Sql } from "../../database/database.ts"
import { Tasks } from "../../tasks/tasks.ts"
import { beijingDate } from "../../values/beijing.ts"
import { digest, outTradeNo } from "../../values/numbers.ts"
import { Merchants } from "../../wechat/pay/merchants.ts"
import { MatchDay, matchKey } from "./kinds.ts"
import { DayAhead, type Kept, type SalesFile } from "./model.ts"
import { addLine, adoptFile, beginFile, currentFile, type FileRow, tables } from "./store.ts"

/** Takes sales files in: the same twice counts once, and a corrected one takes the place of the one before. */
export const makeSales = Effect.gen(function* () {
  const database = yield* Database
  const merchants = yield* Merchants
  const tasks = yield* Tasks

  return Effect.fn("Books.sales")(function* (
    plugin: string,
    file: SalesFile
  ): Effect.fn.Return<Kept, DayAhead> {
    const now = yield* Clock.currentTimeMillis
    const { day, lines, shift, store, till } = file
    if (day > beijingDate(now)) return yield* new DayAhead({ day })
    const key = `sales:${plugin}:${store}:${till}:${day}:${shift}`
    const hash = digest(JSON.stringify(lines))
    const merchant = merchants.of(store).mchid
    const is = yield* database.write("books:files", async (sql) => {
      const before = await currentFile(sql, key)
      if (before?.hash === hash) return "known" as const
      const owner = { plugin, store, till, shift }
      const row = await beginFile(sql, {
        key,
        source: "sales",
        hash,
        day,
        merchant,
        ...owner,
        at: now
      })
      await putLines(sql, row, lines)
      await adoptFile(sql, row, lines.length)
      await tasks.ensure(sql, MatchDay, {
        key: matchKey(merchant, day),
        payload: { merchant, day },
        due: now + 60_000
      })
      return before === undefined ? ("new" as const) : ("replaced" as const)
    })
    return { store, till, day, shift, lines: lines.length, is }
  })
})

const putLines = async (sql: Sql, file: FileRow, lines: SalesFile["lines"]) => {
  const refunds = await refundNumbers(
    sql,
    file.plugin,
    lines.flatMap((line) => (line.kind === "refund" ? [line.key] : []))
  )
  for (const [index, line] of lines.entries()) {
    const { amount, at, kind, name } = line
    const number =
      kind === "sale"
        ? outTradeNo({
            plugin: file.plugin,
            reference: line.reference,
            part: line.part ?? "",
            attempt: 1
          })
        : (refunds.get(line.key) ?? looseNumber(line.key))
    addLine(sql, {
      file: file.id,
      place: index + 1,
      number,
      kind,
      amount,
      settled: amount,
      coupon: 0,
      fee: 0,
      rate: "",
      status: "",
      name,
      at
    })
  }
}

/** Stands for the number of a refund that nobody here knows, or not yet. */
const looseNumber = (key: string) => `?${key.length < 64 ? key : digest(key)}`

/** Our own numbers of refunds by the old system's keys. */
const refundNumbers = async (sql: Sql, plugin: string, keys: ReadonlyArray<string>) => {
  const numbers = new Map<string, string>()
  for (let at = 0; at < keys.length; at += 500) {
    const rows = await tables(sql)
      .selectFrom("weir_refunds as refund")
      .innerJoin("weir_payments as payment", "payment.id", "refund.payment")
      .select(["refund.key", "refund.id"])
      .where("refund.key", "in", keys.slice(at, at + 500))
      .where("payment.plugin", "=", plugin)
      .execute()
    for (const { id, key } of rows) numbers.set(key, id)
  }
  return numbers
}

/** Looks anew for the numbers of refunds that were unknown when their file came. */
export const tieLoose = async (sql: Sql, files: ReadonlyArray<FileRow>): Promise<void> => {
  for (const { id, plugin } of files) {
    const loose = await tables(sql)
      .selectFrom("weir_book_lines")
      .select(["place", "number"])
      .where("file", "=", id)
      .where("number", "like", "?%")
      .execute()
    const numbers = await refundNumbers(
      sql,
      plugin,
      loose.map(({ number }) => number.slice(1))
    )
    for (const { number, place } of loose) {
      const known = numbers.get(number.slice(1))
      if (known === undefined) continue
      await tables(sql)
        .updateTable("weir_book_lines")
        .set({ number: known })
        .where("file", "=", id)
        .where("place", "=", place)
        .execute()
    }
  }
}
