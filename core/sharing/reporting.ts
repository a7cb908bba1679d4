import { Schema } from "effect"
import type { Doings } from "../customers/entries.ts"
import type { CustomerId, Entry } from "../customers/model.ts"
import { Fen } from "../values/money.ts"
import type { ShareReport } from "./model.ts"

/** What happens with money, in timelines. */
export const moneyKinds = ["paid", "refunded", "reversed"]

interface Visit {
  readonly customer: CustomerId
  readonly at: number
}

/** Counts the people that customers turned out to be, and what they paid within `leading` ms after a visit. */
export const salesOf = (
  visits: ReadonlyArray<Visit>,
  doings: Doings,
  leading: number
): Pick<ShareReport, "people" | "sales" | "amount" | "returned"> => {
  const people = new Map<CustomerId, { entries: ReadonlyArray<Entry>; at: Array<number> }>()
  for (const { at, customer } of visits) {
    const { entries, who } = doings.get(customer) ?? { entries: [], who: customer }
    const person = people.get(who) ?? { entries, at: [] }
    person.at.push(at)
    people.set(who, person)
  }
  let [sales, amount, returned] = [0, 0, 0]
  for (const { at, entries } of people.values()) {
    const paid = entries.filter(
      (entry) =>
        entry.kind === "paid" &&
        at.some((visited) => inSecond(visited) <= entry.at && entry.at < visited + leading)
    )
    const numbers = new Set(paid.map(numberOf))
    const back = entries.filter((entry) => entry.kind !== "paid" && numbers.has(numberOf(entry)))
    sales += paid.length
    amount += sum(paid)
    returned += sum(back)
  }
  return { people: people.size, sales, amount: Fen.make(amount), returned: Fen.make(returned) }
}

/** WeChat tells when somebody paid to the second (`success_time`), so that a sale seems to come before a visit of the same second. */
const inSecond = (at: number): number => at - (at % 1_000)

/** Of the attempt: our own number comes first. */
const numberOf = ({ id, paymentNumbers: [first] = [] }: Entry): string => first ?? id

const amountOf = Schema.decodeUnknownSync(Schema.Struct({ amount: Fen }))

const sum = (entries: ReadonlyArray<Entry>): number =>
  entries.reduce((all, { data }) => all + amountOf(data).amount, 0)
