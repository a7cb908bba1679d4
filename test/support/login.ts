import { assert } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { Customers } from "../../core/customers/customers.ts"
import { CustomerId } from "../../core/customers/model.ts"
import { Database } from "../../core/database/database.ts"
import { club } from "../fixtures/club/index.ts"
import { browserIn, type Seen } from "./browser.ts"
import { counted } from "./counted.ts"
import type { Kind } from "./database.ts"
import { openWorld } from "./world.ts"

export const shopSecret = "shop-secret-0123456789"

/** A gateway whose customers log in, with an old web shop and another system it hands them over to. */
export const openClub = Effect.fnUntraced(function* (
  database: Kind,
  settings: NonNullable<Parameters<typeof openWorld>[2]>["settings"] = () => ({})
) {
  const address = (name: string, url: string, secret?: string) => ({
    name,
    address: new URL(url),
    ...(secret !== undefined && { secret: Redacted.make(secret) })
  })
  const world = yield* openWorld(
    database,
    {},
    {
      settings: (credentials) => ({
        plugins: [club()],
        returnAddresses: [
          address("shop", "https://shop.example/member/back.asp", shopSecret),
          address("erp", "http://erp.example:8080/portal/", "erp-secret-0123456789"),
          address("blog", "https://blog.example/")
        ],
        ...settings(credentials)
      })
    }
  )
  // Whom WeChat asks agrees, as nobody is there to press a button.
  yield* world.control("PUT", "/settings", { consent: "approve" })
  /** A customer no longer wants to be shown. */
  const withdraw = (customer: string) =>
    world.within(
      Customers.use(({ consents }) =>
        consents.withdraw(CustomerId.make(customer), {
          entity: "sandbox",
          purpose: "profile",
          place: "test"
        })
      )
    )
  return { ...world, withdraw, browser: (openid?: string) => browserIn(world, openid) }
})

export type Club = Effect.Success<ReturnType<typeof openClub>>

/** How often logins and tickets were refused so far for a reason. */
export const refusals = (reason: string) => counted("weir_logins_refused_total", reason)

/** What is stored of customers and sessions. */
export const stored = (club: Club) =>
  club.within(
    Database.use((database) =>
      database.read(async (sql) => {
        const count = async (table: "weir_sessions" | "weir_customers" | "weir_entries") => {
          const rows = await sql
            .withTables<Record<typeof table, { customer: string }>>()
            .selectFrom(table)
            .selectAll()
            .execute()
          return rows.length
        }
        return {
          sessions: await count("weir_sessions"),
          customers: await count("weir_customers"),
          entries: await count("weir_entries")
        }
      })
    )
  )

/** Nothing comes of it but a refusal that is counted. */
export const refused = Effect.fnUntraced(function* (
  club: Club,
  status: number,
  reason: string,
  attempt: Effect.Effect<Seen>
) {
  const [before, counted] = [yield* stored(club), yield* refusals(reason)]
  const seen = yield* attempt
  assert.strictEqual(seen.status, status, seen.text)
  assert.deepStrictEqual(yield* stored(club), before)
  assert.strictEqual(yield* refusals(reason), counted + 1, reason)
  assert.notInclude(seen.headers.getSetCookie().join(), "weir_session")
  return seen
})
