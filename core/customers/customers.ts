import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "../database/database.ts"
import { Tasks } from "../tasks/tasks.ts"
import { Accounts } from "../wechat/accounts.ts"
import { type Consents, makeConsents } from "./consents.ts"
import { type Contacts, makeContacts } from "./contacts.ts"
import { closeIn, type Doings, doingsOf, noteIn, type SoughtDoings, timelineOf } from "./entries.ts"
import { eraseIn, makeForgetting, type WhenErased } from "./erasing.ts"
import { type CustomerExport, exportIn } from "./exporting.ts"
import { survivorOf } from "./holding.ts"
import {
  identitiesOf,
  knownAs,
  linkIn,
  moveIn,
  type Own,
  recogniseIn,
  unlinkIn
} from "./identities.ts"
import { makeMeans } from "./means.ts"
import { mergeIn } from "./merging.ts"
import { type Migrated, migrateIn } from "./migrating.ts"
import {
  type At,
  type CustomerId,
  CustomerUnknown,
  type Entry,
  type Identity,
  IdentityTaken,
  IdentityUnknown,
  type NewEntry,
  type Page,
  type Paged,
  type Profile,
  type Who
} from "./model.ts"
import { learnIn, profileOf } from "./profile.ts"
import { type Reach, reachOf, type Wanted } from "./reach.ts"
import { factsOf } from "./reaching.ts"
import { type Found, type Sought, searchIn } from "./search.ts"
import { type Member, OtherEntity, type SegmentFacts, segmentIn } from "./segment.ts"

/**
 * The pool: who the customers are, what happened with them, and how they may be reached. Nothing that says who somebody is stands in
 * clear in the database. What takes `sql` is for use inside a write, with the fact it belongs to.
 */
export class Customers extends Context.Service<
  Customers,
  {
    /** Finds or makes the customer whom WeChat means. A visitor of a snapshot page is nobody and must not come here. */
    recognise(at: At, who: Who): Effect.Effect<CustomerId>
    /** The same inside a write; an appid alone means the account that is configured under it. */
    recogniseIn(sql: Sql, at: At | string, who: Who): Promise<CustomerId>
    /** Whom a number leads to now; nobody, if it is none or they asked to be forgotten. */
    current(customer: CustomerId): Effect.Effect<CustomerId | undefined>
    identitiesOf(customer: CustomerId): Effect.Effect<ReadonlyArray<Identity>>
    openidOf(customer: CustomerId, appid: string): Effect.Effect<string | undefined>
    /** Writes a line of their timeline, in the same write as the fact. */
    note(sql: Sql, customer: CustomerId, entry: NewEntry): Promise<void>
    /** Says that nothing can follow any more from what a plugin noted under a reference. */
    close(sql: Sql, plugin: string, reference: string): Promise<void>
    learn(customer: CustomerId, profile: Profile): Effect.Effect<void>
    profile(customer: CustomerId): Effect.Effect<Profile>
    /** Newest first. */
    timeline(customer: CustomerId, page: Page): Effect.Effect<Paged<Entry>>
    /** What of some kinds happened with people at a plugin. */
    doings(customers: ReadonlyArray<CustomerId>, sought: SoughtDoings): Effect.Effect<Doings>
    search(sought: Sought, page: Page): Effect.Effect<Paged<Found>>
    /** Adds an identity, such as the member number of an old system. */
    link(
      customer: CustomerId,
      identity: Identity,
      why: string
    ): Effect.Effect<void, IdentityTaken | CustomerUnknown>
    /** Takes an identity away, such as a member number that the old system has closed. */
    unlink(
      customer: CustomerId,
      identity: Own,
      why: string
    ): Effect.Effect<void, IdentityUnknown | CustomerUnknown>
    /** Makes one of two customers and returns whom both lead to. Nothing of either is lost. */
    merge(
      one: CustomerId,
      other: CustomerId,
      why: string
    ): Effect.Effect<CustomerId, CustomerUnknown>
    /** Gives an identity to another customer. */
    move(
      identity: Own,
      to: CustomerId,
      why: string
    ): Effect.Effect<void, IdentityUnknown | CustomerUnknown>
    /** Lets the people of an account be known at the one that took its place, and returns how many were known. */
    migrate(from: At, to: At, openids: ReadonlyArray<Migrated>): Effect.Effect<number>
    readonly consents: Consents
    readonly contacts: Contacts
    /** By which channel they may be told something now, until when, and why not otherwise. */
    reach(customer: CustomerId, wanted: Wanted): Effect.Effect<Reach>
    /** Those to whom a legal entity may send marketing through an account. */
    segment(
      facts: SegmentFacts,
      entity: string,
      page: Page
    ): Effect.Effect<Paged<Member>, OtherEntity>
    /** Forgets somebody at once, but for what law demands to be kept. */
    erase(customer: CustomerId, why: string): Effect.Effect<void>
    /** The same inside a write; `at`: when they asked, in UTC ms. */
    eraseIn(sql: Sql, customer: CustomerId, why: string, at?: number): Promise<void>
    /** Says what another part must forget with them; while layers are built. */
    whenErased(forget: WhenErased): Effect.Effect<void>
    /** All that is kept about somebody. */
    exportOf(customer: CustomerId): Effect.Effect<CustomerExport>
  }
