import { Duration } from "effect"
import type { Sql } from "../../database/database.ts"
import { raiseTodo, settleTodos } from "../../tasks/todos.ts"
import { rfc3339 } from "../../values/beijing.ts"
import type { ComplaintRow } from "./store.ts"

/** WeChat's clocks: an answer within a day, the end within three; and how long before it a person is warned. */
const clocks = {
  answer: { within: Duration.hours(24), warned: Duration.hours(4) },
  resolve: { within: Duration.hours(72), warned: Duration.hours(12) }
} as const

type Clock = keyof typeof clocks

type Timed = Omit<ComplaintRow, "sealed">

/** When a clock of a complaint runs out; nothing: it does not run. */
export const endOf = (clock: Clock, { complained_at, state, waits_since }: Timed) => {
  if (state === "processed") return undefined
  const since = clock === "answer" ? waits_since : complained_at
  return since === null ? undefined : since + Duration.toMillis(clocks[clock].within)
}

const warningOf = (clock: Clock, end: number) => end - Duration.toMillis(clocks[clock].warned)

const all = Object.keys(clocks) as ReadonlyArray<Clock>

/** A to-do for each clock that runs, a second one where it is about to run out; both go when it stops. */
export const remind = async (sql: Sql, complaint: Timed, at: number): Promise<void> => {
  const { id: subject } = complaint
  for (const clock of all) {
    const kinds = [`complaint.${clock}`, `complaint.${clock}-soon`] as const
    const end = endOf(clock, complaint)
    if (end === undefined) {
      for (const kind of kinds) await settleTodos(sql, kind, { prefix: subject }, at)
      continue
    }
    const by = `${wanted[clock]} before ${rfc3339(end)}, ${aboutOf(complaint)}`
    await raiseTodo(sql, { kind: kinds[0], subject, detail: by, at })
    if (at >= warningOf(clock, end))
      await raiseTodo(sql, { kind: kinds[1], subject, detail: `Little time is left: ${by}`, at })
    else await settleTodos(sql, kinds[1], { prefix: subject }, at)
  }
}

const wanted = {
  answer: "A customer complains and is to be answered",
  resolve: "A complaint is to be settled"
}

const aboutOf = ({ out_trade_no }: Timed) =>
  out_trade_no === null ? "about no payment" : `about ${out_trade_no}`

/** WeChat is asked again now and then, as the customer may have said more. */
const seldom = Duration.toMillis("6 hours")

/** When a complaint is looked at again: before a clock is about to run out, when it does, and now and then; never, once it is over. */
export const nextLook = (complaint: Timed, now: number): number | undefined => {
  if (complaint.state === "processed") return undefined
  const moments = all.flatMap((clock) => {
    const end = endOf(clock, complaint)
    return end === undefined ? [] : [warningOf(clock, end), end]
  })
  return Math.min(now + seldom, ...moments.filter((moment) => moment > now))
}
