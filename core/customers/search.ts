import type { Sql } from "../database/database.ts"
import { findMarked } from "./entries.ts"
import type { Means } from "./means.ts"
import type { CustomerId, Entry, Page, Paged } from "./model.ts"
import { findByPhone } from "./profile.ts"

/** What a customer is looked for by; it must be known whole, as only pseudonyms can be compared. */
export type Sought =
  | { readonly reference: string }
  /** Ours or WeChat's. */
  | { readonly paymentNumber: string }
  /** As they gave it. */
  | { readonly phone: string }

/** Somebody who was found, and the line of their timeline that led there. */
export interface Found {
  readonly customer: CustomerId
  readonly entry?: Entry
}

export const searchIn = (
  sql: Sql,
  means: Means,
  sought: Sought,
  page: Page
): Promise<Paged<Found>> => {
  if ("phone" in sought) return findByPhone(sql, means, sought.phone, page)
  const pseudonym =
    "reference" in sought
      ? means.pseudonym("reference", sought.reference)
      : means.pseudonym("payment", sought.paymentNumber)
  return findMarked(sql, means, pseudonym, page)
}
