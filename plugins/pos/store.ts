import { Clock, Context, Effect, Layer } from "effect"
import { Database, type Sql, toBeijing } from "#core"

/** A terminal of one store, as its bank library names it. */
export interface TerminalId {
  readonly store: string
  readonly till: string
}

/** The numbers a terminal prints for a sale, and finds it by later. */
export interface Slip extends TerminalId {
  readonly reference: string
  readonly batch: number
  readonly trace: number
  /** Time and trace: twelve digits, unique for a terminal's day. */
  readonly rrn: string
  readonly at: number
}

/** How a void or a refund names the sale it speaks of. */
export interface Original {
  readonly oldDate: string
  readonly rrn: string
  readonly trace: string
}

type Tables = {
  readonly pos_terminals: TerminalId & { readonly batch: number; readonly trace: number }
  readonly pos_slips: Slip
}

/** The numbering of terminals that send no ticket: batch, trace and reference number of every sale. */
export class Slips extends Context.Service<
  Slips,
  {
    /** The slip of a sale, numbered at first sight. */
    of(terminal: TerminalId, reference: string): Effect.Effect<Slip>
    find(terminal: TerminalId, original: Original): Effect.Effect<Slip | undefined>
    batch(
      terminal: TerminalId
    ): Effect.Effect<{ readonly batch: number; readonly slips: ReadonlyArray<Slip> }>
    /** Closes the batch if it is still `batch`; the next sale begins another. */
    close(terminal: TerminalId, batch: number): Effect.Effect<void>
  }
>()("pos/Slips") {
  static readonly layer = Layer.effect(
    Slips,
    Effect.gen(function* () {
      const database = yield* Database
      const order = ({ store, till }: TerminalId) => `terminal:${store}/${till}`

      return Slips.of({
        of: Effect.fnUntraced(function* (terminal: TerminalId, reference: string) {
          const at = yield* Clock.currentTimeMillis
          return yield* database.write(order(terminal), (sql) =>
            number(sql, terminal, reference, at)
          )
        }),
        find: (terminal, original) => database.read((sql) => findSlip(sql, terminal, original)),
        batch: (terminal) =>
          database.read(async (sql) => {
            const batch = (await terminalRow(sql, terminal))?.batch ?? 1
            return { batch, slips: await slipsOf(sql, terminal, batch) }
          }),
        close: (terminal, batch) =>
          database.write(order(terminal), async (sql) => {
            await of(sql, terminal)
              .set({ batch: batch + 1 })
              .where("batch", "=", batch)
              .execute()
          })
      })
    })
  )
}

const tables = (sql: Sql) => sql.withTables<Tables>()

const of = (sql: Sql, { store, till }: TerminalId) =>
  tables(sql).updateTable("pos_terminals").where("store", "=", store).where("till", "=", till)

const terminalRow = (sql: Sql, { store, till }: TerminalId) =>
  tables(sql)
    .selectFrom("pos_terminals")
    .selectAll()
    .where("store", "=", store)
    .where("till", "=", till)
    .executeTakeFirst()

const slipsOf = (sql: Sql, { store, till }: TerminalId, batch: number) =>
  tables(sql)
    .selectFrom("pos_slips")
    .selectAll()
    .where("store", "=", store)
    .where("till", "=", till)
    .where("batch", "=", batch)
    .orderBy("trace")
    .execute()

const number = async (
  sql: Sql,
  { store, till }: TerminalId,
  reference: string,
  at: number
): Promise<Slip> => {
  const known = await tables(sql)
    .selectFrom("pos_slips")
    .selectAll()
    .where("reference", "=", reference)
    .executeTakeFirst()
  if (known !== undefined) return known
  const { batch, trace } = await nextTrace(sql, { store, till })
  const rrn = `${toBeijing(at).slice(8)}${String(trace).padStart(6, "0")}`
  const slip: Slip = { reference, store, till, batch, trace, rrn, at }
  await tables(sql).insertInto("pos_slips").values(slip).execute()
  return slip
}

/** Counted up before it is read: whoever numbers another sale of the terminal in another process waits. */
const nextTrace = async (sql: Sql, terminal: TerminalId) => {
  const { numUpdatedRows } = await of(sql, terminal)
    .set((column) => ({ trace: column(column.parens(column("trace", "%", 999_999)), "+", 1) }))
    .executeTakeFirst()
  const counted = numUpdatedRows === 0n ? undefined : await terminalRow(sql, terminal)
  if (counted !== undefined) return counted
  const first = { ...terminal, batch: 1, trace: 1 }
  await tables(sql).insertInto("pos_terminals").values(first).execute()
  return first
}

/** The newest that fits: traces begin again after 999999, and reference numbers repeat on other days. */
const findSlip = async (
  sql: Sql,
  { store, till }: TerminalId,
  { oldDate, rrn, trace }: Original
) => {
  if (rrn === "" && trace === "") return undefined
  let found = tables(sql)
    .selectFrom("pos_slips")
    .selectAll()
    .where("store", "=", store)
    .where("till", "=", till)
    .orderBy("at", "desc")
    .limit(100)
  if (rrn !== "") found = found.where("rrn", "=", rrn)
  if (trace !== "") found = found.where("trace", "=", Number(trace))
  return (await found.execute()).find(
    ({ at }) => oldDate === "" || toBeijing(at).startsWith(oldDate)
  )
}
