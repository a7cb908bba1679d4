import { Schema } from "effect"
import type { Sql } from "../database/database.ts"
import { identityPlace } from "./identities.ts"
import type { Means } from "./means.ts"
import type { CustomerId, Page, Paged } from "./model.ts"
import { tables } from "./store.ts"

/** Something that happened with somebody. */
export interface Did {
  /** Of the entry. */
  readonly kind: string
  readonly plugin?: string
  /** UTC ms. */
  readonly since?: number
}

/** Whom a mass message is for: followers of an account, by what happened with them. */
export interface SegmentFacts {
  readonly appid: string
  /** All of it must have happened. */
  readonly did?: ReadonlyArray<Did>
}

/** Somebody who may be sent a mass message. */
export interface Member {
  readonly customer: CustomerId
  readonly openid: string
}

/** The account belongs to another legal entity than the one that wants to speak. */
export class OtherEntity extends Schema.TaggedError<OtherEntity>()("OtherEntity", {
  appid: Schema.String
}) {
  readonly status = 409
  override readonly message = "This account belongs to another legal entity"
}

/**
 * Those whom a legal entity may send marketing through an account: they follow it, and their last word to this very entity is yes. What
 * they bought is no word.
 */
export const segmentIn = async (
  sql: Sql,
  means: Means,
  { appid, did = [] }: SegmentFacts,
  entity: string,
  { after = "", limit }: Page
): Promise<Paged<Member>> => {
  const rows = await tables(sql)
    .selectFrom("weir_contacts as contact")
    .innerJoin("weir_identities as identity", "identity.pseudonym", "contact.pseudonym")
    .innerJoin("weir_customers as holder", "holder.id", "identity.customer")
    .select(["contact.pseudonym", "identity.sealed", "holder.survivor"])
    .where("contact.appid", "=", appid)
    .where("contact.pseudonym", ">", after)
    .where("contact.followed_at", "is not", null)
    .where("contact.blocked_at", "is", null)
    .where("identity.sealed", "is not", null)
    .where("holder.survivor", "in", agreed(sql, entity))
    .where((is) => is.and(did.map((fact) => is("holder.survivor", "in", doers(sql, fact)))))
    .orderBy("contact.pseudonym")
    .limit(limit + 1)
    .execute()
  const members = rows.slice(0, limit)
  const last = members.at(-1)
  return {
    items: members.flatMap(({ pseudonym, sealed, survivor }) =>
      sealed === null
        ? []
        : [{ customer: survivor, openid: means.openText(sealed, identityPlace(pseudonym)) }]
    ),
    ...(rows.length > limit && last && { next: last.pseudonym })
  }
}

/** Those whose last word to an entity is yes; said at the same time, no is the last. */
const agreed = (sql: Sql, entity: string) =>
  tables(sql)
    .selectFrom("weir_consents as consent")
    .innerJoin("weir_customers as member", "member.id", "consent.customer")
    .select("member.survivor")
    .where("consent.entity", "=", entity)
    .where("consent.purpose", "=", "marketing")
    .where("member.erased_at", "is", null)
    .groupBy("member.survivor")
    .having((is) => {
      const last = (given: 0 | 1) =>
        is.fn.max(is.case().when("given", "=", given).then(is.ref("consent.at")).else(-1).end())
      return is(last(1), ">", last(0))
    })

const doers = (sql: Sql, { kind, plugin, since = 0 }: Did) =>
  tables(sql)
    .selectFrom("weir_entries as entry")
    .innerJoin("weir_customers as doer", "doer.id", "entry.customer")
    .select("doer.survivor")
    .where("doer.erased_at", "is", null)
    .where("entry.kind", "=", kind)
    .where("entry.at", ">=", since)
    .$if(plugin !== undefined, (query) => query.where("entry.plugin", "=", plugin ?? ""))
