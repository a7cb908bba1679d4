import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Effect } from "effect"
import type { RowDataPacket } from "mysql2/promise"
import { onlyDeclaredMoves, versionsWithoutGap } from "../../simulation/invariants/attempts.ts"
import type { History, Rows } from "../../simulation/invariants/history.ts"
import type { Pending } from "../../simulation/observer.ts"
import { unfinished } from "../../simulation/rest.ts"
import type { Installation } from "./installation.ts"
import { ask, client } from "./server.ts"

/** What a gateway has written down about money, and what it still means to do. */
export interface Books {
  readonly rows: Rows
  readonly pending: Pending
}

/** Answers questions to a database from outside, a file or a server; its gateways may be running. */
export type Look = <Row>(sql: string) => Effect.Effect<ReadonlyArray<Row>>

/** Looks into the database of an address for as long as the scope lasts. */
export const lookInto = Effect.fnUntraced(function* (url: string) {
  if (url.startsWith("mysql:")) {
    const connection = yield* client(url)
    // What a caller reads is what its own words name.
    const look: Look = <Row>(sql: string) =>
      Effect.map(ask(connection, sql), (rows) => rows as Array<Row & RowDataPacket>)
    return look
  }
  const file = yield* Effect.acquireRelease(
    Effect.sync(() => new DatabaseSync(url.replace(/^sqlite:/, ""), { readOnly: true })),
    (file) => Effect.sync(() => file.close())
  )
  const look: Look = <Row>(sql: string) =>
    Effect.sync(() => file.prepare(sql).all() as ReadonlyArray<unknown> as ReadonlyArray<Row>)
  return look
})

/** `order`: what says in which order its history was written. */
export const booksOf = Effect.fnUntraced(function* (look: Look, order = "rowid") {
  const rows: Rows = {
    payments: yield* look<Rows["payments"][number]>("select * from weir_payments order by id"),
    attempts: yield* look<Rows["attempts"][number]>(
      "select * from weir_attempts order by payment, number"
    ),
    reversals: yield* look<Rows["reversals"][number]>("select * from weir_reversals order by id"),
    refunds: yield* look<Rows["refunds"][number]>("select * from weir_refunds order by id"),
    history: yield* look<Rows["history"][number]>(`select * from weir_history order by ${order}`),
    todos: yield* look<Rows["todos"][number]>("select * from weir_todos order by kind, subject")
  }
  const pending: Pending = {
    tasks: yield* look<Pending["tasks"][number]>(
      "select task_key, kind from weir_tasks order by task_key"
    ),
    parked: yield* look<Pending["parked"][number]>(
      "select task_key from weir_task_keys where parked_at is not null"
    ),
    entries: yield* look<Pending["entries"][number]>(
      "select operation, leased_until from weir_journal where answer is null"
    ),
    agenda: []
  }
  return { rows, pending } satisfies Books
})

/** What has no end yet. Payments are looked at again for some minutes after their end, so their tasks tell nothing; their states do. */
export const leftIn = ({ pending, rows }: Books, now: number): ReadonlyArray<string> =>
  unfinished(
    { now, rows },
    { ...pending, tasks: pending.tasks.filter(({ kind }) => !kind.startsWith("payments.")) }
  )

/** Of what is held against the books, that which they tell by themselves. */
const alone: Omit<History, "rows"> = {
  now: 0,
  calmSince: Number.POSITIVE_INFINITY,
  appid: "",
  wechat: [],
  sent: [],
  talk: []
}

const fileOf = ({ folder }: Installation) => `sqlite:${join(folder, "weir.db")}`

/** What is wrong with the books of an installation that has come to rest; nothing, if they are sound. */
export const faultsIn = Effect.fnUntraced(function* (at: Installation) {
  const books = yield* booksOf(yield* lookInto(fileOf(at)))
  const history = { ...alone, rows: books.rows }
  return [
    ...leftIn(books, Number.POSITIVE_INFINITY),
    ...[onlyDeclaredMoves, versionsWithoutGap].flatMap(({ violations }) => violations(history))
  ]
}, Effect.scoped)

/** How many rows a table has. */
export const countIn = Effect.fnUntraced(function* (at: Installation, table: string) {
  const look = yield* lookInto(fileOf(at))
  const [row] = yield* look<{ count: number }>(`select count(*) as count from ${table}`)
  return Number(row?.count)
}, Effect.scoped)
