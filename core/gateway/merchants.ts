import { readFileSync } from "node:fs"
import { Effect, Redacted, Schema } from "effect"
import { ConfigInvalid, type ConfigProblem } from "../plugin/settings.ts"
import { type Merchant, type MerchantSettings, makeMerchant } from "../wechat/pay/merchant.ts"
import type { Store } from "../wechat/pay/stores.ts"
import { credentialsAt, pretendedAddress, pretendedName } from "./pretended.ts"
import type { GatewaySettings } from "./settings.ts"
import { storesOf } from "./stores.ts"

/** Everything about paying that follows from the settings. */
export interface PaySetup {
  readonly url: string
  readonly merchants: readonly [Merchant, ...ReadonlyArray<Merchant>]
  readonly stores: ReadonlyMap<string, Store>
}

const wechat = "https://api.mch.weixin.qq.com"

/** Where the sandbox listens for this gateway. */
export const sandboxUrl = ({ sandboxPort }: GatewaySettings) => `http://127.0.0.1:${sandboxPort}`

/** The merchants of the settings; in development without any, the one the sandbox hands out. */
export const paySetup = Effect.fn("paySetup")(function* (settings: GatewaySettings) {
  const development = settings.mode === "development"
  const url = settings.wechatPayUrl?.origin ?? (development ? sandboxUrl(settings) : wechat)
  const declared = declaredMerchants(settings)
  const chosen =
    declared.length === 0 && development ? [yield* sandboxMerchant(url, settings)] : declared
  const problems: Array<ConfigProblem> = development
    ? []
    : [...pretendedAddress("wechatPayUrl", url)]
  problems.push(...listedTwice(chosen))
  const merchants: Array<Merchant> = []
  for (const candidate of chosen) {
    if (!development)
      problems.push(...pretendedName(`merchant ${candidate.mchid}`, candidate.mchid))
    const made = yield* Effect.result(makeMerchant(candidate))
    if (made._tag === "Success") merchants.push(made.success)
    else
      problems.push(
        ...made.failure.problems.map((problem) => problemWith(candidate.mchid, problem))
      )
  }
  const [first, ...rest] = merchants
  if (problems.length > 0) return yield* new ConfigInvalid({ problems })
  if (first === undefined)
    return yield* new ConfigInvalid({
      problems: [
        {
          owner: "gateway",
          option: "merchantId",
          problem:
            "no merchant is configured: set WECHAT_MERCHANT_ID, WECHAT_APP_ID, WECHAT_MERCHANT_SERIAL, WECHAT_MERCHANT_KEY, WECHAT_API_V3_KEY, WECHAT_PAY_PUBLIC_KEY_ID and WECHAT_PAY_PUBLIC_KEY"
        }
      ]
    })
  const { problems: wrong, stores } = storesOf(settings, [first, ...rest])
  if (wrong.length > 0) return yield* new ConfigInvalid({ problems: wrong })
  return { url, merchants: [first, ...rest], stores } satisfies PaySetup
})

const listedTwice = (merchants: ReadonlyArray<MerchantSettings>) =>
  merchants
    .filter(({ mchid }, at) => merchants.findIndex((one) => one.mchid === mchid) !== at)
    .map(({ mchid }) => problemWith(mchid, "this merchant is listed twice"))

const problemWith = (mchid: string, problem: string): ConfigProblem => ({
  owner: "gateway",
  option: `merchant ${mchid || "?"}`,
  problem
})

const notifyUrl = ({ publicUrl }: GatewaySettings, mchid: string) =>
  new URL(`/wechat/pay/notify/${mchid}`, publicUrl).href

const declaredMerchants = (settings: GatewaySettings): Array<MerchantSettings> => {
  const { apiV3Key, appId, merchantEntity, merchantId, merchantKey, merchantSerial } = settings
  const { merchantLimits, payPublicKey, payPublicKeyId } = settings
  const fromEnvironment =
    merchantId === undefined
      ? []
      : [
          {
            mchid: merchantId,
            appid: appId ?? "",
            serial: merchantSerial ?? "",
            privateKey: fileOr(merchantKey ?? Redacted.make("")),
            apiV3Key: apiV3Key ?? Redacted.make(""),
            publicKeyId: payPublicKeyId,
            publicKey: textOr(payPublicKey),
            entity: merchantEntity,
            limits: merchantLimits,
            notifyUrl: notifyUrl(settings, merchantId)
          }
        ]
  const listed = (settings.merchants ?? []).map(({ key, stores: _, ...merchant }) => ({
    ...merchant,
    privateKey: fileOr(key),
    apiV3Key: merchant.apiV3Key ?? Redacted.make(""),
    certificate: textOr(merchant.certificate),
    publicKey: textOr(merchant.publicKey),
    certificates: merchant.certificates?.map((certificate) => textOr(certificate)),
    previousKeys: merchant.previousKeys?.map(({ key, serial }) => ({
      serial,
      privateKey: fileOr(key)
    })),
    notifyUrl: notifyUrl(settings, merchant.mchid)
  }))
  return [...fromEnvironment, ...listed]
}

const textOr = <A extends string | undefined>(text: A) =>
  text === undefined ? text : Redacted.value(fileOr(Redacted.make<string>(text)))

/** PEM as it stands, or what the file of that name holds. An unreadable file shows as a wrong key, with the setting's name. */
const fileOr = (pem: Redacted.Redacted): Redacted.Redacted => {
  const text = Redacted.value(pem)
  if (text === "" || text.includes("-----BEGIN")) return pem
  try {
    return Redacted.make(readFileSync(text, "utf8"))
  } catch {
    return pem
  }
}

const Credentials = Schema.Struct({
  mchid: Schema.String,
  appid: Schema.String,
  merchantSerial: Schema.String,
  merchantPrivateKey: Schema.String,
  apiV3Key: Schema.String,
  publicKeyId: Schema.String,
  publicKey: Schema.String,
  platformCertificate: Schema.String
})

/** Made up here: WeChat's keys say nothing of who sells. */
const sandboxEntity = { name: "沙箱零售有限公司", creditCode: "91440101MA5W31R72N" }

/** The merchant that the sandbox made up. */
const sandboxMerchant = Effect.fnUntraced(function* (url: string, settings: GatewaySettings) {
  const given = yield* credentialsAt(url, Credentials, "wechatPayUrl", "a merchant")
  return {
    mchid: given.mchid,
    appid: given.appid,
    serial: given.merchantSerial,
    privateKey: Redacted.make(given.merchantPrivateKey),
    apiV3Key: Redacted.make(given.apiV3Key),
    publicKeyId: given.publicKeyId,
    publicKey: given.publicKey,
    certificates: [given.platformCertificate],
    entity: sandboxEntity,
    notifyUrl: notifyUrl(settings, given.mchid)
  } satisfies MerchantSettings
})
