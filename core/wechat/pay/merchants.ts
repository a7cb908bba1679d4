import { Context, Effect, Layer } from "effect"
import type { LegalEntity } from "../../values/legal-entity.ts"
import type { Merchant } from "./merchant.ts"
import { ordinaryRules, type Store, type StoreRules } from "./stores.ts"

/** Which merchants there are, and which of them each store sells for: the store's legal entity is its merchant's. */
export class Merchants extends Context.Service<
  Merchants,
  {
    get(mchid: string): Merchant | undefined
    /** One that our own rows name. */
    known(mchid: string): Effect.Effect<Merchant>
    /** The merchant of a store; stores that are not named belong to the first. */
    of(store: string): Merchant
    /** What a store does where more than one thing is right; stores that are not named have the ordinary rules. */
    storeRules(store: string): StoreRules
    /** Who sells under a merchant's number, where the settings say it. */
    entityOf(mchid: string): LegalEntity | undefined
    readonly all: ReadonlyArray<Merchant>
  }
>()("weir/Merchants") {
  static readonly layer = (
    merchants: readonly [Merchant, ...ReadonlyArray<Merchant>],
    stores: ReadonlyMap<string, Store> = new Map()
  ) => {
    const byMchid = new Map(merchants.map((merchant) => [merchant.mchid, merchant]))
    return Layer.succeed(Merchants, {
      all: merchants,
      get: (mchid) => byMchid.get(mchid),
      known: (mchid) => {
        const merchant = byMchid.get(mchid)
        return merchant === undefined
          ? Effect.die(`Merchant ${mchid} is no longer configured, and has unfinished payments`)
          : Effect.succeed(merchant)
      },
      of: (store) => byMchid.get(stores.get(store)?.mchid ?? "") ?? merchants[0],
      storeRules: (store) => stores.get(store)?.rules ?? ordinaryRules,
      entityOf: (mchid) => byMchid.get(mchid)?.entity
    })
  }
}
