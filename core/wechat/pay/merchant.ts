import { createPublicKey, type KeyObject } from "node:crypto"
import { Effect, Redacted, Schema } from "effect"
import type { ClientCertificate } from "../../transport.ts"
import type { LegalEntity } from "../../values/legal-entity.ts"
import { type Limits, type LimitsOption, limitsOf } from "./limits.ts"
import { pem, readCertificate, readOwnCertificate, readPrivateKey, readPublicKey } from "./pem.ts"
import type { SignType } from "./v2/sign.ts"
import type { WechatKey } from "./verification.ts"

/** Who acts for other merchants: `sp_mchid` and `sp_appid`. */
export interface Partner {
  readonly mchid: string
  readonly appid: string
}

/** A private key with the serial number of its certificate: they change together. */
export interface Pair {
  readonly serial: string
  readonly privateKey: KeyObject
}

/** What a merchant needs that speaks version 2 (XML), or has orders from when it did. */
export interface V2 {
  /** The APIv2 key. */
  readonly key: Redacted.Redacted
  readonly signType: SignType
  /** Shown to WeChat where money goes back. */
  readonly client: ClientCertificate
  /** When that certificate ends, in UTC milliseconds. */
  readonly until: number
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
  /** The keys before it, newest first: used where WeChat does not know the newest yet. */
  readonly previous: ReadonlyArray<Pair>
  readonly apiV3Key: Redacted.Redacted
  /** The one before it, with which notifies on their way are still sealed. */
  readonly previousApiV3Key: Redacted.Redacted | undefined
  /** Public key and platform certificates side by side: WeChat mixes them while a merchant moves from one to another. */
  readonly keys: ReadonlyArray<WechatKey>
  /** Sent as `Wechatpay-Serial`: the key that answers should be signed with. */
  readonly preferredKey: string
  /** Which version orders and refunds are made in; the same frozen request serves both. */
  readonly protocol: "v3" | "v2"
  readonly v2: V2 | undefined
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
  readonly partner?: Partner | undefined
  readonly serial: string
  /** PEM, as in `apiclient_key.pem`. */
  readonly privateKey: Redacted.Redacted
  readonly apiV3Key: Redacted.Redacted
  /** While keys are changed: those before `privateKey`, newest first. */
  readonly previousKeys?:
    | ReadonlyArray<{
        readonly serial: string
        readonly privateKey: Redacted.Redacted
      }>
    | undefined
  /** While the APIv3 key is changed: the one before it. */
  readonly previousApiV3Key?: Redacted.Redacted | undefined
  /** `PUB_KEY_ID_…` with its PEM; merchants since the end of 2024 have these and no platform certificate. */
  readonly publicKeyId?: string | undefined
  readonly publicKey?: string | undefined
  /** Platform certificates, PEM each. */
  readonly certificates?: ReadonlyArray<string> | undefined
  readonly notifyUrl: string
  readonly entity?: LegalEntity | undefined
  /** Where WeChat takes another number of calls from it than from others. */
  readonly limits?: typeof LimitsOption.Type | undefined
  /** `v3` unless said. A merchant of version 2 needs no key of version 3. */
  readonly protocol?: "v3" | "v2" | undefined
  readonly apiV2Key?: Redacted.Redacted | undefined
  /** `MD5` unless said. */
  readonly signType?: SignType | undefined
  /** The merchant's own certificate in PEM, as in `apiclient_cert.pem`: version 2 shows it. */
  readonly certificate?: string | undefined
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
    const protocol = settings.protocol ?? "v3"
    const pairs = pairsOf(settings)
    const keys = wechatKeys(settings)
    const v2 = v2Of(settings, pairs)
    const problems = [
      ...plainProblems(settings),
      ...pairs.filter((pair) => typeof pair === "string"),
      ...keys.filter((key) => typeof key === "string"),
      ...(typeof v2 === "string" ? [v2] : []),
      ...(keys.length === 0 && protocol === "v3" ? [NO_KEY] : [])
    ]
    const [newest, ...previous] = pairs.filter((pair) => typeof pair !== "string")
    const usable = keys.filter((key) => typeof key !== "string")
    const [preferred] = usable.toSorted((a, b) => b.until - a.until)
    if (newest === undefined || typeof v2 === "string" || problems.length > 0)
      return Effect.fail(new MerchantInvalid({ problems }))
    if (usable.some(({ key }) => key.equals(createPublicKey(newest.privateKey))))
      return Effect.fail(new MerchantInvalid({ problems: [OWN_KEY] }))
    const { appid, apiV3Key, entity, mchid, notifyUrl, partner, previousApiV3Key } = settings
    return Effect.succeed({
      ...{ appid, mchid, ...newest, previous, apiV3Key, previousApiV3Key, notifyUrl, entity },
      ...{ protocol, v2, keys: usable, preferredKey: preferred?.id ?? "" },
      limits: limitsOf(settings.limits),
      ...(partner !== undefined && { partner })
    })
  })

