import { Effect } from "effect"
import type { Database, Sql } from "#core"
import { Refused } from "./refusal.ts"

/** A write that may end in a refusal. A refusal says so before it has changed anything. */
export const decide = <A>(
  database: Database["Service"],
  order: string,
  work: (sql: Sql) => Promise<A | Refused>
): Effect.Effect<A, Refused> =>
  Effect.flatMap(database.write(order, work), (outcome) =>
    outcome instanceof Refused ? Effect.fail(outcome) : Effect.succeed(outcome)
  )
