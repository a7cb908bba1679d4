import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto"
import { Effect, Redacted, Schema } from "effect"
import type { LegalEntity } from "../../values/legal-entity.ts"
import { type Limits, type LimitsOption, limitsOf } from "./limits.ts"
import type { WechatKey } from "./verification.ts"

/** Who acts for other merchants: `sp_mchid` and `sp_appid`. */
export interface Partner {
  readonly mchid: string
  readonly appid: string
}

/** A WeChat Pay merchant, its keys parsed once: parsing a PEM for each signature would double its cost. */
export interface Merchant {
  /** Its own number; where a partner acts for it, the `sub_mchid`. */
  readonly mchid: string
  /** The account at which it sells unless an order says another: its own or, where a partner acts for it, also the partner's. */
  readonly appid: string
  /** The partner (服务商) that acts for it: certificate, keys and serial are then the partner's. */
  readonly partner?: Partner
  /** Of the merchant's own certificate; it changes together with the private key. */
  readonly serial: string
  readonly privateKey: KeyObject
  readonly apiV3Key: Redacted.Redacted
  /** Public key and platform certificates side by side: WeChat mixes them while a merchant moves from one to another. */
  readonly keys: ReadonlyArray<WechatKey>
  /** Sent as `Wechatpay-Serial`: the key that answers should be signed with. */
  readonly preferredKey: string
  /** Where WeChat's notifies for this merchant go; each kind has its own path below. */
  readonly notifyUrl: string
  /** Who sells under this number, where it is said. */
  readonly entity: LegalEntity | undefined
  /** How much WeChat takes from it. */
  readonly limits: Limits
}

/** A merchant as configuration says it. */
export interface MerchantSettings {
  readonly mchid: string
  readonly appid: string
  readonly partner?: Partner
  readonly serial: string
  /** PEM, as in `apiclient_key.pem`. */
  readonly privateKey: Redacted.Redacted
  readonly apiV3Key: Redacted.Redacted
  /** `PUB_KEY_ID_…` with its PEM; merchants since the end of 2024 have these and no platform certificate. */
  readonly publicKeyId?: string
  readonly publicKey?: string
  /** Platform certificates, PEM each. */
  readonly certificates?: ReadonlyArray<string>
  readonly notifyUrl: string
  readonly entity?: LegalEntity
  /** Where WeChat takes another number of calls from it than from others. */
  readonly limits?: typeof LimitsOption.Type
}

export class MerchantInvalid extends Schema.TaggedError<MerchantInvalid>()("MerchantInvalid", {
  /** Each begins with the name of the setting that is wrong. */
  problems: Schema.Array(Schema.String)
}) {
  override readonly message = this.problems.join("\n")
}

/** Builds a merchant, or says all that is wrong with its settings at once. */
export const makeMerchant = (
  settings: MerchantSettings
): Effect.Effect<Merchant, MerchantInvalid> =>
  Effect.suspend(() => {
    const privateKey = readPrivateKey(Redacted.value(settings.privateKey))
    const publicKey = readPublicKey(settings)
    const certificates = (settings.certificates ?? []).map(readCertificate)
    const keys = [publicKey, ...certificates].filter((key) => key !== undefined)
    const problems = [
      ...plainProblems(settings),
      ...(typeof privateKey === "string" ? [`privateKey: ${privateKey}`] : []),
      ...keys.filter((key) => typeof key === "string"),
      ...(keys.length === 0 ? ["publicKey: expected WeChat Pay's public key or a certificate"] : [])
    ]
    const usable = keys.filter((key) => typeof key !== "string")
    const [preferred] = usable.toSorted((a, b) => b.until - a.until)
    if (typeof privateKey === "string" || preferred === undefined || problems.length > 0)
      return Effect.fail(new MerchantInvalid({ problems }))
    if (usable.some(({ key }) => key.equals(createPublicKey(privateKey))))
      return Effect.fail(new MerchantInvalid({ problems: [OWN_KEY] }))
    const { appid, apiV3Key, entity, mchid, notifyUrl, partner, serial } = settings
    const merchant = {
      ...{ appid, mchid, serial, privateKey, apiV3Key, notifyUrl, entity },
      limits: limitsOf(settings.limits),
      ...(partner !== undefined && { partner })
    }
    return Effect.succeed({ ...merchant, keys: usable, preferredKey: preferred.id })
  })

