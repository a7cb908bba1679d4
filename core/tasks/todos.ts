import type { Sql } from "../database/database.ts"
import { migration } from "../database/migrator.ts"

/** Something only a person can decide or look into. */
export interface Todo {
  /** What kind of thing it is, e.g. `payment.mismatch`. */
  readonly kind: string
  /** Our own number of what it is about. */
  readonly subject: string
  /** One sentence for a person; never personal data. */
  readonly detail: string
  readonly at: number
}

type TodoTables = { readonly weir_todos: Todo & { readonly done_at: number | null } }

const tables = (sql: Sql) => sql.withTables<TodoTables>()

/** Leaves a to-do, once per kind and subject. */
export const leaveTodo = async (sql: Sql, todo: Todo): Promise<void> => {
  const known = await tables(sql)
    .selectFrom("weir_todos")
    .select("at")
    .where("kind", "=", todo.kind)
    .where("subject", "=", todo.subject)
    .executeTakeFirst()
  if (known === undefined)
    await tables(sql)
      .insertInto("weir_todos")
      .values({ ...todo, detail: todo.detail.slice(0, 500), done_at: null })
      .execute()
}

/** Says that something is amiss now. It comes and goes: what was settled before is open again. */
export const raiseTodo = async (sql: Sql, todo: Todo): Promise<void> => {
  await leaveTodo(sql, todo)
  await tables(sql)
    .updateTable("weir_todos")
    .set({ detail: todo.detail.slice(0, 500), at: todo.at, done_at: null })
    .where("kind", "=", todo.kind)
    .where("subject", "=", todo.subject)
    .where("done_at", "is not", null)
    .execute()
}

/** What was amiss is so no longer: of one kind, all whose subject begins with `prefix`. */
export const settleTodos = (
  sql: Sql,
  kind: string,
  { except = "", prefix }: { readonly prefix: string; readonly except?: string | undefined },
  now: number
) =>
  tables(sql)
    .updateTable("weir_todos")
    .set({ done_at: now })
    .where("kind", "=", kind)
    .where(({ eb, fn }) =>
      eb(fn("substr", ["subject", eb.lit(1), eb.lit(prefix.length)]), "=", prefix)
    )
    .where("subject", "!=", except)
    .where("done_at", "is", null)
    .execute()

/** What waits for a person, oldest first. */
export const openTodos = (sql: Sql, limit = 100): Promise<Array<Todo>> =>
  tables(sql)
    .selectFrom("weir_todos")
    .select(["kind", "subject", "detail", "at"])
    .where("done_at", "is", null)
    .orderBy("at")
    .limit(limit)
    .execute()

export const todoMigrations = [
  migration("todos_0001", {
    up: async (sql) => {
      await sql.schema
        .createTable("weir_todos")
        .addColumn("kind", "varchar(64)", (column) => column.notNull())
        .addColumn("subject", "varchar(128)", (column) => column.notNull())
        .addColumn("detail", "varchar(500)", (column) => column.notNull())
        .addColumn("at", "bigint", (column) => column.notNull())
        .addColumn("done_at", "bigint")
        .addPrimaryKeyConstraint("weir_todos_key", ["kind", "subject"])
        .execute()
    },
    down: async (sql) => {
      await sql.schema.dropTable("weir_todos").execute()
    }
  })
]
