import type { ConfigProblem } from "../plugin/settings.ts"
import type { Merchant } from "../wechat/pay/merchant.ts"
import type { Store } from "../wechat/pay/stores.ts"
import { numberOf, rulesOf } from "./merchant-option.ts"
import type { GatewaySettings } from "./settings.ts"

/** Which merchant each store sells for, and what is wrong with that: money of one legal entity must not reach another's account. */
export const storesOf = (
  { merchants: options = [], stores = [] }: GatewaySettings,
  merchants: readonly [Merchant, ...ReadonlyArray<Merchant>]
) => {
  const named = [
    ...options.flatMap(({ mchid, stores = [] }) => stores.map((store) => ({ mchid, store }))),
    ...stores.map((store) => ({ mchid: store.merchant ?? merchants[0].mchid, store }))
  ]
  const known = new Map<string, Store>()
  const problems: Array<ConfigProblem> = []
  for (const { mchid, store } of named) {
    const number = numberOf(store)
    const before = known.get(number)
    const problem = isMerchant(merchants, mchid)
      ? before && twice(merchants, before.mchid, mchid)
      : `there is no merchant ${mchid}`
    if (problem === undefined) known.set(number, { mchid, rules: rulesOf(store) })
    else problems.push({ owner: "gateway", option: `store ${number}`, problem })
  }
  return { stores: known, problems }
}

const isMerchant = (merchants: ReadonlyArray<Merchant>, mchid: string) =>
  merchants.some((merchant) => merchant.mchid === mchid)

/** Why a store cannot be named twice. */
const twice = (merchants: ReadonlyArray<Merchant>, first: string, second: string): string => {
  if (first === second) return "it is named twice"
  const entities = [first, second].map(
    (mchid) => merchants.find((merchant) => merchant.mchid === mchid)?.entity?.name ?? mchid
  )
  return `it cannot sell for two merchants, ${first} and ${second} (${entities.join(", ")})`
}
