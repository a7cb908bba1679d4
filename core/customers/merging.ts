import type { Sql } from "../database/database.ts"
import { absorb, eldest, holdAll } from "./holding.ts"
import type { Means } from "./means.ts"
import type { CustomerId } from "./model.ts"

/** Makes one of two customers, and returns whom both lead to from now on. */
export const mergeIn = async (
  sql: Sql,
  means: Means,
  one: CustomerId,
  other: CustomerId,
  why: string
): Promise<CustomerId> => {
  const holders = await holdAll(sql, [one, other])
  const survivor = eldest(holders)
  const [first] = holders
  if (survivor === undefined) return first?.id ?? one
  for (const each of holders) await absorb(sql, means, survivor, each, why)
  return survivor.id
}
