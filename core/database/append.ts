import { CompiledQuery, type Kysely } from "kysely"
import type { Sql } from "./engine.ts"

type Row = Readonly<Record<string, unknown>>

/** Rows that works want appended, by table. */
export type Appended = Map<string, Array<Row>>

/** How many rows go in one statement: few sizes, so that few statements are ever compiled. */
const sizes = [64, 16, 4, 1]

/** Inserts all that was appended, in as few statements as there are tables and sizes. */
export const insertAppended = async (sql: Sql, appended: Appended): Promise<void> => {
  for (const [table, rows] of appended) {
    let place = 0
    for (const size of sizes)
      for (; rows.length - place >= size; place += size)
        await sql.executeQuery(insertOf(sql, table, rows.slice(place, place + size)))
  }
  appended.clear()
}

const insertOf = (sql: Sql, table: string, rows: ReadonlyArray<Row>): CompiledQuery => {
  const columns = Object.keys(rows[0] ?? {})
  return CompiledQuery.raw(
    textOf(sql, table, columns, rows.length),
    rows.flatMap((row) => columns.map((column) => row[column]))
  )
}

/** By the adapter, the one thing that all handles of a database share: each kind quotes names in its own way. */
const texts = new WeakMap<object, Map<string, string>>()

const textOf = (sql: Sql, table: string, columns: ReadonlyArray<string>, size: number): string => {
  const { adapter } = sql.getExecutor()
  const known = texts.get(adapter) ?? new Map<string, string>()
  texts.set(adapter, known)
  const key = `${size} ${table} ${columns.join(" ")}`
  const text = known.get(key) ?? compile(sql, table, columns, size)
  known.set(key, text)
  return text
}

const compile = (sql: Sql, table: string, columns: ReadonlyArray<string>, size: number): string => {
  const row = Object.fromEntries(columns.map((column) => [column, 0]))
  const rows = Array.from({ length: size }, () => row)
  return (sql as Kysely<Record<string, Row>>).insertInto(table).values(rows).compile().sql
}
