import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto"
import { Clock, Context, Effect, Layer, Schema } from "effect"
import { beijingDate, Database } from "#core"
import { makeKeys, SandboxKeys } from "./keys.ts"
import { shoppers } from "./model.ts"
import { randomHex, randomText } from "./random.ts"
import { setSetting, setting } from "./store.ts"

/** What a merchant copies from WeChat's portals, all of it made up. */
const MainAccount = Schema.Struct({
  account: Schema.String,
  appid: Schema.String,
  secret: Schema.String,
  websiteAppid: Schema.String,
  websiteSecret: Schema.String,
  miniAppid: Schema.String,
  miniSecret: Schema.String,
  originalId: Schema.String,
  callbackToken: Schema.String,
  encodingAesKey: Schema.String,
  mchid: Schema.String,
  apiV3Key: Schema.String,
  apiV2Key: Schema.String,
  publicKeyId: Schema.String,
  openid: Schema.String,
  silentOpenid: Schema.String,
  templateId: Schema.String,
  oauthRedirectUri: Schema.String
})

/** The mobile app, and what came to the sandbox with it. */
const MobileApp = Schema.Struct({
  appAppid: Schema.String,
  appSecret: Schema.String,
  /** A template for subscription notices; `templateId` is one for template messages. */
  subscriptionTemplateId: Schema.String
})

/** A partner (服务商), and the merchant it sells for. It signs with the merchant's key, and its account is the main one. */
const Partnership = {
  partnerMchid: Schema.String,
  partnerAppid: Schema.String,
  subMchid: Schema.String,
  /** The sub-merchant's own account: the mini program. */
  subAppid: Schema.String
}

export const CredentialsReply = Schema.Struct({
  ...MainAccount.fields,
  ...MobileApp.fields,
  ...Partnership,
  merchantSerial: Schema.String,
  merchantCertificate: Schema.String,
  merchantPrivateKey: Schema.String,
  platformSerial: Schema.String,
  platformCertificate: Schema.String,
  publicKey: Schema.String
})

/** A key WeChat signs with, under the id that its messages name. */
export interface WechatKey {
  readonly id: string
  readonly privateKey: KeyObject
  /** None in public-key mode. */
  readonly certificate?: X509Certificate
}

export interface Merchant {
  readonly mchid: string
  readonly appids: ReadonlySet<string>
  readonly apiV3Key: string
  readonly apiV2Key: string
  /** The merchant's API certificate, by which WeChat knows its requests. */
  readonly serial: string
  readonly publicKey: KeyObject
  /** The accounts of each merchant that it sells for, by mchid; a merchant that sells for itself has none. */
  readonly subMerchants: ReadonlyMap<string, ReadonlySet<string>>
}

export interface SandboxOptions {
  /** Fixed key material, for tests and simulations that start many sandboxes. */
  readonly keys?: SandboxKeys
  /** Where the gateway's public door is; `http://localhost:3000` unless said. */
  readonly gatewayUrl?: string
}

export class Credentials extends Context.Service<
  Credentials,
  {
    readonly reply: typeof CredentialsReply.Type
    merchant(mchid: string): Merchant | undefined
    readonly platform: WechatKey
    readonly nextPlatform: WechatKey
    readonly publicKey: WechatKey
    /** Somebody who is not WeChat. */
    readonly stranger: KeyObject
    /** Where the gateway's public door is. */
    readonly gatewayUrl: string
  }
>()("wechat-sandbox/Credentials") {
  static readonly layer = (options: SandboxOptions) =>
    Layer.effect(
      Credentials,
      Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const account = yield* kept("account", MainAccount, makeAccount(now))
        const app = yield* kept("app", MobileApp, makeApp)
        const keys =
          options.keys ?? (yield* kept("keys", SandboxKeys, makeKeys(account.mchid, now)))
        const gatewayUrl = options.gatewayUrl?.replace(/\/$/, "") ?? "http://localhost:3000"
        const oauthRedirectUri = `${gatewayUrl}/login/callback`
        return Credentials.of({
          ...open({ ...account, ...app, oauthRedirectUri }, keys),
          gatewayUrl
        })
      })
    )
}

