import { readFileSync } from "node:fs"
import { Effect, Redacted, Schema } from "effect"
import { makeMerchant } from "../../../../../core/wechat/pay/merchant.ts"
import { type Fields, type SignType, signFields } from "../../../../../core/wechat/pay/v2/sign.ts"
import { writeFields } from "../../../../../core/wechat/pay/v2/xml.ts"
import { SandboxKeys } from "../../../../../plugins/wechat-sandbox/keys.ts"
import { settings } from "../fixture.ts"

const keyFile = new URL("../../../../fixtures/wechat/sandbox-keys.json", import.meta.url)
const { merchant: own } = Schema.decodeUnknownSync(SandboxKeys)(
  JSON.parse(readFileSync(keyFile, "utf8"))
)

export const apiV2Key = Redacted.make("TESTONLYv2key0123456789ABCDEFGHI")

const v2Settings = {
  ...settings,
  privateKey: Redacted.make(own.privateKey),
  certificate: own.certificate,
  protocol: "v2" as const,
  apiV2Key
}

/** A merchant that is still on version 2. */
export const v2Merchant = (signType: SignType = "MD5") =>
  Effect.runSync(makeMerchant({ ...v2Settings, signType }))

/** A message as whoever knows the key writes it. */
export const signedXml = (fields: Fields, type: SignType = "MD5") =>
  writeFields({ ...fields, sign: signFields(fields, type, apiV2Key) })

export const ids = { appid: settings.appid, mch_id: settings.mchid, nonce_str: "a1b2c3" }
