import { Duration, Schema } from "effect"
import { LegalEntity } from "../values/legal-entity.ts"
import { Fen } from "../values/money.ts"
import { LimitsOption } from "../wechat/pay/limits.ts"
import { ordinaryRules, type StoreRules } from "../wechat/pay/stores.ts"

const Secret = Schema.Redacted(Schema.NonEmptyString)

/** What a store may have of its own. */
const rules = {
  store: Schema.NonEmptyString,
  /** What becomes of money that comes after the till gave up; it is given back unless said. */
  lateSuccess: Schema.optional(Schema.Literals(["hold", "give back"])),
  /** How long it is held before it is given back after all; 30 minutes unless said. */
  holdMinutes: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_440 }))),
  /** A refund of more than this waits for a supervisor. */
  confirmRefundsAbove: Schema.optional(Fen)
}

/** A store, by its number or with its rules. */
const MerchantStore = Schema.Union([Schema.NonEmptyString, Schema.Struct(rules)])
type MerchantStore = typeof MerchantStore.Type

/** A store named beside the merchants; it sells for the first unless said. */
export const StoreOption = Schema.Struct({
  ...rules,
  /** The mchid it sells for. */
  merchant: Schema.optional(Schema.String)
})

/** A merchant beside the one the environment names. */
export const MerchantOption = Schema.Struct({
  mchid: Schema.String,
  appid: Schema.String,
  /** The partner (服务商) that acts for it; `key`, `serial` and `apiV3Key` are then the partner's. */
  partner: Schema.optional(Schema.Struct({ mchid: Schema.String, appid: Schema.String })),
  serial: Schema.String,
  /** PEM, or the file that holds it. */
  key: Secret,
  /** While keys are changed: those before `key`, newest first. WeChat is asked with them where it does not know `key` yet. */
  previousKeys: Schema.optional(
    Schema.Array(Schema.Struct({ serial: Schema.String, key: Secret }))
  ),
  /** Needed by all that speak version 3. */
  apiV3Key: Schema.optional(Secret),
  /** While the APIv3 key is changed: the one before it still opens what is on its way. */
  previousApiV3Key: Schema.optional(Secret),
  /** In which version orders and refunds are made; `v3` unless said. Bills and complaints are of version 3 in any case. */
  protocol: Schema.optional(Schema.Literals(["v3", "v2"])),
  /** The key of version 2, also while orders from then may still be notified. */
  apiV2Key: Schema.optional(Secret),
  /** How version 2 signs; `MD5` unless said. */
  signType: Schema.optional(Schema.Literals(["MD5", "HMAC-SHA256"])),
  /** The merchant's own certificate (apiclient_cert.pem), PEM or the file that holds it: version 2 shows it to WeChat. */
  certificate: Schema.optional(Schema.String),
  publicKeyId: Schema.optional(Schema.String),
  publicKey: Schema.optional(Schema.String),
  certificates: Schema.optional(Schema.Array(Schema.String)),
  /** Who sells under this number. */
  entity: Schema.optional(LegalEntity),
  /** Calls a second, where WeChat has agreed to others than usual. */
  limits: Schema.optional(LimitsOption),
  /** The stores that sell for this legal entity; those nobody names sell for the first merchant. */
  stores: Schema.optional(Schema.Array(MerchantStore))
})

export const numberOf = (store: MerchantStore): string =>
  typeof store === "string" ? store : store.store

export const rulesOf = (store: MerchantStore): StoreRules => {
  if (typeof store === "string") return ordinaryRules
  const { confirmRefundsAbove, holdMinutes, lateSuccess } = store
  return {
    lateSuccess: lateSuccess ?? ordinaryRules.lateSuccess,
    holdFor: holdMinutes === undefined ? ordinaryRules.holdFor : Duration.minutes(holdMinutes),
    confirmRefundsAbove
  }
}