/** Made at the first start and kept, so that a gateway's configuration outlives a restart of the sandbox. */
const kept = <A, I>(name: string, schema: Schema.Codec<A, I>, make: Effect.Effect<A>) =>
  Effect.gen(function* () {
    const database = yield* Database
    const stored = yield* database.read((sql) => setting(sql, name))
    const codec = Schema.fromJsonString(schema)
    if (stored !== undefined) return Schema.decodeSync(codec)(stored)
    const made = yield* make
    yield* database.write(name, (sql) => setSetting(sql, name, Schema.encodeSync(codec)(made)))
    return made
  })

const mchid = "1900012345"

const makeAccount = Effect.fnUntraced(function* (now: number) {
  return {
    account: "main",
    appid: "wx5f3a8c1d7e9b2046",
    secret: yield* randomHex(32),
    websiteAppid: "wx7d1e4b9a3c6f8025",
    websiteSecret: yield* randomHex(32),
    miniAppid: "wx2c9b5e7f1a4d8063",
    miniSecret: yield* randomHex(32),
    originalId: "gh_7a3f5c9e1b2d",
    callbackToken: yield* randomText(16),
    encodingAesKey: yield* randomText(42).pipe(Effect.map((text) => `${text}A`)),
    mchid,
    apiV3Key: yield* randomText(32),
    apiV2Key: yield* randomText(32),
    publicKeyId: `PUB_KEY_ID_01${mchid}${beijingDate(now)}00000000000001`,
    openid: shoppers[0].openid,
    silentOpenid: shoppers[1].openid,
    templateId: yield* randomText(43),
    oauthRedirectUri: ""
  }
})

const makeApp = Effect.gen(function* () {
  return {
    appAppid: "wx8e6a2d4c0b7f9135",
    appSecret: yield* randomHex(32),
    subscriptionTemplateId: yield* randomText(43)
  }
})

const open = (account: typeof MainAccount.Type & typeof MobileApp.Type, keys: SandboxKeys) => {
  const merchantCertificate = new X509Certificate(keys.merchant.certificate)
  const platform = platformKey(keys.platform)
  const publicKey = createPrivateKey(keys.publicKey.privateKey)
  const merchant: Merchant = {
    mchid: account.mchid,
    appids: new Set([account.appid, account.miniAppid, account.websiteAppid, account.appAppid]),
    apiV3Key: account.apiV3Key,
    apiV2Key: account.apiV2Key,
    serial: merchantCertificate.serialNumber,
    publicKey: merchantCertificate.publicKey,
    subMerchants: new Map()
  }
  const partnership = {
    partnerMchid: "1900054321",
    partnerAppid: account.appid,
    subMchid: "1900067890",
    subAppid: account.miniAppid
  }
  const partner: Merchant = {
    ...merchant,
    mchid: partnership.partnerMchid,
    appids: new Set([account.appid]),
    subMerchants: new Map([[partnership.subMchid, new Set([account.miniAppid])]])
  }
  return {
    reply: {
      ...account,
      ...partnership,
      merchantSerial: merchantCertificate.serialNumber,
      merchantCertificate: keys.merchant.certificate,
      merchantPrivateKey: keys.merchant.privateKey,
      platformSerial: platform.id,
      platformCertificate: keys.platform.certificate,
      publicKey: createPublicKey(publicKey).export({ type: "spki", format: "pem" }).toString()
    },
    merchant: (mchid: string) => [merchant, partner].find((one) => one.mchid === mchid),
    platform,
    nextPlatform: platformKey(keys.nextPlatform),
    publicKey: { id: account.publicKeyId, privateKey: publicKey },
    stranger: createPrivateKey(keys.merchant.privateKey)
  }
}

const platformKey = (pair: SandboxKeys["platform"]): WechatKey => {
  const certificate = new X509Certificate(pair.certificate)
  return {
    id: certificate.serialNumber,
    privateKey: createPrivateKey(pair.privateKey),
    certificate
  }
}
