import { randomBytes } from "node:crypto"
import { Effect } from "effect"
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise"

/** The server of the tests, or nothing. */
export const mariadb = process.env.WEIR_TEST_MARIADB_URL ?? ""

/** A plain client of a server, for what the gateway itself would never do. */
export const client = (url: string) =>
  Effect.acquireRelease(
    Effect.promise(() => createConnection({ uri: url })),
    (connection) => Effect.sync(() => connection.destroy())
  )

export const ask = (connection: Connection, sql: string) =>
  Effect.promise(async () => (await connection.query<Array<RowDataPacket>>(sql))[0])

/** The address of a new database on a server, gone when the test is over. */
export const temporaryDatabaseOn = Effect.fnUntraced(function* (server: string) {
  const name = `weir_test_${randomBytes(8).toString("hex")}`
  // On connections of their own: the server may have been another one in between.
  const run = (sql: string) =>
    Effect.scoped(Effect.flatMap(client(server), (admin) => ask(admin, sql)))
  yield* Effect.acquireRelease(run(`create database ${name}`), () => run(`drop database ${name}`))
  return new URL(`/${name}`, server).href
})

/** Whether a text stands in a database on a server, in any column of any row. */
export const standsOn = Effect.fnUntraced(function* (url: string, text: string) {
  const connection = yield* client(url)
  const tables = (yield* ask(connection, "show tables")).map((row) => String(Object.values(row)[0]))
  for (const table of tables)
    for (const row of yield* ask(connection, `select * from ${table}`))
      for (const value of Object.values(row))
        if (Buffer.isBuffer(value) ? value.includes(text) : String(value).includes(text))
          return true
  return false
}, Effect.scoped)