const OWN_KEY = "publicKey: this is the merchant's own key, expected WeChat Pay's"
const NO_KEY = "publicKey: expected WeChat Pay's public key or a certificate"

/** The key that is used and those before it, or what is wrong with each. */
const pairsOf = ({ previousKeys = [], privateKey, serial }: MerchantSettings) =>
  [{ serial, privateKey }, ...previousKeys].map((pair, index) => {
    const at = index === 0 ? "" : `previousKeys[${index - 1}].`
    const read = readPrivateKey(Redacted.value(pair.privateKey))
    if (typeof read === "string") return `${at}privateKey: ${read}`
    return /^[0-9A-Fa-f]{8,64}$/.test(pair.serial)
      ? { serial: pair.serial, privateKey: read }
      : `${at}serial: expected the hexadecimal serial number of the merchant certificate`
  })

const wechatKeys = (settings: MerchantSettings) =>
  [readPublicKey(settings), ...(settings.certificates ?? []).map(readCertificate)].filter(
    (key) => key !== undefined
  )

/** What version 2 needs; one that has orders from when it spoke it still takes their notifies. */
const v2Of = (
  { apiV2Key, certificate = "", privateKey, protocol, signType = "MD5" }: MerchantSettings,
  [newest]: ReturnType<typeof pairsOf>
): V2 | string | undefined => {
  if (apiV2Key === undefined)
    return protocol === "v2" ? "apiV2Key: expected the key of version 2" : undefined
  if (!/^[\x21-\x7e]{32}$/.test(Redacted.value(apiV2Key))) return "apiV2Key: expected 32 characters"
  if (typeof newest !== "object") return undefined
  const own = readOwnCertificate(certificate, newest.privateKey)
  if (typeof own === "string") return own
  const key = Redacted.make(pem(Redacted.value(privateKey)))
  const client = { id: own.serialNumber, cert: own.toString(), key }
  return { key: apiV2Key, signType, client, until: Date.parse(own.validTo) }
}

const isKey = (key: Redacted.Redacted) => Buffer.byteLength(Redacted.value(key)) === 32

const plainProblems = (settings: MerchantSettings): Array<string> => {
  const { apiV3Key, previousApiV3Key, protocol } = settings
  const needsNone = protocol === "v2" && Redacted.value(apiV3Key) === ""
  return [
    { holds: /^\d{6,32}$/.test(settings.mchid), problem: "mchid: expected digits" },
    { holds: /^\w{6,32}$/.test(settings.appid), problem: "appid: expected the form wx…" },
    ...partnerProblems(settings),
    { holds: needsNone || isKey(apiV3Key), problem: "apiV3Key: expected 32 bytes" },
    {
      holds: previousApiV3Key === undefined || isKey(previousApiV3Key),
      problem: "previousApiV3Key: expected 32 bytes"
    },
    {
      holds: /^https?:\/\/[^?#\s]+$/.test(settings.notifyUrl),
      problem: "notifyUrl: expected an http address without a query"
    }
  ].flatMap(({ holds, problem }) => (holds ? [] : [problem]))
}

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
