import { CompiledQuery } from "kysely"
import type { Sql } from "./engine.ts"

/**
 * A number that every transaction of the writer moves on. When COMMIT gives no clear answer, it tells afterwards whether that
 * transaction happened, since it is there exactly when all the rest is.
 */
type MarkTables = {
  readonly weir_commits: { readonly writer: string; readonly mark: number }
}

const writer = "gateway"

export const firstMark = async (sql: Sql): Promise<number> => {
  await sql.schema
    .createTable("weir_commits")
    .ifNotExists()
    .addColumn("writer", "varchar(36)", (column) => column.primaryKey())
    .addColumn("mark", "bigint", (column) => column.notNull())
    .execute()
  const known = await find(sql)
  if (known !== undefined) return known.mark
  await sql
    .withTables<MarkTables>()
    .insertInto("weir_commits")
    .values({ writer, mark: 0 })
    .execute()
  return 0
}

export const readMark = async (sql: Sql): Promise<number> => (await find(sql))?.mark ?? 0

/** Part of every commit, so it is written out: it costs nothing to compile. */
export const setMark = (sql: Sql, mark: number): Promise<unknown> =>
  sql.executeQuery(
    CompiledQuery.raw("update weir_commits set mark = ? where writer = ?", [mark, writer])
  )

const find = (sql: Sql) =>
  sql
    .withTables<MarkTables>()
    .selectFrom("weir_commits")
    .select("mark")
    .where("writer", "=", writer)
    .executeTakeFirst()
