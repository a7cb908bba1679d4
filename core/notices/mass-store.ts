import type { Sql } from "../database/database.ts"

/** A mass message to a segment: `sending` until everybody's part is with WeChat. */
export type MassRow = {
  readonly id: string
  readonly appid: string
  readonly entity: string
  readonly state: "sending" | "sent" | "failed"
  /** What is said and to whom, sealed. */
  readonly content: Uint8Array
  /** Where the next part of the segment begins. */
  readonly cursor: string | null
  readonly parts: number
  readonly why: string | null
  readonly at: number
}

/** A part of it that WeChat takes at once. */
export type PartRow = {
  readonly mass: string
  readonly number: number
  readonly people: number
  /** Sealed; nothing once WeChat has taken it. */
  readonly openids: Uint8Array | null
  /** Where the segment goes on behind it. */
  readonly cursor: string | null
  readonly attempted_at: number
  readonly message_id: string | null
}

/** What WeChat tells of a part: it may do so before it has answered us, so it stands alone. */
type ResultRow = {
  readonly message_id: string
  readonly appid: string
  readonly status: string
  readonly sent: number
  readonly filtered: number
  readonly failed: number
  readonly at: number
}

/** How many mass messages somebody had in a month in Beijing (`202611`). */
type CountRow = { readonly contact: string; readonly month: number; readonly sent: number }

type MassTables = {
  readonly weir_masses: MassRow
  readonly weir_mass_parts: PartRow
  readonly weir_mass_results: ResultRow
  readonly weir_mass_counts: CountRow
}

export const massTables = (sql: Sql) => sql.withTables<MassTables>()

export const findMass = (sql: Sql, id: string): Promise<MassRow | undefined> =>
  massTables(sql).selectFrom("weir_masses").selectAll().where("id", "=", id).executeTakeFirst()

export const partsOf = (sql: Sql, id: string): Promise<ReadonlyArray<PartRow>> =>
  massTables(sql)
    .selectFrom("weir_mass_parts")
    .selectAll()
    .where("mass", "=", id)
    .orderBy("number")
    .execute()

/** Keeps what WeChat tells; a repeat says nothing new. */
export const keepResult = async (sql: Sql, row: ResultRow): Promise<void> => {
  const known = await massTables(sql)
    .selectFrom("weir_mass_results")
    .select("at")
    .where("message_id", "=", row.message_id)
    .where("appid", "=", row.appid)
    .executeTakeFirst()
  if (known === undefined)
    await massTables(sql).insertInto("weir_mass_results").values(row).execute()
}

export const resultsOf = async (
  sql: Sql,
  { appid, id }: Pick<MassRow, "id" | "appid">
): Promise<ReadonlyArray<ResultRow>> =>
  massTables(sql)
    .selectFrom("weir_mass_parts as part")
    .innerJoin("weir_mass_results as result", "result.message_id", "part.message_id")
    .selectAll("result")
    .where("part.mass", "=", id)
    .where("result.appid", "=", appid)
    .execute()

export const changePart = (
  sql: Sql,
  { mass, number }: Pick<PartRow, "mass" | "number">,
  changes: Partial<PartRow>
) =>
  massTables(sql)
    .updateTable("weir_mass_parts")
    .set(changes)
    .where("mass", "=", mass)
    .where("number", "=", number)
    .execute()

/** Of some people, those who have had as many as they may this month. */
export const findFull = async (
  sql: Sql,
  contacts: ReadonlyArray<string>,
  month: number,
  most: number
): Promise<ReadonlySet<string>> => {
  const full = new Set<string>()
  for (const some of chunks(contacts))
    for (const { contact } of await massTables(sql)
      .selectFrom("weir_mass_counts")
      .select("contact")
      .where("contact", "in", some)
      .where("month", "=", month)
      .where("sent", ">=", most)
      .execute())
      full.add(contact)
  return full
}

export const countSent = async (
  sql: Sql,
  contacts: ReadonlyArray<string>,
  month: number
): Promise<void> => {
  for (const some of chunks(contacts)) {
    await massTables(sql)
      .updateTable("weir_mass_counts")
      .set((column) => ({ sent: column("sent", "+", 1) }))
      .where("contact", "in", some)
      .where("month", "=", month)
      .execute()
    const known = await massTables(sql)
      .selectFrom("weir_mass_counts")
      .select("contact")
      .where("contact", "in", some)
      .where("month", "=", month)
      .execute()
    const counted = new Set(known.map(({ contact }) => contact))
    const rows = some
      .filter((contact) => !counted.has(contact))
      .map((contact) => ({ contact, month, sent: 1 }))
    if (rows.length > 0) await massTables(sql).insertInto("weir_mass_counts").values(rows).execute()
  }
}

const chunks = (all: ReadonlyArray<string>): ReadonlyArray<Array<string>> =>
  Array.from({ length: Math.ceil(all.length / 500) }, (_, place) =>
    all.slice(place * 500, (place + 1) * 500)
  )
