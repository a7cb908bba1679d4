import { Effect, Predicate, type Scope } from "effect"
import { Kysely, SqliteDialect } from "kysely"
import { addressOf } from "./address.ts"
import { Connection } from "./connection.ts"
import { DatabaseRefused, type Sql } from "./engine.ts"

/**
 * Looks into a database beside those who use it, from a process of one's own: nothing is ever written, and no lock is taken. What it
 * reads in one statement was so at one moment.
 */
export const lookInto = (url: string): Effect.Effect<Sql, DatabaseRefused, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(open(url), ({ close }) => Effect.promise(async () => close())),
    ({ sql }) => sql
  )

interface Looking {
  readonly sql: Sql
  readonly close: () => void | Promise<void>
}

const open = (url: string): Effect.Effect<Looking, DatabaseRefused> =>
  Effect.tryPromise({
    try: async () => {
      const address = addressOf(url)
      if (address.kind === "sqlite") return lookIntoFile(address.file)
      const { lookIntoServer } = await import("./mysql.ts")
      return await lookIntoServer(address)
    },
    catch: (error) =>
      error instanceof DatabaseRefused
        ? error
        : new DatabaseRefused({
            reason: `The database cannot be read: ${Predicate.isError(error) ? error.message : String(error)}`
          })
  })

const lookIntoFile = (file: string): Looking => {
  const connection = new Connection(file, { readOnly: true })
  connection.open()
  return {
    sql: new Kysely({ dialect: new SqliteDialect({ database: connection }) }),
    close: () => connection.close()
  }
}
