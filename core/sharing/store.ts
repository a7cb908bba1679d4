import type { CustomerId } from "../customers/model.ts"
import type { Sql } from "../database/database.ts"

export type CardRow = {
  readonly id: string
  readonly plugin: string
  readonly sealed: Uint8Array
  readonly at: number
}

export type VisitRow = {
  readonly id: string
  readonly card: string
  /** Pseudonym of what the browser's cookie holds. */
  readonly visitor: string
  /** Once they have logged in. */
  readonly customer: CustomerId | null
  readonly at: number
}

type SharingTables = {
  readonly weir_share_cards: CardRow
  readonly weir_share_visits: VisitRow
}

const tables = (sql: Sql) => sql.withTables<SharingTables>()

export const findCard = (sql: Sql, id: string): Promise<CardRow | undefined> =>
  tables(sql).selectFrom("weir_share_cards").selectAll().where("id", "=", id).executeTakeFirst()

/** Writes a card down, instead of what it was before. */
export const putCard = async (sql: Sql, { id, ...row }: CardRow): Promise<void> => {
  if ((await findCard(sql, id)) === undefined)
    await tables(sql)
      .insertInto("weir_share_cards")
      .values({ id, ...row })
      .execute()
  else await tables(sql).updateTable("weir_share_cards").set(row).where("id", "=", id).execute()
}

/** When somebody came by a card last. */
export const lastVisit = (
  sql: Sql,
  { card, visitor }: Pick<VisitRow, "card" | "visitor">
): Promise<VisitRow | undefined> =>
  tables(sql)
    .selectFrom("weir_share_visits")
    .selectAll()
    .where("visitor", "=", visitor)
    .where("card", "=", card)
    .orderBy("at", "desc")
    .limit(1)
    .executeTakeFirst()

export const insertVisit = (sql: Sql, row: VisitRow) =>
  tables(sql).insertInto("weir_share_visits").values(row).execute()

/** Visits of a browser of which it is not known who they are, the last ones, with their cards. */
export const strangersVisits = (sql: Sql, visitor: string, most: number) =>
  tables(sql)
    .selectFrom("weir_share_visits as visit")
    .innerJoin("weir_share_cards as card", "card.id", "visit.card")
    .select(["visit.id", "visit.at", "visit.card", "card.plugin", "card.sealed"])
    .where("visit.visitor", "=", visitor)
    .where("visit.customer", "is", null)
    .orderBy("visit.at", "desc")
    .limit(most)
    .execute()

export const nameVisits = (sql: Sql, ids: ReadonlyArray<string>, customer: CustomerId) =>
  tables(sql)
    .updateTable("weir_share_visits")
    .set({ customer })
    .where("id", "in", ids)
    .where("customer", "is", null)
    .execute()

export const forgetVisitsOf = (sql: Sql, customers: ReadonlyArray<CustomerId>) =>
  tables(sql).deleteFrom("weir_share_visits").where("customer", "in", customers).execute()

export const forgetVisitsBefore = (sql: Sql, at: number) =>
  tables(sql).deleteFrom("weir_share_visits").where("at", "<", at).execute()

/** How many visits a card had, and by how many browsers of which nobody has logged in. */
export const countVisits = async (sql: Sql, card: string, since: number) => {
  const those = tables(sql)
    .selectFrom("weir_share_visits")
    .where("card", "=", card)
    .where("at", ">=", since)
  const [all] = await those.select(({ fn }) => fn.countAll<number>().as("count")).execute()
  const known = those.select("visitor").where("customer", "is not", null)
  const [strangers] = await those
    .select(({ fn }) => fn.count<number>("visitor").distinct().as("count"))
    .where("visitor", "not in", known)
    .execute()
  return { visits: Number(all?.count ?? 0), strangers: Number(strangers?.count ?? 0) }
}

/** When customers came by a card. */
export const visitsOfCustomers = async (sql: Sql, card: string, since: number) => {
  const rows = await tables(sql)
    .selectFrom("weir_share_visits")
    .select(["customer", "at"])
    .where("card", "=", card)
    .where("at", ">=", since)
    .where("customer", "is not", null)
    .execute()
  return rows.flatMap(({ at, customer }) => (customer === null ? [] : [{ at, customer }]))
}
