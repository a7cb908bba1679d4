import type { Customers } from "../customers/customers.ts"
import type { Sql } from "../database/database.ts"
import type { Events } from "../tasks/events.ts"
import type { Sealing } from "./content.ts"
import { tally } from "./counting.ts"
import { NoticeDone, type NoticeState } from "./model.ts"
import { move, type NoticeRow } from "./store.ts"

/** What is needed to write down what became of a notice. */
export interface Books {
  readonly customers: Customers["Service"]
  readonly events: Events["Service"]
  readonly sealing: Sealing
}

type Changes = Omit<Parameters<typeof move>[4] & {}, "state">

/** Moves a notice on, and writes what follows from it: the person's timeline, the plugin's reception, the plugin's task. */
export const moveOn = async (
  sql: Sql,
  { customers, events, sealing }: Books,
  row: NoticeRow,
  to: NoticeState,
  at: number,
  changes: Changes = {}
): Promise<boolean> => {
  const isEnd = to !== "sent"
  if (!(await move(sql, row, to, at, { ...changes, ...(isEnd && { ended_at: at }) }))) return false
  const { key, reference, texts } = sealing.opened(row.id, row.content)
  const { notice, plugin } = row
  const channel = changes.channel ?? row.channel
  if (to === "sent" || (to === "unknown" && row.state === "waiting"))
    await tally(sql, plugin, at, "sent")
  if (to === "refused by user" && channel !== null) await tally(sql, plugin, at, "refused")
  const about = { at, plugin, reference, data: { notice, ...(channel !== null && { channel }) } }
  if (to === "sent")
    await customers.note(sql, row.customer, {
      ...about,
      kind: "told",
      text: Object.values(texts).join(" · ")
    })
  if (to === "refused by user" || to === "failed" || to === "unknown")
    await customers.note(sql, row.customer, {
      ...about,
      kind: "not told",
      data: { ...about.data, state: to, ...(changes.why && { why: changes.why }) }
    })
  if (isEnd)
    await events.publish(sql, plugin, NoticeDone, `notice:${row.id}:done`, {
      notice,
      key,
      reference,
      state: to,
      ...(changes.why && { why: changes.why })
    })
  return true
}
