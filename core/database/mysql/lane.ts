import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from "kysely"
import { ConnectionLost, OutcomeUnknown } from "../engine.ts"
import { endsTransaction, TransactionEnded } from "./fault.ts"
import type { Session } from "./session.ts"

/**
 * A writer's own session. Its transactions begin with their first statement, and nothing of it is ever committed but by `commit`. Once
 * the server may have ended a transaction, no further statement of it is sent, whatever its works make of the error: it would begin
 * another, and half of them would be stored.
 */
export class LaneDriver implements Driver, DatabaseConnection {
  readonly #open: () => Promise<Session>
  #session: Session | undefined
  #ended: unknown

  constructor(open: () => Promise<Session>) {
    this.#open = open
  }

  async reopen(): Promise<void> {
    this.close()
    const session = await this.#open()
    await session.executeQuery(CompiledQuery.raw("set session autocommit = 0"))
    this.#session = session
  }

  close(): void {
    const session = this.#session
    this.#session = undefined
    // With a transaction open, a goodbye would be kept waiting by the statement before it.
    if (session?.isOpen && !session.inTransaction) session.end()
    else session?.destroy()
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<this> {
    return this
  }

  async beginTransaction(): Promise<void> {
    this.#ended = undefined
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (this.#ended !== undefined && !isUndo(query)) throw this.#ended
    const session = this.#connected
    const before = session.inTransaction
    try {
      const result = await session.executeQuery<R>(query)
      if (before && !session.inTransaction)
        throw new TransactionEnded("A work ended its transaction")
      // It still knows the savepoint, so it is still the transaction that the savepoint was set in.
      if (isUndo(query)) this.#ended = undefined
      return result
    } catch (error) {
      // Where even the savepoint is gone, what ended the transaction is the reason, not that it has ended.
      const reason = isUndo(query) ? (this.#ended ?? error) : error
      if (endsTransaction(error)) this.#ended = reason
      throw reason
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery(query)
  }

  async commitTransaction(): Promise<void> {
    if (this.#ended !== undefined) throw this.#ended
    const session = this.#connected
    try {
      await session.executeQuery(CompiledQuery.raw("commit"))
    } catch (cause) {
      this.close()
      throw new OutcomeUnknown({ cause })
    }
  }

  /** Also by hanging up, if need be: the server undoes what was not committed. */
  async rollbackTransaction(): Promise<void> {
    await this.#session?.executeQuery(CompiledQuery.raw("rollback")).catch(() => this.close())
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}

  get #connected(): Session {
    if (this.#session === undefined) throw new ConnectionLost("The database is closed")
    return this.#session
  }
}

const isUndo = ({ sql }: CompiledQuery) => sql.startsWith("rollback to savepoint ")
