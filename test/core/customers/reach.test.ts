import { assert, describe, it } from "@effect/vitest"
import { type ContactFacts, reachOf } from "../../../core/customers/reach.ts"
import type { Account } from "../../../core/wechat/account.ts"
import { mini, shop } from "../../support/customers.ts"

const follower = (changes: Partial<Account> = {}): ContactFacts => ({
  account: { ...shop, ...changes },
  openid: "o-1",
  followedAt: 0,
  blockedAt: undefined,
  windows: [],
  subscriptions: []
})

const notice = { purpose: "transaction", templates: { [shop.appid]: { template: "T" } } } as const
const decide = (contacts: ReadonlyArray<ContactFacts>, now = 0) =>
  reachOf({ contacts, consents: [] }, notice, now)

describe("how somebody may be reached", () => {
  it("is not at all where nothing of theirs is known", () => {
    assert.deepStrictEqual(decide([]), { not: "no contact", tried: [] })
  })

  it("ends with the account's certification", () => {
    const contact = follower({ certifiedUntil: 1_000 })
    assert.deepStrictEqual(decide([contact], 999), {
      channel: "template",
      appid: shop.appid,
      openid: "o-1",
      template: "T",
      until: 1_000
    })
    assert.containsSubset(decide([contact], 1_000), { not: "not allowed" })
    assert.containsSubset(decide([follower({ certified: false })]), { not: "not allowed" })
  })

  it("is for the chosen few while an ability is on trial", () => {
    assert.containsSubset(decide([follower({ pilot: { template: ["o-2"] } })]), {
      not: "not allowed"
    })
    assert.containsSubset(decide([follower({ pilot: { template: ["o-1"] } })]), {
      channel: "template"
    })
  })

  it("is by a window without following in a mini program", () => {
    const window = { action: "message", at: 0, sent: 0 } as const
    const guest = { ...follower(), followedAt: undefined, windows: [window] }
    assert.containsSubset(decide([guest]), { not: "not following" })
    assert.containsSubset(decide([{ ...guest, account: mini }]), { channel: "custom" })
  })

  it("is never marketing by a template, whatever they agreed to", () => {
    const said = { entity: "Company Ltd", purpose: "marketing", place: "page", given: true, at: 0 }
    const wanted = { ...notice, purpose: "marketing", entity: "Company Ltd" } as const
    const facts = { contacts: [follower()], consents: [said] }
    assert.containsSubset(reachOf(facts, wanted, 0), { channel: "mass" })
    const other = { ...wanted, entity: "Franchise Ltd" }
    assert.deepStrictEqual(reachOf(facts, other, 0), { not: "no consent", tried: [] })
    const agreed = { ...facts, consents: [{ ...said, entity: "Franchise Ltd" }] }
    assert.containsSubset(reachOf(agreed, other, 0), { not: "no consent" })
  })
})
