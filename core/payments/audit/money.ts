import { raw, rule } from "../../database/rule.ts"
import { refundLimits } from "../model.ts"

interface About {
  readonly id: string
}

export const amountsArePositive = rule<About & { readonly what: string; readonly amount: number }>(
  "Every amount is a whole number of fen above nothing",
  () => raw`
    select 'payment' as what, id, amount from weir_payments where not amount > 0 or amount != round(amount)
    union all select 'attempt', id, amount from weir_attempts where not amount > 0 or amount != round(amount)
    union all select 'refund', id, amount from weir_refunds where not amount > 0 or amount != round(amount)`,
  ({ amount, id, what }) => `${what} ${id} is over ${amount}`
)

export const paidByItsOwn = rule<
  About & { readonly state: string; readonly paid_by: string | null }
>(
  "A payment is paid by one attempt of its own, over its own sum, and by none otherwise",
  () => raw`
    select payment.id, payment.state, payment.paid_by from weir_payments as payment
    left join weir_attempts as attempt on attempt.id = payment.paid_by
    where ((payment.state = 'paid' or payment.paid_by is not null) and (attempt.id is null or attempt.state != 'paid'
        or attempt.payment != payment.id or attempt.amount != payment.amount))
      or (payment.state not in ('paid', 'held') and payment.paid_by is not null)`,
  ({ id, paid_by, state }) => `payment ${id} is ${state}, by ${paid_by ?? "nobody"}`
)

export const surplusGoesBack = rule<About & { readonly payment: string }>(
  "What was captured pays for its payment, is held for the cashier, or is being given back",
  () => raw`
    select attempt.id, attempt.payment from weir_attempts as attempt
    join weir_payments as payment on payment.id = attempt.payment
    left join weir_reversals as reversal on reversal.id = attempt.id
    where attempt.state = 'paid' and reversal.id is null and payment.state != 'held'
      and (payment.paid_by is null or payment.paid_by != attempt.id)`,
  ({ id, payment }) =>
    `attempt ${id} was paid, payment ${payment} does not count it, and nobody gives it back`
)

export const oneAtATime = rule<{ readonly payment: string; readonly live: number }>(
  "No payment has two attempts that may still be paid",
  () => raw`
    select payment, count(*) as live from weir_attempts
    where state not in ('paid', 'refused', 'closed') group by payment having count(*) > 1`,
  ({ live, payment }) => `payment ${payment} has ${live} attempts without an end`
)

export const oneTransactionEach = rule<{ readonly transaction_id: string; readonly times: number }>(
  "WeChat's transaction belongs to one attempt",
  () => raw`
    select transaction_id, count(*) as times from weir_attempts where transaction_id is not null
    group by merchant, transaction_id having count(*) > 1`,
  ({ times, transaction_id }) => `transaction ${transaction_id} is in ${times} attempts`
)

export const paidIsTold = rule<About>(
  "What is paid says when, and by which transaction",
  () => raw`
    select id from weir_attempts
    where state = 'paid' and (transaction_id is null or paid_at is null)`,
  ({ id }) => `attempt ${id} is paid and does not say when or as what`
)

interface Given {
  readonly attempt: string
  readonly given: number
  readonly parts: number
  readonly captured: number | null
}

export const refundsStayWithin = rule<Given>(
  "Refunds, done and pending, never exceed the capture, nor fifty",
  () => raw`
    select refund.attempt, sum(refund.amount) as given, count(*) as parts, max(attempt.amount) as captured
    from weir_refunds as refund
    left join weir_attempts as attempt on attempt.id = refund.attempt and attempt.state = 'paid'
    where refund.state not in ('refused', 'closed') group by refund.attempt
    having max(attempt.amount) is null or sum(refund.amount) > max(attempt.amount)
      or count(*) > ${refundLimits.parts}`,
  ({ attempt, captured, given, parts }) =>
    `${given} go back in ${parts} parts of attempt ${attempt}, which took ${captured ?? "nothing"}`
)

export const reversalsStayWithin = rule<
  About & { readonly returned: number; readonly amount: number | null }
>(
  "A reversal gives back all that was captured, or nothing where nothing was",
  () => raw`
    select reversal.id, reversal.returned, attempt.amount from weir_reversals as reversal
    left join weir_attempts as attempt on attempt.id = reversal.id
    where attempt.id is null or reversal.returned not in (0, attempt.amount)
      or (reversal.state = 'done' and attempt.state = 'paid' and reversal.returned = 0)
      or (reversal.state = 'done' and attempt.state not in ('paid', 'refused', 'closed'))`,
  ({ amount, id, returned }) =>
    `reversal ${id} gave back ${returned} of ${amount ?? "what is not there"}`
)
