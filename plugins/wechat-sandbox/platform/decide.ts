import { Effect } from "effect"
import type { Database, Sql } from "#core"
import { Errcode } from "./errcodes.ts"

/** A write that may end in an errcode. It says so before it has changed anything. */
export const decide = <A>(
  database: Database["Service"],
  order: string,
  work: (sql: Sql) => Promise<A | Errcode>
): Effect.Effect<A, Errcode> =>
  Effect.flatMap(database.write(order, work), (outcome) =>
    outcome instanceof Errcode ? Effect.fail(outcome) : Effect.succeed(outcome)
  )
