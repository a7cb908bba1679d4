import { connect, type Socket } from "node:net"
import { Predicate } from "effect"
import type { CompiledQuery, DatabaseConnection, QueryResult } from "kysely"
import mysql, { type Connection, type ExecuteValues, type ResultSetHeader } from "mysql2"
import type { Server } from "../address.ts"
import { ConnectionLost } from "../engine.ts"
import { NoAnswer, understood } from "./fault.ts"

/** How long things may take, in milliseconds. A server that says nothing for longer is as good as gone. */
export interface Patience {
  readonly connect: number
  /** For a statement's answer; 0: for ever. */
  readonly answer: number
}

/** One connection to a server. Once a statement was not answered it is destroyed, since the answer to come would be taken for the next one's. */
export class Session implements DatabaseConnection {
  /** Whether a transaction is open, by the last answer that told. */
  inTransaction = false
  readonly #connection: Connection
  readonly #socket: Socket
  readonly #patience: Patience
  /** From now on the server may be silent for so many milliseconds; 0: for ever. */
  readonly #bear: (milliseconds: number) => void

  private constructor(connection: Connection, socket: Socket, patience: Patience) {
    this.#connection = connection
    this.#socket = socket
    this.#patience = patience
    this.#bear = breakWhenSilent(socket)
  }

  static open({ host, name, password, port, user }: Server, patience: Patience): Promise<Session> {
    const socket = connect({ host, port, noDelay: true, keepAlive: true })
    const connection = mysql.createConnection({
      stream: () => socket,
      connectTimeout: patience.connect,
      user,
      password,
      database: name,
      charset: "utf8mb4_bin",
      timezone: "Z",
      // DECIMAL is what sums are; all of ours are whole numbers far below 2^53.
      decimalNumbers: true,
      jsonStrings: true,
      // FOUND_ROWS: an update counts the rows it found, also those that were as it wants them already.
      flags: ["FOUND_ROWS", "-LOCAL_FILES"],
      // A server has 16382 of them for all its connections.
      maxPreparedStatements: 200
    })
    // What breaks is told to who waits; nobody need listen, but an error nobody listens for would end the process.
    connection.on("error", () => {})
    return new Promise((resolve, reject) => {
      connection.connect((error) => {
        if (error === null) return resolve(new Session(connection, socket, patience))
        socket.destroy()
        reject(understood(error))
      })
    })
  }

  get isOpen(): boolean {
    return this.#socket.writable && this.#socket.readable
  }

  /** Values are sent apart from the statement, never written into it. */
  executeQuery<R>({ parameters, sql }: CompiledQuery): Promise<QueryResult<R>> {
    return new Promise((resolve, reject) => {
      if (!this.isOpen) return reject(new ConnectionLost("The connection is closed"))
      const answered = (error: unknown, result: unknown) => {
        this.#bear(0)
        if (error === null) resolve(this.#read(result))
        else reject(understood(error))
      }
      if (parameters.length === 0) this.#connection.query(sql, answered)
      else this.#connection.execute(sql, parameters.map(bound), answered)
      this.#bear(this.#patience.answer)
    })
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    yield await this.executeQuery(query)
  }

  /** What a statement did. The server's word on the transaction comes with everything but rows. */
  #read<R>(result: unknown): QueryResult<R> {
    if (!isHeader(result)) return { rows: Array.isArray(result) ? result : [] }
    this.inTransaction = (result.serverStatus & IN_TRANSACTION) !== 0
    return { rows: [], numAffectedRows: BigInt(result.affectedRows) }
  }

  /** Says goodbye, so that the server need not find out by itself. */
  end(): void {
    this.#socket.setTimeout(1_000).unref()
    this.#connection.end()
  }

  destroy(): void {
    this.#socket.destroy()
  }
}

/**
 * Breaks a connection on which nothing is heard for too long. A process that stood still finds its timers due before it hears what has
 * come meanwhile, so each deadline is followed by a moment in which to listen.
 */
const breakWhenSilent = (socket: Socket) => {
  let listening = false
  socket.on("timeout", () => {
    if (listening) return socket.destroy(new NoAnswer("The server gave no answer in time"))
    listening = true
    return socket.setTimeout(moment)
  })
  return (milliseconds: number): void => {
    listening = false
    socket.setTimeout(milliseconds)
  }
}

/** Long enough to hear what has already come, in milliseconds. */
export const moment = 250

const IN_TRANSACTION = 1

const isHeader = (result: unknown): result is ResultSetHeader =>
  Predicate.hasProperty(result, "serverStatus")

/** Kysely's values as the protocol's. Whole numbers would be sent as fractions, which servers compare by other rules. */
const bound = (value: unknown) => {
  if (typeof value === "number" && Number.isSafeInteger(value))
    return mysql.TypedParameter.LONGLONG(value)
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  return value as ExecuteValues
}
