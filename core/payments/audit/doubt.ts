import { Duration } from "effect"
import { raw, rule } from "../../database/rule.ts"

interface Doubt {
  readonly what: string
  readonly id: string
  readonly state: string
}

/** WeChat may be out of reach for a while, and then all wait for it. */
const longest = Duration.toMillis("1 hour")

export const doubtIsShort = rule<Doubt>(
  "Nothing is in doubt for an hour",
  (now) => raw`
    select doubt.what, doubt.id, doubt.state from (
      select 'attempt' as what, id, state from weir_attempts where state = 'unknown'
      union all select 'reversal', id, state from weir_reversals where state = 'unknown'
      union all select 'refund', id, state from weir_refunds where state = 'unknown') as doubt
    join weir_history as since on since.subject = doubt.what and since.id = doubt.id
    group by doubt.what, doubt.id, doubt.state having max(since.at) < ${now - longest}`,
  ({ id, state, what }) => `${what} ${id} is ${state} for more than an hour`
)

/** What was begun a moment ago may not have been handed over yet. */
const young = Duration.toMillis("5 minutes")

export const everyOpenEndIsFollowed = rule<Doubt>(
  "Whatever has no end is followed by a task until it has one",
  (now) => raw`
    select 'attempt' as what, attempt.id, attempt.state from weir_attempts as attempt
    left join weir_tasks as task on task.task_key = attempt.id and task.kind = 'payments.resolve'
    where attempt.state not in ('paid', 'refused', 'closed') and attempt.sent_at < ${now - young}
      and task.task_key is null
    union all
    select 'reversal', reversal.id, reversal.state from weir_reversals as reversal
    left join weir_tasks as task on task.task_key = reversal.id and task.kind = 'payments.resolve'
    where reversal.state in ('asked', 'unknown') and reversal.asked_at < ${now - young}
      and task.task_key is null
    union all
    select 'refund', refund.id, refund.state from weir_refunds as refund
    left join weir_tasks as task on task.task_key in (concat('refund:', refund.payment), concat('refund-query:', refund.id))
    where refund.state in ('created', 'unknown', 'processing', 'abnormal') and refund.asked_at < ${now - young}
      and task.task_key is null`,
  ({ id, state, what }) => `${what} ${id} is ${state}, and no task asks about it`
)
