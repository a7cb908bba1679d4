import { createCipheriv, createPublicKey, sign, verify } from "node:crypto"
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { Context, Effect, Layer, Redacted, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Transport } from "../../../../core/transport.ts"
import { WechatPay } from "../../../../core/wechat/pay/client.ts"
import { type MerchantSettings, makeMerchant } from "../../../../core/wechat/pay/merchant.ts"
import { Signer } from "../../../../core/wechat/pay/signer.ts"

const Text = Schema.String
const Words = Schema.Record(Schema.String, Schema.Unknown)
const File = Schema.fromJsonString(
  Schema.Struct({
    keys: Schema.Struct({
      TEST_ONLY_merchant_private_key_pem: Text,
      TEST_ONLY_merchant_public_key_pem: Text,
      TEST_ONLY_platform_private_key_pem: Text,
      TEST_ONLY_platform_public_key_pem: Text,
      TEST_ONLY_platform_certificate_pem: Text,
      TEST_ONLY_api_v3_key: Text,
      merchant_serial_no: Text,
      platform_public_key_id: Text,
      platform_certificate_serial: Text
    }),
    vectors: Schema.Array(Words)
  })
)

const file = new URL("../../../fixtures/wechat/wechat-pay.json", import.meta.url)
const { keys, vectors } = Schema.decodeUnknownSync(File)(readFileSync(file, "utf8"))

export { keys }

/** The published vectors of one kind. */
export const vectorsOf = <S extends Schema.ConstraintDecoder<unknown>>(kind: string, schema: S) =>
  vectors
    .filter((vector) => vector.kind === kind)
    .map((vector) => Schema.decodeUnknownSync(schema)(vector))

/** When the vectors were signed. */
export const NOW = 1_795_500_000_000
export const atNow = TestClock.setTime(NOW)

export const settings: MerchantSettings = {
  mchid: "1900000109",
  appid: "wx0000000000test01",
  serial: keys.merchant_serial_no,
  privateKey: Redacted.make(keys.TEST_ONLY_merchant_private_key_pem),
  apiV3Key: Redacted.make(keys.TEST_ONLY_api_v3_key),
  publicKeyId: keys.platform_public_key_id,
  publicKey: keys.TEST_ONLY_platform_public_key_pem,
  certificates: [keys.TEST_ONLY_platform_certificate_pem],
  notifyUrl: "https://gw.example.com/wechat/pay/notify/1900000109"
}

/** A merchant in the middle of the move from certificate to public key: it holds both. */
export const merchant = Effect.runSync(makeMerchant(settings))

/** The headers WeChat signs a body with. */
export const signed = (
  body: string,
  { serial = keys.platform_public_key_id, timestamp = NOW / 1000 } = {}
) => {
  const nonce = "0123456789abcdefABCDEF0123456789"
  const text = `${timestamp}\n${nonce}\n${body}\n`
  const signature = sign("RSA-SHA256", Buffer.from(text), keys.TEST_ONLY_platform_private_key_pem)
  return {
    "wechatpay-serial": serial,
    "wechatpay-timestamp": String(timestamp),
    "wechatpay-nonce": nonce,
    "wechatpay-signature": signature.toString("base64"),
    "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048"
  }
}

export const probe = { "wechatpay-signature": "WECHATPAY/SIGNTEST/HM0TRt9OLd7!" }

/** The body of a notify around a plaintext. */
export const sealed = (
  originalType: string,
  plain: string,
  { apiV3Key = keys.TEST_ONLY_api_v3_key, eventType = "TRANSACTION.SUCCESS" } = {}
) => {
  const cipher = createCipheriv("aes-256-gcm", apiV3Key, "gw0123456789")
  cipher.setAAD(Buffer.from(originalType))
  const bytes = [cipher.update(plain), cipher.final(), cipher.getAuthTag()]
  return JSON.stringify({
    id: "EV-1",
    create_time: "2026-11-24T14:00:02+08:00",
    event_type: eventType,
    resource_type: "encrypt-resource",
    resource: {
      original_type: originalType,
      algorithm: "AEAD_AES_256_GCM",
      ciphertext: Buffer.concat(bytes).toString("base64"),
      associated_data: originalType,
      nonce: "gw0123456789"
    }
  })
}

