import { Duration } from "effect"
import type { Erased } from "../customers/erasing.ts"
import type { Sql } from "../database/database.ts"
import { beijingDate } from "../values/beijing.ts"
import { tally } from "./counting.ts"
import { massTables } from "./mass-store.ts"
import { dayOf, receptionDays } from "./restraint.ts"
import { removeNotices, tables } from "./store.ts"

/** Whoever wants to be forgotten soon after a notice is taken to have had enough of them. */
const soon = Duration.toMillis("1 day")

/** What was told them, and what was still to be told, goes with the person; that somebody went after a notice stays in the count. */
export const forgetNotices = async (sql: Sql, { at, customers }: Erased): Promise<void> => {
  const rows = await tables(sql)
    .selectFrom("weir_notices")
    .select(["id", "plugin", "state", "attempted_at"])
    .where("customer", "in", [...customers])
    .execute()
  const [last] = rows
    .filter(({ attempted_at, state }) => state !== "waiting" && (attempted_at ?? 0) > at - soon)
    .toSorted((a, b) => (b.attempted_at ?? 0) - (a.attempted_at ?? 0))
  if (last !== undefined) await tally(sql, last.plugin, at, "gone")
  await removeNotices(
    sql,
    rows.map(({ id }) => id)
  )
  await tables(sql)
    .deleteFrom("weir_notice_days")
    .where("customer", "in", [...customers])
    .execute()
}

/** A question about a notice comes within months. */
const keptFor = Duration.toMillis("90 days")

/** Lets go of what nobody will ask about. Notices end within days, so what is that old has ended. */
export const tidyNotices = async (sql: Sql, now: number): Promise<void> => {
  const old = await tables(sql)
    .selectFrom("weir_notices")
    .select("id")
    .where("created_at", "<", now - keptFor)
    .orderBy("created_at")
    .limit(1_000)
    .execute()
  await removeNotices(
    sql,
    old.map(({ id }) => id)
  )
  await tables(sql)
    .deleteFrom("weir_notice_results")
    .where("at", "<", now - soon)
    .execute()
  const day = dayOf(now)
  await tables(sql)
    .deleteFrom("weir_notice_days")
    .where("day", "<", day - 1)
    .execute()
  const month = Number(beijingDate(now).slice(0, 6))
  await massTables(sql).deleteFrom("weir_mass_counts").where("month", "<", month).execute()
  await massTables(sql)
    .deleteFrom("weir_mass_results")
    .where("at", "<", now - keptFor)
    .execute()
  await tables(sql)
    .deleteFrom("weir_notice_tally")
    .where("day", "<", day - receptionDays)
    .execute()
}
