import { Duration } from "effect"
import { type Rule, raw, rule } from "../database/rule.ts"

interface Entry {
  readonly id: string
  readonly operation: string
}

const say =
  (what: string) =>
  ({ id, operation }: Entry) =>
    `${operation} ${id} ${what}`

/** Wiping is a task of its own, and may wait its turn. */
const late = Duration.toMillis("1 hour")

/** What must be true of what came in. */
export const journalRules: ReadonlyArray<Rule> = [
  rule<Entry>(
    "What has its final answer is held by nobody",
    (now) => raw`
      select id, operation from weir_journal where answer is not null and leased_until > ${now}`,
    say("is answered, and somebody holds it")
  ),
  rule<Entry>(
    "An answer says when it was given",
    () => raw`
      select id, operation from weir_journal
      where (answer is null) != (answered_at is null)`,
    say("has an answer without a time, or the other way round")
  ),
  rule<Entry>(
    "No payment code outlives its use",
    (now) => raw`
      select id, operation from weir_journal where secrets is not null and wipe_at < ${now - late}`,
    say("still holds what serves once")
  )
]