>()("weir/Customers") {
  static readonly layer = Layer.effect(
    Customers,
    Effect.gen(function* () {
      const database = yield* Database
      const accounts = yield* Accounts
      const means = yield* makeMeans
      const others: Array<WhenErased> = []
      const write = <A>(customer: CustomerId, work: (sql: Sql) => Promise<A>) =>
        database.write(`customer:${customer}`, work)

      const current = (customer: CustomerId) =>
        Effect.map(
          database.read((sql) => survivorOf(sql, customer)),
          (row) => (row?.erased_at === null ? row.id : undefined)
        )

      const exists = Effect.fnUntraced(function* (...customers: ReadonlyArray<CustomerId>) {
        for (const customer of customers)
          if ((yield* current(customer)) === undefined)
            return yield* new CustomerUnknown({ customer })
      })

      const recognised = (sql: Sql, at: At | string, who: Who) =>
        recogniseIn(
          sql,
          means,
          typeof at === "string" ? (accounts.byAppid(at) ?? { appid: at }) : at,
          who
        )

      const knownBy = (customer: CustomerId) =>
        database.read((sql) => identitiesOf(sql, means, customer))

      yield* Tasks.use((tasks) =>
        Effect.flatMap(makeForgetting, (forget) =>
          tasks.every("customers: forget", "1 day", forget)
        )
      )

      return Customers.of({
        recognise: Effect.fnUntraced(function* (at, who) {
          const known = yield* database.read((sql) => knownAs(sql, means, at, who))
          if (known !== undefined) return known
          const order = `openid:${at.appid}:${who.openid}`
          return yield* database.write(order, (sql) => recognised(sql, at, who))
        }),
        recogniseIn: recognised,
        current,
        identitiesOf: Effect.fnUntraced(function* (customer) {
          const { phone } = yield* database.read((sql) => profileOf(sql, means, customer))
          const own = yield* knownBy(customer)
          return phone === undefined
            ? own
            : [...own, { kind: "phone" as const, within: "", value: phone }]
        }),
        openidOf: (customer, appid) =>
          Effect.map(
            knownBy(customer),
            (all) =>
              all.findLast(({ kind, within }) => kind === "openid" && within === appid)?.value
          ),
        note: (sql, customer, entry) => noteIn(sql, means, customer, entry),
        close: (sql, plugin, reference) => closeIn(sql, means, plugin, reference),
        learn: (customer, profile) =>
          write(customer, (sql) => learnIn(sql, means, customer, profile)),
        profile: (customer) => database.read((sql) => profileOf(sql, means, customer)),
        timeline: (customer, page) =>
          database.read((sql) => timelineOf(sql, means, customer, page)),
        doings: (asked, sought) => database.read((sql) => doingsOf(sql, means, asked, sought)),
        search: (sought, page) => database.read((sql) => searchIn(sql, means, sought, page)),
        link: Effect.fnUntraced(function* (customer, { kind, ...identity }, why) {
          yield* exists(customer)
          if (kind === "phone") {
            const { value: phone } = identity
            return yield* write(customer, (sql) => learnIn(sql, means, customer, { phone }))
          }
          const done = yield* write(customer, (sql) =>
            linkIn(sql, means, customer, { kind, ...identity }, why)
          )
          if (done === "gone") return yield* new CustomerUnknown({ customer })
          if (done !== "given") return yield* new IdentityTaken({ by: done.takenBy })
        }),
        unlink: Effect.fnUntraced(function* (customer, identity, why) {
          yield* exists(customer)
          const known = yield* write(customer, (sql) =>
            unlinkIn(sql, means, customer, identity, why)
          )
          if (!known) return yield* new IdentityUnknown()
        }),
        merge: Effect.fnUntraced(function* (one, other, why) {
          yield* exists(one, other)
          return yield* write(one, (sql) => mergeIn(sql, means, one, other, why))
        }),
        move: Effect.fnUntraced(function* (identity, to, why) {
          yield* exists(to)
          const done = yield* write(to, (sql) => moveIn(sql, means, identity, to, why))
          if (done === "gone") return yield* new CustomerUnknown({ customer: to })
          if (done === undefined) return yield* new IdentityUnknown()
        }),
        migrate: (from, to, openids) =>
          Effect.map(
            Effect.forEach(openids, (one) =>
              database.write(`openid:${from.appid}:${one.from}`, (sql) =>
                migrateIn(sql, means, from, to, one)
              )
            ),
            (done) => done.filter((known) => known).length
          ),
        consents: makeConsents(database, means),
        contacts: makeContacts(means),
        reach: Effect.fnUntraced(function* (customer, wanted) {
          const facts = yield* database.read((sql) => factsOf(sql, means, accounts.all, customer))
          return reachOf(facts, wanted, means.now())
        }),
        segment: (facts, entity, page) =>
          accounts.byAppid(facts.appid)?.entity === entity
            ? database.read((sql) => segmentIn(sql, means, facts, entity, page))
            : Effect.fail(new OtherEntity({ appid: facts.appid })),
        erase: (customer, why) =>
          write(customer, (sql) => eraseIn(sql, means, customer, why, others)),
        eraseIn: (sql, customer, why, at) => eraseIn(sql, means, customer, why, others, at),
        whenErased: (forget) => Effect.sync(() => void others.push(forget)),
        exportOf: (customer) => database.read((sql) => exportIn(sql, means, accounts.all, customer))
      })
    })
  )
}
