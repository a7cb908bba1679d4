import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from "kysely"
import { SqlError } from "./fault.ts"
import type { Session } from "./session.ts"

/** There is such a table, column or index already; there is none to drop. */
const alreadySo = new Set([1050, 1051, 1060, 1061, 1091])

/**
 * Changes tables. Each change is committed at once, so a step that was cut off half way is run again from its beginning, and what it
 * finds done is passed over.
 */
export class Alteration implements Driver, DatabaseConnection {
  readonly #session: Session

  constructor(session: Session) {
    this.#session = session
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<this> {
    return this
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return await this.#session.executeQuery<R>(query)
    } catch (error) {
      if (error instanceof SqlError && alreadySo.has(error.number)) return { rows: [] }
      throw error
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery(query)
  }

  async beginTransaction(): Promise<void> {
    throw new Error("Tables are not changed in a transaction")
  }

  async commitTransaction(): Promise<void> {}

  async rollbackTransaction(): Promise<void> {}

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

/** Waits until no other process changes tables of this database. The lock ends with its session, however that ends. */
export const lockTables = async (session: Session, database: string): Promise<void> => {
  const wait = CompiledQuery.raw("select get_lock(?, 10) as locked", [
    `weir:${database}`.slice(0, 64)
  ])
  for (;;) {
    const { rows } = await session.executeQuery<{ readonly locked: number | null }>(wait)
    if (rows[0]?.locked === 1) return
  }
}