const OWN_KEY = "publicKey: this is the merchant's own key, expected WeChat Pay's"

const plainProblems = (settings: MerchantSettings): Array<string> =>
  [
    { holds: /^\d{6,32}$/.test(settings.mchid), problem: "mchid: expected digits" },
    { holds: /^\w{6,32}$/.test(settings.appid), problem: "appid: expected the form wx…" },
    ...partnerProblems(settings),
    {
      holds: /^[0-9A-Fa-f]{8,64}$/.test(settings.serial),
      problem: "serial: expected the hexadecimal serial number of the merchant certificate"
    },
    {
      holds: Buffer.byteLength(Redacted.value(settings.apiV3Key)) === 32,
      problem: "apiV3Key: expected 32 bytes"
    },
    {
      holds: /^https?:\/\/[^?#\s]+$/.test(settings.notifyUrl),
      problem: "notifyUrl: expected an http address without a query"
    }
  ].flatMap(({ holds, problem }) => (holds ? [] : [problem]))

const partnerProblems = ({ mchid, partner }: MerchantSettings) =>
  partner === undefined
    ? []
    : [
        { holds: /^\d{6,32}$/.test(partner.mchid), problem: "partner.mchid: expected digits" },
        {
          holds: partner.mchid !== mchid,
          problem: "partner.mchid: this is the merchant's own number, expected the partner's"
        },
        {
          holds: /^\w{6,32}$/.test(partner.appid),
          problem: "partner.appid: expected the form wx…"
        }
      ]

/** A value of an environment file is one line, with its line ends written out. */
const pem = (text: string) => text.replaceAll("\\n", "\n").trim()

const readPrivateKey = (text: string): KeyObject | string => {
  if (text.includes("BEGIN CERTIFICATE"))
    return "this is the certificate (apiclient_cert.pem), expected the key (apiclient_key.pem)"
  const key = orNothing(() => createPrivateKey(pem(text)))
  if (key === undefined) return "expected a private key in PEM"
  return isStrong(key) ? key : "expected an RSA key of at least 2048 bits"
}

/** A public key has no end, so it is preferred to every certificate. */
const readPublicKey = ({ publicKey, publicKeyId }: MerchantSettings) => {
  if (publicKey === undefined && publicKeyId === undefined) return undefined
  if (publicKeyId === undefined || !/^PUB_KEY_ID_\w+$/.test(publicKeyId))
    return "publicKeyId: expected the form PUB_KEY_ID_…"
  const key = /BEGIN PUBLIC KEY/.test(publicKey ?? "")
    ? orNothing(() => createPublicKey(pem(publicKey ?? "")))
    : undefined
  if (key === undefined) return "publicKey: expected WeChat Pay's public key in PEM"
  return isStrong(key)
    ? { id: publicKeyId, key, until: Number.POSITIVE_INFINITY }
    : "publicKey: expected an RSA key of at least 2048 bits"
}

const readCertificate = (text: string, index: number) => {
  const certificate = orNothing(() => new X509Certificate(pem(text)))
  if (certificate === undefined) return `certificates[${index}]: expected a certificate in PEM`
  const { publicKey: key, serialNumber: id, validTo } = certificate
  return { id, key, until: Date.parse(validTo) }
}

const isStrong = (key: KeyObject) =>
  key.asymmetricKeyType === "rsa" && (key.asymmetricKeyDetails?.modulusLength ?? 0) >= 2048

const orNothing = <A>(parse: () => A): A | undefined => {
  try {
    return parse()
  } catch {
    return undefined
  }
}
