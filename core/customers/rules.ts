import { type Rule, raw, rule } from "../database/rule.ts"

interface About {
  readonly id: string
}

/** What must be true of the pool. */
export const customerRules: ReadonlyArray<Rule> = [
  rule<About>(
    "Every customer's number leads to somebody in one step",
    () => raw`
      select one.id from weir_customers as one
      left join weir_customers as survivor on survivor.id = one.survivor
      where survivor.id is null or survivor.survivor != survivor.id`,
    ({ id }) => `customer ${id} leads nowhere`
  ),
  rule<About>(
    "Everything about a person hangs on a customer who is there",
    () => raw`
      select entry.id from weir_entries as entry
      left join weir_customers as holder on holder.id = entry.customer where holder.id is null
      union all
      select identity.pseudonym from weir_identities as identity
      left join weir_customers as holder on holder.id = identity.customer where holder.id is null`,
    ({ id }) => `${id} belongs to nobody`
  ),
  rule<About>(
    "Of whom asked to be forgotten nobody can tell who it was",
    () => raw`
      select identity.pseudonym as id from weir_identities as identity
      join weir_customers as holder on holder.id = identity.customer
      where holder.erased_at is not null and identity.sealed is not null`,
    ({ id }) => `identity ${id} is still told`
  ),
  rule<About>(
    "Who paid is somebody",
    () => raw`
      select attempt.id from weir_attempts as attempt
      left join weir_customers as payer on payer.id = attempt.customer
      where attempt.customer is not null and payer.id is null`,
    ({ id }) => `attempt ${id} was paid by nobody we know`
  )
]
