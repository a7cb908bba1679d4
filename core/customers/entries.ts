import { Schema } from "effect"
import type { Sql } from "../database/database.ts"
import { append } from "../database/works.ts"
import { hold, survivorOf } from "./holding.ts"
import type { Means } from "./means.ts"
import type { CustomerId, Entry, NewEntry, Page, Paged } from "./model.ts"
import { type EntryRow, tables } from "./store.ts"

/** What stays of an entry for as long as the entry does. */
const Facts = Schema.Struct({
  reference: Schema.optionalKey(Schema.String),
  paymentNumbers: Schema.optionalKey(Schema.Array(Schema.String)),
  data: Schema.optionalKey(Schema.Json)
})
const readFacts = Schema.decodeUnknownSync(Facts)

const place = (column: "facts" | "words", id: string) => `weir_entries.${column}:${id}`

/** Longer texts are cut: a timeline tells what happened, it is no archive. */
const longestText = 2_000

/** Writes a line of somebody's timeline. Whoever asked to be forgotten gets none but what law demands, and no words. */
export const noteIn = async (
  sql: Sql,
  means: Means,
  customer: CustomerId,
  entry: NewEntry
): Promise<void> => {
  const { at, keep, kind, once, plugin = "" } = entry
  const holder = await hold(sql, customer)
  const erased = holder.erased_at !== null
  if (erased && keep === undefined) return
  const id = once === undefined ? means.newId() : means.pseudonym("once", plugin, once)
  if (once !== undefined && (await isNoted(sql, id))) return
  const words = erased ? undefined : entry.text?.slice(0, longestText)
  const row: EntryRow = {
    id,
    customer: holder.id,
    kind,
    plugin,
    at,
    facts: means.sealJson(factsOf(entry), place("facts", id)),
    words: words === undefined ? null : means.sealText(words, place("words", id)),
    keep_until: keep?.until ?? 0,
    open_until: keep?.openUntil ?? 0
  }
  const marks = marksOf(means, entry).map((pseudonym) => ({ pseudonym, entry: id }))
  // What nobody can look for or erase within this write goes to its end, together with that of other writes.
  if (once === undefined && row.words === null && keep !== undefined) {
    append(sql, "weir_entries", row)
    for (const mark of marks) append(sql, "weir_entry_marks", mark)
    return
  }
  await tables(sql).insertInto("weir_entries").values(row).execute()
  if (marks.length > 0) await tables(sql).insertInto("weir_entry_marks").values(marks).execute()
}

const isNoted = async (sql: Sql, id: string) =>
  (await tables(sql)
    .selectFrom("weir_entries")
    .select("id")
    .where("id", "=", id)
    .executeTakeFirst()) !== undefined

const factsOf = ({ data, paymentNumbers, reference }: NewEntry) => ({
  ...(reference !== undefined && { reference }),
  ...(paymentNumbers !== undefined && { paymentNumbers }),
  ...(data !== undefined && { data })
})

const marksOf = (
  { pseudonym }: Means,
  { paymentNumbers = [], reference }: NewEntry
): ReadonlyArray<string> => [
  ...(reference === undefined ? [] : [pseudonym("reference", reference)]),
  ...new Set(paymentNumbers.map((number) => pseudonym("payment", number)))
]

/** Says that nothing can follow any more from what a plugin noted under a reference. */
export const closeIn = async (
  sql: Sql,
  means: Means,
  plugin: string,
  reference: string
): Promise<void> => {
  const found = await tables(sql)
    .selectFrom("weir_entry_marks")
    .select("entry")
    .where("pseudonym", "=", means.pseudonym("reference", reference))
    .execute()
  if (found.length === 0) return
  await tables(sql)
    .updateTable("weir_entries")
    .set({ open_until: means.now() })
    .where(
      "id",
      "in",
      found.map(({ entry }) => entry)
    )
    .where("plugin", "=", plugin)
    .where("open_until", ">", means.now())
    .execute()
}

/** Entries that may be shown: none that is kept only because law demands it. */
const visible = (sql: Sql, now: number) =>
  tables(sql)
    .selectFrom("weir_entries as entry")
    .innerJoin("weir_customers as holder", "holder.id", "entry.customer")
    .where((is) => is.or([is("holder.erased_at", "is", null), is("entry.open_until", ">", now)]))

