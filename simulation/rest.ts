import type { History } from "./invariants/history.ts"
import type { Pending } from "./observer.ts"

/** What is still under way: nothing of it may be left when the faults have been over for long enough. */
export const unfinished = (
  { now, rows }: Pick<History, "now" | "rows">,
  pending: Pending
): ReadonlyArray<string> => {
  const abnormal = new Set(
    rows.refunds.filter(({ state }) => state === "abnormal").map(({ id }) => `refund-query:${id}`)
  )
  const left = (what: string, ids: ReadonlyArray<string>) => ids.map((id) => `${what} ${id}`)
  const inState = <Row extends { readonly id: string; readonly state: string }>(
    all: ReadonlyArray<Row>,
    states: ReadonlyArray<Row["state"]>
  ) => all.filter(({ state }) => states.includes(state)).map(({ id, state }) => `${id}, ${state}`)
  return [
    ...left("attempt", inState(rows.attempts, ["sent", "paying", "unknown"])),
    ...left("reversal", inState(rows.reversals, ["asked", "unknown"])),
    ...left("refund", inState(rows.refunds, ["created", "unknown", "processing"])),
    ...left(
      "task",
      pending.tasks
        .filter(({ kind, task_key }) => !kind.startsWith("every:") && !abnormal.has(task_key))
        .map(({ kind, task_key }) => `${kind} ${task_key}`)
    ),
    ...left(
      "what waits for a person,",
      pending.parked.map(({ task_key }) => task_key)
    ),
    ...left(
      "call",
      pending.entries.filter((entry) => entry.leased_until > now).map(({ operation }) => operation)
    ),
    ...left(
      "WeChat's own work,",
      pending.agenda.map(({ id }) => id)
    )
  ]
}

/** How long after the last fault everything has come to its end: a QR lives for six minutes, and is watched for ten after its close. */
export const patience = 18 * 60_000
