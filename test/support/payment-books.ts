import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Effect } from "effect"
import { allows, graphs, type Subject } from "../../core/payments/graph.ts"
import type { Installation } from "./installation.ts"

interface Step {
  readonly subject: Subject
  readonly id: string
  readonly version: number
  readonly from: string | null
  readonly to: string
}

/** What is wrong with the books of an installation whose gateway has stopped; nothing, if they are sound. */
export const faultsIn = ({ folder }: Installation) =>
  Effect.sync(() => {
    const books = new DatabaseSync(join(folder, "weir.db"), { readOnly: true })
    const rows = (sql: string) => books.prepare(sql).all() as unknown as ReadonlyArray<Step>
    const faults = [
      ...unfinished.flatMap(([table, states]) =>
        rows(`select id, state as "to" from ${table} where state in (${states})`).map(
          ({ id, to }) => `${table} ${id} is still ${to}`
        )
      ),
      ...rows("select task_key as id from weir_task_keys where parked_at is not null").map(
        ({ id }) => `the task ${id} is parked`
      ),
      ...pathsIn(rows("select * from weir_history order by subject, id, version"))
    ]
    books.close()
    return faults
  })

const unfinished = [
  ["weir_attempts", "'sent', 'paying', 'unknown'"],
  ["weir_reversals", "'asked', 'unknown'"],
  ["weir_refunds", "'created', 'unknown'"]
] as const

/** Every history begins with version 1, counts on without a gap, and follows its graph. */
const pathsIn = (history: ReadonlyArray<Step>): ReadonlyArray<string> => {
  const paths = Map.groupBy(history, ({ id, subject }) => `${subject} ${id}`)
  return [...paths].flatMap(([name, steps]) =>
    steps.flatMap(({ from, subject, to, version }, index) => {
      const before = steps[index - 1]
      const follows =
        before === undefined
          ? from === null && to in graphs[subject]
          : from === before.to && allows(subject, from, to as never)
      return follows && version === index + 1
        ? []
        : [`${name} went from ${from} to ${to} as ${version}`]
    })
  )
}

/** How many rows a table has; for a gateway that has stopped. */
export const countIn = ({ folder }: Installation, table: string) =>
  Effect.sync(() => {
    const books = new DatabaseSync(join(folder, "weir.db"), { readOnly: true })
    const row = books.prepare(`select count(*) as count from ${table}`).get()
    books.close()
    return Number(row?.count)
  })
