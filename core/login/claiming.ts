import { Duration } from "effect"
import type { Sql } from "../database/database.ts"
import type { RefusalReason } from "./model.ts"
import { changeLogin, findLogin, forgetLogin, type LoginRow } from "./store.ts"

/** A code with which somebody comes back; all but the browser as pseudonyms. */
export interface Return {
  readonly id: string
  readonly browser: string
  readonly code: string
}

/** What to do about it: ask WeChat, wait for who does, go in, or not. */
export type Claim =
  | { readonly is: "ours"; readonly row: LoginRow }
  | { readonly is: "held" }
  | { readonly is: "done"; readonly row: LoginRow }
  | { readonly is: "refused"; readonly reason: RefusalReason; readonly row?: LoginRow }

/** Longer than it takes to ask WeChat with all repeats. */
const lease = Duration.toMillis("30 seconds")

/** How long whoever comes again with the same code gets the same: reloads, redirects that are followed twice (platform guide, §3.6). */
export const replay = Duration.toMillis("5 minutes")

/**
 * Takes a code up, for one process and once. A login is bound to its browser and to the first code it comes back with; with these it may
 * come back again.
 */
export const claimIn = async (
  sql: Sql,
  { browser, code, id }: Return,
  now: number
): Promise<Claim> => {
  const row = await findLogin(sql, id)
  if (row === undefined) return { is: "refused", reason: "unknown state" }
  if (row.browser !== browser) return { is: "refused", reason: "other browser" }
  if (row.code !== null && row.code !== code) return { is: "refused", reason: "used state" }
  if (now >= row.expires_at) return { is: "refused", reason: "over", row }
  if (row.state === "done") return { is: "done", row }
  if (row.state === "refused") return { is: "refused", reason: row.refusal ?? "bad code", row }
  if (row.state === "asking" && now < row.lease_until) return { is: "held" }
  const changes = { state: "asking" as const, code, lease_until: now + lease }
  const isOurs = await changeLogin(sql, row, changes)
  return isOurs
    ? { is: "ours", row: { ...row, ...changes, version: row.version + 1 } }
    : { is: "held" }
}

/** What a login ends as, or that it may be tried again. Of a code that an app brought in vain nothing is kept. */
export const releaseIn = async (sql: Sql, row: LoginRow, refusal: RefusalReason): Promise<void> => {
  if (row.browser === "") await forgetLogin(sql, row.id)
  else if (refusal === "unavailable") await changeLogin(sql, row, { state: "open" })
  else await changeLogin(sql, row, { state: "refused", refusal })
}
