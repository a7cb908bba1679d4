import { type RawBuilder, sql as raw } from "kysely"
import type { Sql } from "./engine.ts"

export { raw }

/** One sentence that is true of what is stored, whatever has failed; for `weir audit`. */
export interface Rule {
  readonly sentence: string
  /** What contradicts it, one line each, so many at most. */
  readonly find: (sql: Sql, now: number, most: number) => Promise<ReadonlyArray<string>>
}

/** A rule whose contradictions are the rows of a query; `now`: in UTC ms. */
export const rule = <Row>(
  sentence: string,
  rows: (now: number) => RawBuilder<Row>,
  say: (row: Row) => string
): Rule => ({
  sentence,
  find: async (sql, now, most) => {
    const found =
      await raw<Row>`select * from (${rows(now)}) as found limit ${raw.lit(most)}`.execute(sql)
    return found.rows.map(say)
  }
})