/** A request as it reached WeChat. */
export interface Seen {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string | Array<string> | undefined>>
  readonly body: string
  /** Whether its Authorization header signs exactly what came. */
  readonly authentic: boolean
}

/** What WeChat does about a request. Answers are signed unless said otherwise. */
export interface Deed {
  readonly status?: number
  readonly body?: string
  readonly signed?: Readonly<Record<string, string>> | false
  readonly headers?: Readonly<Record<string, string>>
  /** Processes the request, and the answer gets lost. */
  readonly lost?: true
  /** Never answers; told once the request has come. */
  readonly silent?: () => void
}

const isAuthentic = ({ body, headers, method, target }: Omit<Seen, "authentic">) => {
  const authorization = String(headers.authorization)
  const field = (name: string) => new RegExp(`[ ,]${name}="([^"]*)"`).exec(authorization)?.[1] ?? ""
  const text = `${method}\n${target}\n${field("timestamp")}\n${field("nonce_str")}\n${body}\n`
  const key = createPublicKey(keys.TEST_ONLY_merchant_public_key_pem)
  return (
    field("mchid") === settings.mchid &&
    field("serial_no") === settings.serial &&
    verify("RSA-SHA256", Buffer.from(text), key, Buffer.from(field("signature"), "base64"))
  )
}

/** A small WeChat that keeps to a script, reached over real sockets; it begins at the time of the vectors. */
export const wechat = Effect.fnUntraced(function* (script: (seen: Seen, count: number) => Deed) {
  yield* atNow
  const requests: Array<Seen> = []
  const server = createServer((incoming, outgoing) => {
    const chunks: Array<Uint8Array> = []
    incoming.on("data", (chunk) => chunks.push(chunk))
    incoming.on("end", () => {
      const { headers, method = "", url: target = "" } = incoming
      const seen = { method, target, headers, body: Buffer.concat(chunks).toString() }
      requests.push({ ...seen, authentic: isAuthentic(seen) })
      const deed = script({ ...seen, authentic: isAuthentic(seen) }, requests.length)
      if (deed.lost) return incoming.socket.resetAndDestroy()
      if (deed.silent) return deed.silent()
      const { body = "", status = 200 } = deed
      const signature = deed.signed === false ? {} : (deed.signed ?? signed(body))
      outgoing.sendDate = false
      const requestId = { "Request-ID": "08E6CF05-0" }
      outgoing.writeHead(status, { ...requestId, ...signature, ...deed.headers }).end(body)
    })
  })
  yield* Effect.acquireRelease(
    Effect.callback<void>((resume) => {
      server.listen(0, "127.0.0.1", () => resume(Effect.void))
    }),
    () =>
      Effect.sync(() => {
        server.close()
        server.closeAllConnections()
      })
  )
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const url = `http://127.0.0.1:${port}`
  const context = yield* Layer.build(
    WechatPay.layer(url).pipe(Layer.provide([Transport.layer, Signer.layer]))
  )
  return { pay: Context.get(context, WechatPay), requests, url, stop: () => server.close() }
})

/** An order as WeChat writes it. */
export const order = (outTradeNo: string, more: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({
    appid: settings.appid,
    mchid: settings.mchid,
    out_trade_no: outTradeNo,
    transaction_id: "4200009999202611240000000001",
    trade_type: "MICROPAY",
    trade_state: "SUCCESS",
    trade_state_desc: "支付成功",
    bank_type: "OTHERS",
    success_time: "2026-11-24T14:00:01+08:00",
    payer: { openid: "oCANARYopenid" },
    amount: { total: 12850, payer_total: 12800, currency: "CNY", payer_currency: "CNY" },
    promotion_detail: [],
    ...more
  })