/** A part of them, newest first. */
const newest = async (query: ReturnType<typeof visible>, { after, limit }: Page) => {
  const [at, id] = placeOf(after)
  const rows = await query
    .where((is) =>
      is.or([is("entry.at", "<", at), is.and([is("entry.at", "=", at), is("entry.id", "<", id)])])
    )
    .selectAll("entry")
    .select("holder.survivor")
    .orderBy("entry.at", "desc")
    .orderBy("entry.id", "desc")
    .limit(limit + 1)
    .execute()
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, ...(rows.length > limit && last && { next: `${last.at}-${last.id}` }) }
}

/** Where a part begins; the first one before everything that could be. */
const placeOf = (after: string | undefined): readonly [at: number, id: string] => {
  const [, at, id] = /^(\d{1,15})-([0-9a-f]{1,40})$/.exec(after ?? "") ?? []
  return id === undefined ? [Number.MAX_SAFE_INTEGER, ""] : [Number(at), id]
}

/** What happened with somebody, newest first. */
export const timelineOf = async (
  sql: Sql,
  means: Means,
  customer: CustomerId,
  page: Page
): Promise<Paged<Entry>> => {
  const holder = await survivorOf(sql, customer)
  if (holder === undefined) return { items: [] }
  const query = visible(sql, means.now()).where("holder.survivor", "=", holder.id)
  const { items, ...more } = await newest(query, page)
  return { items: items.map((row) => entryOf(means, row)), ...more }
}

/** Who has entries with a mark, newest first. */
export const findMarked = async (sql: Sql, means: Means, pseudonym: string, page: Page) => {
  const marked = tables(sql)
    .selectFrom("weir_entry_marks")
    .select("entry")
    .where("pseudonym", "=", pseudonym)
  const query = visible(sql, means.now()).where("entry.id", "in", marked)
  const { items, ...more } = await newest(query, page)
  return {
    items: items.map((row) => ({ customer: row.survivor, entry: entryOf(means, row) })),
    ...more
  }
}

/** All that is written under some numbers, also what is shown to nobody any more. */
export const everyEntry = async (
  sql: Sql,
  means: Means,
  customers: ReadonlyArray<CustomerId>
): Promise<ReadonlyArray<Entry>> => {
  if (customers.length === 0) return []
  const rows = await tables(sql)
    .selectFrom("weir_entries")
    .selectAll()
    .where("customer", "in", customers)
    .orderBy("at", "desc")
    .orderBy("id", "desc")
    .execute()
  return rows.map((row) => entryOf(means, row))
}

/** What happened with people: by the numbers that were asked for, who they turned out to be and what is written about them. */
export type Doings = ReadonlyMap<
  CustomerId,
  { readonly who: CustomerId; readonly entries: ReadonlyArray<Entry> }
>

/** What is looked for with people. */
export interface SoughtDoings {
  readonly kinds: ReadonlyArray<string>
  readonly plugin: string
  /** UTC ms. */
  readonly since: number
}

/** As many as one statement takes. */
const together = 500

/** What of some kinds happened with people, oldest first. Whoever asked to be forgotten is not among them. */
export const doingsOf = async (
  sql: Sql,
  means: Means,
  customers: ReadonlyArray<CustomerId>,
  { kinds, plugin, since }: SoughtDoings
): Promise<Doings> => {
  const all = [...new Set(customers)]
  const doings = new Map<CustomerId, { who: CustomerId; entries: Array<Entry> }>()
  for (let from = 0; from < all.length; from += together) {
    const asked = tables(sql)
      .selectFrom("weir_customers as asked")
      .where("asked.id", "in", all.slice(from, from + together))
      .where("asked.erased_at", "is", null)
    for (const { id, survivor } of await asked.select(["asked.id", "asked.survivor"]).execute())
      doings.set(id, { who: survivor, entries: [] })
    const rows = await asked
      .innerJoin("weir_customers as doer", "doer.survivor", "asked.survivor")
      .innerJoin("weir_entries as entry", "entry.customer", "doer.id")
      .where("entry.kind", "in", kinds)
      .where("entry.plugin", "=", plugin)
      .where("entry.at", ">=", since)
      .selectAll("entry")
      .select("asked.id as asked")
      .orderBy("entry.at")
      .orderBy("entry.id")
      .execute()
    for (const { asked, ...row } of rows) doings.get(asked)?.entries.push(entryOf(means, row))
  }
  return doings
}

const entryOf = (means: Means, { at, facts, id, kind, plugin, words }: EntryRow): Entry => ({
  id,
  kind,
  at,
  plugin,
  ...readFacts(means.openJson(facts, place("facts", id))),
  ...(words !== null && { text: means.openText(words, place("words", id)) })
})
