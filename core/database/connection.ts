import { DatabaseSync, type SQLInputValue } from "node:sqlite"
import type { SqliteDatabase, SqliteStatement } from "kysely"
import { ConnectionLost } from "./engine.ts"

/** A connection that can be closed and opened again beneath the Kysely that uses it. */
export class Connection implements SqliteDatabase {
  readonly #file: string
  readonly #readOnly: boolean
  #database: DatabaseSync | undefined
  readonly #statements = new Map<string, SqliteStatement>()
  #begun = false

  constructor(file: string, options: { readonly readOnly: boolean }) {
    this.#file = file
    this.#readOnly = options.readOnly
  }

  open(): void {
    // While SQLite waits for a lock, nothing else runs: longer waits are the writer's, who sleeps between its tries.
    this.#database = new DatabaseSync(this.#file, { readOnly: this.#readOnly, timeout: 20 })
  }

  close(): void {
    this.#statements.clear()
    this.#begun = false
    this.#database?.close()
    this.#database = undefined
  }

  /** Statements are prepared once; few texts differ, since values are parameters. */
  prepare(sql: string): SqliteStatement {
    this.#insistOnTransaction()
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    if (this.#statements.size >= 1_000) this.#statements.clear()
    const statement = prepared(this.#open, sql)
    this.#statements.set(sql, statement)
    return statement
  }

  exec(sql: string): void {
    this.#open.exec(sql)
  }

  begin(): void {
    this.exec("begin immediate")
    this.#begun = true
  }

  commit(): void {
    this.#insistOnTransaction()
    this.exec("commit")
    this.#begun = false
  }

  rollback(): void {
    this.#begun = false
    if (this.#open.isTransaction) this.exec("rollback")
  }

  /** Without its transaction, each further statement would be committed on its own and outlive the rollback. */
  #insistOnTransaction(): void {
    if (this.#begun && !this.#open.isTransaction)
      throw new ConnectionLost("The transaction is gone")
  }

  get #open(): DatabaseSync {
    if (this.#database === undefined) throw new ConnectionLost("The database is closed")
    return this.#database
  }
}

const prepared = (database: DatabaseSync, sql: string): SqliteStatement => {
  const statement = database.prepare(sql)
  const values = (parameters: ReadonlyArray<unknown>) => parameters as ReadonlyArray<SQLInputValue>
  return {
    reader: statement.columns().length > 0,
    all: (parameters) => statement.all(...values(parameters)),
    run: (parameters) => statement.run(...values(parameters)),
    // Open until it is read to its end, so not the one that others use meanwhile.
    iterate: (parameters) => database.prepare(sql).iterate(...values(parameters))
  }
}
