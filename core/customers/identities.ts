import type { Sql } from "../database/database.ts"
import { absorb, beginCustomer, eldest, familyIn, hold, holdAll } from "./holding.ts"
import type { Means } from "./means.ts"
import type { At, CustomerId, Identity, Who } from "./model.ts"
import { type CustomerRow, findHolders, type IdentityRow, insertChange, tables } from "./store.ts"

/** An identity that is somebody's alone. */
export type Own = Identity & { readonly kind: IdentityRow["kind"] }

interface Presented {
  readonly identity: Own
  readonly pseudonym: string
}

/** The customer whom WeChat means, if nothing of it is new. */
export const knownAs = (
  sql: Sql,
  means: Means,
  at: At,
  who: Who
): Promise<CustomerId | undefined> => known(sql, presentedBy(means, at, who))

/** Finds or makes the customer whom WeChat means. */
export const recogniseIn = async (
  sql: Sql,
  means: Means,
  at: At,
  who: Who
): Promise<CustomerId> => {
  const presented = presentedBy(means, at, who)
  return (await known(sql, presented)) ?? join(sql, means, presented)
}

const presentedBy = (means: Means, at: At, who: Who): ReadonlyArray<Presented> =>
  identitiesFrom(at, who).map((identity) => ({
    identity,
    pseudonym: means.pseudonymOf(identity)
  }))

const identitiesFrom = ({ appid, union }: At, { openid, unionid }: Who): ReadonlyArray<Own> => [
  { kind: "openid", within: appid, value: openid },
  ...(unionid === undefined || unionid === ""
    ? []
    : [{ kind: "unionid" as const, within: union ?? appid, value: unionid }])
]

/** Whom all of it leads to, if it is one person and nothing of it is new. */
const known = async (
  sql: Sql,
  presented: ReadonlyArray<Presented>
): Promise<CustomerId | undefined> => {
  const found = await find(sql, presented)
  const [first] = found
  const told = found.length === presented.length && found.every(({ sealed }) => sealed !== null)
  return told && found.every(({ survivor }) => survivor === first?.survivor)
    ? first?.survivor
    : undefined
}

/**
 * Makes one customer of all whom the identities lead to, and gives them those that are new. Whoever asked to be forgotten and is here
 * again is a new customer, to whom the old number leads.
 */
const join = async (
  sql: Sql,
  means: Means,
  presented: ReadonlyArray<Presented>
): Promise<CustomerId> => {
  const { found, holders } = await holdHolders(sql, presented)
  const survivor = eldest(holders) ?? (await beginCustomer(sql, means))
  for (const other of holders) await absorb(sql, means, survivor, other, "one person to WeChat")
  for (const one of presented) {
    const row = found.find(({ pseudonym }) => pseudonym === one.pseudonym)
    if (row === undefined) await insert(sql, means, survivor, one)
    else if (row.sealed === null) await take(sql, means, survivor, one)
  }
  return survivor.id
}

/** Holds everybody who is known by any of it, until nobody new has come to be. */
const holdHolders = async (
  sql: Sql,
  presented: ReadonlyArray<Presented>,
  others: ReadonlyArray<CustomerId> = []
) => {
  let holders = await holdAll(sql, others)
  for (;;) {
    const found = await find(sql, presented)
    const held = new Set(holders.map(({ id }) => id))
    if (found.every(({ survivor }) => held.has(survivor))) return { found, holders }
    holders = await holdAll(sql, [...held, ...found.map(({ survivor }) => survivor)])
  }
}

const find = async (sql: Sql, presented: ReadonlyArray<Presented>) => {
  const names = presented.map(({ pseudonym }, place) => [`pseudonym${place}`, pseudonym] as const)
  return (await findHolders(sql, Object.fromEntries(names))).rows
}

/** What an identity is sealed for. */
export const identityPlace = (pseudonym: string) => `weir_identities.sealed:${pseudonym}`

const insert = (
  sql: Sql,
  { now, sealText }: Means,
  { id }: CustomerRow,
  { identity, pseudonym }: Presented
) =>
  tables(sql)
    .insertInto("weir_identities")
    .values({
      pseudonym,
      kind: identity.kind,
      within: identity.within,
      customer: id,
      sealed: sealText(identity.value, identityPlace(pseudonym)),
      since: now()
    })
    .execute()

