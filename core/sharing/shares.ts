import { Context, Effect, Layer } from "effect"
import { Customers } from "../customers/customers.ts"
import { makeMeans } from "../customers/means.ts"
import type { CustomerId } from "../customers/model.ts"
import { Database } from "../database/database.ts"
import { Pseudonyms } from "../database/pseudonyms.ts"
import { Accounts } from "../wechat/accounts.ts"
import { cardIdOf, checkCard, openCard, type Places, sealCard, shown } from "./cards.ts"
import {
  type NewShareCard,
  type ShareCard,
  type ShareCardInvalid,
  ShareCardUnknown,
  type ShareReport,
  type SigningRefused,
  type SigningUnavailable
} from "./model.ts"
import { moneyKinds, salesOf } from "./reporting.ts"
import { makeSigning, type SignedPage } from "./signing.ts"
import { countVisits, findCard, putCard, visitsOfCustomers } from "./store.ts"
import { kept, leading, makeVisits } from "./visits.ts"

/** A browser, and whose it is if somebody is logged in with it. */
interface Visitor {
  /** What its cookie holds. */
  readonly secret: string
  readonly customer: CustomerId | undefined
}

/** What is shared with friends, who comes by it, and what they buy then. Who shared it is not asked. */
export class Shares extends Context.Service<
  Shares,
  {
    put(plugin: string, card: NewShareCard): Effect.Effect<ShareCard, ShareCardInvalid>
    /** Where a card leads. */
    leadsTo(id: string): Effect.Effect<string, ShareCardUnknown>
    /** Somebody came by a card that there is; once an hour. */
    visited(id: string, by: Visitor): Effect.Effect<void>
    /** Somebody has logged in with a browser that came by a card before. */
    recognised(secret: string, customer: CustomerId): Effect.Effect<void>
    report(plugin: string, reference: string): Effect.Effect<ShareReport>
    /** Signs a page for the JS-SDK by the address its browser has. `account`: its name; the first of the page's host unless said. */
    sign(
      url: string,
      account?: string
    ): Effect.Effect<SignedPage, SigningRefused | SigningUnavailable>
  }
>()("weir/Shares") {
  static readonly layer = (publicUrl: URL) =>
    Layer.effect(
      Shares,
      Effect.gen(function* () {
        const customers = yield* Customers
        const database = yield* Database
        const pseudonyms = yield* Pseudonyms
        const means = yield* makeMeans
        const visits = yield* makeVisits
        const hosts = (yield* Accounts).all.flatMap(({ jsHosts }) => jsHosts)
        const places: Places = { publicUrl, hosts }

        const find = (id: string) =>
          Effect.map(
            database.read((sql) => findCard(sql, id)),
            (row) => row && openCard(means, row)
          )

        return Shares.of({
          put: Effect.fnUntraced(function* (plugin, asked) {
            const card = yield* checkCard(asked, places)
            const id = cardIdOf(pseudonyms, plugin, card.reference)
            // Pages say it each time they are shown.
            if (!isSame(yield* find(id), card)) {
              const row = { id, plugin, sealed: sealCard(means, id, card), at: means.now() }
              yield* database.write(`share card:${id}`, (sql) => putCard(sql, row))
            }
            return shown(id, card, places)
          }),
          leadsTo: Effect.fnUntraced(function* (id) {
            const card = /^[0-9a-f]{24}$/.test(id) ? yield* find(id) : undefined
            return card === undefined ? yield* new ShareCardUnknown() : card.to
          }),
          visited: (id, { customer, secret }) => visits.come(id, secret, customer),
          recognised: visits.name,
          report: Effect.fnUntraced(function* (plugin, reference) {
            const id = cardIdOf(pseudonyms, plugin, reference)
            const since = means.now() - kept
            const counted = yield* database.read((sql) => countVisits(sql, id, since))
            const known = yield* database.read((sql) => visitsOfCustomers(sql, id, since))
            const doings = yield* customers.doings(
              known.map(({ customer }) => customer),
              { kinds: moneyKinds, plugin, since }
            )
            const { people, ...sales } = salesOf(known, doings, leading)
            return { visits: counted.visits, people: counted.strangers + people, ...sales }
          }),
          sign: yield* makeSigning
        })
      })
    )
}

const isSame = (one: NewShareCard | undefined, other: NewShareCard): boolean =>
  one !== undefined &&
  (["reference", "title", "description", "image", "to"] as const).every(
    (field) => one[field] === other[field]
  )
