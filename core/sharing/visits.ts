import { Duration, Effect } from "effect"
import { Customers } from "../customers/customers.ts"
import { makeMeans } from "../customers/means.ts"
import type { CustomerId } from "../customers/model.ts"
import { Database, type Sql } from "../database/database.ts"
import { Pseudonyms } from "../database/pseudonyms.ts"
import { Tasks } from "../tasks/tasks.ts"
import { openCard } from "./cards.ts"
import { countVisit } from "./counting.ts"
import {
  forgetVisitsBefore,
  forgetVisitsOf,
  insertVisit,
  lastVisit,
  nameVisits,
  strangersVisits
} from "./store.ts"

/** How long a visit may lead to a sale; the browser is known for as long. */
export const leading = Duration.toMillis("7 days")

/** How long visits are kept. */
export const kept = Duration.toMillis("90 days")

/** Whoever comes again within it still is on the same visit. */
const oneVisit = Duration.toMillis("1 hour")

/** How many visits of one browser become a customer's. */
const most = 200

/** Writes down who came by which card, first as a browser that nobody knows, and as a customer once they have logged in. */
export const makeVisits = Effect.gen(function* () {
  const customers = yield* Customers
  const database = yield* Database
  const pseudonyms = yield* Pseudonyms
  const { now, openJson, sealJson } = yield* makeMeans
  const means = { openJson, sealJson }

  yield* customers.whenErased(async (sql, erased) => {
    await forgetVisitsOf(sql, erased.customers)
  })
  yield* Tasks.use((tasks) =>
    tasks.every(
      "sharing: tidy",
      "1 day",
      Effect.suspend(() =>
        database.write("share visits", (sql) => forgetVisitsBefore(sql, now() - kept))
      )
    )
  )

  const visitorOf = (secret: string) => pseudonyms.of("share visitor", secret)
  const write = <A>(visitor: string, work: (sql: Sql) => Promise<A>) =>
    database.write(`share visitor:${visitor}`, work)

  /** Visits that could still lead to something are somebody's from now on, and in their timeline. */
  const nameIn = async (sql: Sql, visitor: string, customer: CustomerId) => {
    const visits = (await strangersVisits(sql, visitor, most)).filter(
      ({ at }) => at > now() - leading
    )
    if (visits.length === 0) return
    await nameVisits(
      sql,
      visits.map(({ id }) => id),
      customer
    )
    for (const { at, card, id, plugin, sealed } of visits)
      await customers.note(sql, customer, {
        kind: "came by a share",
        at,
        plugin,
        reference: openCard(means, { id: card, sealed }).reference,
        once: `share visit:${id}`
      })
  }

  return {
    /** Somebody came by a card. */
    come: Effect.fnUntraced(function* (
      card: string,
      secret: string,
      customer: CustomerId | undefined
    ) {
      const visitor = visitorOf(secret)
      const about = { card, visitor }
      const isNew = (last: { readonly at: number } | undefined) =>
        last === undefined || last.at <= now() - oneVisit
      const before = yield* database.read((sql) => lastVisit(sql, about))
      const isNamed = customer === undefined || (before && before.customer !== null)
      if (!isNew(before) && isNamed) return
      const isCounted = yield* write(visitor, async (sql) => {
        const last = await lastVisit(sql, about)
        // Two processes that see the same last visit make the same one after it.
        const id = pseudonyms.of("share visit", card, visitor, last?.id ?? "")
        const row = { id, ...about, customer: null, at: now() }
        if (isNew(last)) await insertVisit(sql, row)
        if (customer !== undefined) await nameIn(sql, visitor, customer)
        return isNew(last)
      })
      if (isCounted) yield* countVisit
    }),
    /** A browser's visits are a customer's. */
    name: Effect.fnUntraced(function* (secret: string, customer: CustomerId) {
      const visitor = visitorOf(secret)
      const [unknown] = yield* database.read((sql) => strangersVisits(sql, visitor, 1))
      if (unknown !== undefined) yield* write(visitor, (sql) => nameIn(sql, visitor, customer))
    })
  }
})