/** An identity that is known, and belongs to somebody else now or is told again. */
const take = (
  sql: Sql,
  { sealText }: Means,
  { id }: CustomerRow,
  { identity, pseudonym }: Presented
) =>
  tables(sql)
    .updateTable("weir_identities")
    .set({ customer: id, sealed: sealText(identity.value, identityPlace(pseudonym)) })
    .where("pseudonym", "=", pseudonym)
    .execute()

/** `gone`: the customer has asked to be forgotten meanwhile, and is given nothing. */
type Given = "given" | "gone"

/** Adds an identity to a customer, unless it is somebody else's. */
export const linkIn = async (
  sql: Sql,
  means: Means,
  customer: CustomerId,
  identity: Own,
  why: string
): Promise<Given | { readonly takenBy: CustomerId }> => {
  const one = { identity, pseudonym: means.pseudonymOf(identity) }
  const { found, holders } = await holdHolders(sql, [one], [customer])
  const survivor = await hold(sql, customer)
  if (survivor.erased_at !== null) return "gone"
  const [row] = found
  if (row?.survivor === survivor.id && row.sealed !== null) return "given"
  const other = holders.find(({ id }) => id === row?.survivor && id !== survivor.id)
  if (other !== undefined && other.erased_at === null) return { takenBy: other.id }
  // An old system may give a member number to somebody else; what WeChat calls one person is one.
  if (other !== undefined && identity.kind !== "member")
    await absorb(sql, means, survivor, other, why)
  await (row === undefined ? insert(sql, means, survivor, one) : take(sql, means, survivor, one))
  await changed(sql, means, "linked", survivor.id, undefined, one.pseudonym, why)
  return "given"
}

/** Lets a customer be known by something no longer; `false`: they were not. Nothing else of theirs changes. */
export const unlinkIn = async (
  sql: Sql,
  means: Means,
  customer: CustomerId,
  identity: Own,
  why: string
): Promise<boolean> => {
  const one = { identity, pseudonym: means.pseudonymOf(identity) }
  const survivor = await hold(sql, customer)
  const [row] = await find(sql, [one])
  if (row?.survivor !== survivor.id || row.sealed === null) return false
  await tables(sql).deleteFrom("weir_identities").where("pseudonym", "=", one.pseudonym).execute()
  await changed(sql, means, "unlinked", survivor.id, undefined, one.pseudonym, why)
  return true
}

/** Gives an identity to another customer; nothing, where nobody is known by it. Everything else stays with whom it was written for. */
export const moveIn = async (
  sql: Sql,
  means: Means,
  identity: Own,
  to: CustomerId,
  why: string
): Promise<Given | undefined> => {
  const one = { identity, pseudonym: means.pseudonymOf(identity) }
  const { found } = await holdHolders(sql, [one], [to])
  const [row] = found
  if (row === undefined) return undefined
  const survivor = await hold(sql, to)
  if (survivor.erased_at !== null) return "gone"
  if (row.survivor === survivor.id && row.sealed !== null) return "given"
  await take(sql, means, survivor, one)
  await changed(sql, means, "moved", survivor.id, row.survivor, one.pseudonym, why)
  return "given"
}

const changed = (
  sql: Sql,
  { newId, now }: Means,
  change: "linked" | "unlinked" | "moved" | "migrated",
  customer: CustomerId,
  other: CustomerId | undefined,
  pseudonym: string,
  why: string
) =>
  insertChange(sql, {
    id: newId(),
    change,
    customer,
    other: other ?? null,
    pseudonym,
    why,
    at: now()
  })

/** All that somebody is known by, in the order it was learnt. */
export const identitiesOf = async (
  sql: Sql,
  means: Means,
  customer: CustomerId
): Promise<ReadonlyArray<Own>> => {
  const family = await familyIn(sql, customer)
  if (family.length === 0) return []
  const rows = await tables(sql)
    .selectFrom("weir_identities")
    .selectAll()
    .where("customer", "in", family)
    .orderBy("since")
    .orderBy("pseudonym")
    .execute()
  return rows.flatMap(({ kind, pseudonym, sealed, within }) =>
    sealed === null
      ? []
      : [{ kind, within, value: means.openText(sealed, identityPlace(pseudonym)) }]
  )
}
