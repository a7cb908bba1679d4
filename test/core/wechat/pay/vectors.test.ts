import { createPrivateKey, createPublicKey, verify, X509Certificate } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { authorization, lines, requestText } from "../../../../core/wechat/pay/authorization.ts"
import { open } from "../../../../core/wechat/pay/encryption.ts"
import { Signer } from "../../../../core/wechat/pay/signer.ts"
import { flawOf } from "../../../../core/wechat/pay/verification.ts"
import { keys, NOW, vectorsOf } from "./fixture.ts"

const Text = Schema.String
const Fields = Schema.Record(Text, Text)
const lowerCase = (headers: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))

const ourKey = createPrivateKey(keys.TEST_ONLY_merchant_private_key_pem)
const theirKey = createPublicKey(keys.TEST_ONLY_platform_public_key_pem)
const theirKeys = [keys.platform_public_key_id, keys.platform_certificate_serial].map((id) => ({
  id,
  key: theirKey
}))

for (const [name, layer] of [
  ["on the thread pool", Signer.layer],
  ["in the loop", Signer.layerInLoop]
] as const) {
  const sign = (text: string) =>
    Signer.use((signer) => signer.sign(ourKey, text)).pipe(Effect.provide(layer))

  describe(`requests signed ${name}`, () => {
    const Vector = Schema.Struct({
      id: Text,
      method: Text,
      url: Text,
      timestamp: Text,
      nonce: Text,
      body: Text,
      mchid: Text,
      serial_no: Text,
      expect: Schema.Struct({ signature: Text, authorization: Text })
    })
    it.effect.each(vectorsOf("v3-request-sign", Vector))("$id", (vector) =>
      Effect.gen(function* () {
        const signature = yield* sign(requestText({ ...vector, target: vector.url }))
        const caller = { mchid: vector.mchid, serial: vector.serial_no }
        assert.strictEqual(signature, vector.expect.signature)
        assert.strictEqual(authorization(caller, vector, signature), vector.expect.authorization)
      })
    )
  })

  describe(`what a phone needs, signed ${name}`, () => {
    const Vector = Schema.Struct({
      id: Text,
      appId: Text,
      timeStamp: Text,
      nonceStr: Text,
      fourthLine: Text,
      expect: Schema.Struct({ signature: Text })
    })
    it.effect.each(vectorsOf("v3-paysign", Vector))("$id", (vector) =>
      Effect.gen(function* () {
        const { appId, fourthLine, nonceStr, timeStamp } = vector
        const signature = yield* sign(lines(appId, timeStamp, nonceStr, fourthLine))
        assert.strictEqual(signature, vector.expect.signature)
      })
    )
  })
}

describe("signatures in the official documentation", () => {
  const Signed = { id: Text, publicKeyPem: Text, signature: Text }
  const isSigned = (
    text: string,
    { publicKeyPem, signature }: Record<keyof typeof Signed, string>
  ) => verify("RSA-SHA256", Buffer.from(text), publicKeyPem, Buffer.from(signature, "base64"))

  const Request = Schema.Struct({
    ...Signed,
    method: Text,
    url: Text,
    timestamp: Text,
    nonce: Text,
    body: Text
  })
  it.each(vectorsOf("v3-request-verify", Request))("$id", (vector) => {
    assert.isTrue(isSigned(requestText({ ...vector, target: vector.url }), vector))
  })

  const Phone = Schema.Struct({
    ...Signed,
    appId: Text,
    timeStamp: Text,
    nonceStr: Text,
    fourthLine: Text
  })
  it.each(vectorsOf("v3-paysign-verify", Phone))("$id", (vector) => {
    const { appId, fourthLine, nonceStr, timeStamp } = vector
    assert.isTrue(isSigned(lines(appId, timeStamp, nonceStr, fourthLine), vector))
  })
})

describe("answers and notifies of WeChat's", () => {
  const Vector = Schema.Struct({
    id: Text,
    publicKeyPem: Schema.optionalKey(Text),
    headers: Fields,
    body: Text,
    expect: Schema.Struct({ valid: Schema.Boolean, probe: Schema.optionalKey(Schema.Boolean) })
  })
  it.each(vectorsOf("v3-verify", Vector))("$id", ({ body, expect, publicKeyPem, ...vector }) => {
    const headers = lowerCase(vector.headers)
    const own = { id: vector.headers["Wechatpay-Serial"] ?? "", key: theirKey }
    const known =
      publicKeyPem === undefined ? theirKeys : [{ ...own, key: createPublicKey(publicKeyPem) }]
    const signedAt = Number(headers["wechatpay-timestamp"]) * 1000
    const flaw = flawOf(known, headers, Buffer.from(body), signedAt)
    const invalid = expect.probe === true ? "probe" : "signature"
    assert.strictEqual(flaw, expect.valid ? undefined : invalid)
  })
})

describe("the window of five minutes", () => {
  const Case = Schema.Struct({ timestamp: Schema.Int, now: Schema.Int, ok: Schema.Boolean })
  const cases = vectorsOf("v3-window", Schema.Struct({ cases: Schema.Array(Case) }))
  it.each(cases.flatMap((vector) => vector.cases))("$timestamp seen at $now: $ok", (window) => {
    const headers = {
      "wechatpay-serial": keys.platform_public_key_id,
      "wechatpay-timestamp": String(window.timestamp),
      "wechatpay-nonce": "n",
      "wechatpay-signature": "none"
    }
    const flaw = flawOf(theirKeys, headers, new Uint8Array(), window.now * 1000 + 999)
    assert.strictEqual(flaw, window.ok ? "signature" : "stale")
  })
})

describe("what WeChat seals", () => {
  const Notify = Schema.Struct({
    id: Text,
    apiV3Key: Text,
    headers: Fields,
    body: Text,
    expect: Schema.Struct({ plaintext: Text })
  })
  const Resource = Schema.fromJsonString(
    Schema.Struct({
      resource: Schema.Struct({ ciphertext: Text, nonce: Text, associated_data: Text })
    })
  )
  it.each(vectorsOf("v3-notify", Notify))("$id", ({ apiV3Key, body, expect, headers }) => {
    assert.isUndefined(flawOf(theirKeys, lowerCase(headers), Buffer.from(body), NOW))
    const { resource } = Schema.decodeUnknownSync(Resource)(body)
    const sealed = { ...resource, associatedData: resource.associated_data }
    const plain = open(sealed, apiV3Key)
    assert.strictEqual(Buffer.from(plain ?? []).toString(), expect.plaintext)
    assert.isUndefined(open({ ...sealed, associatedData: `${sealed.associatedData}x` }, apiV3Key))
    assert.isUndefined(open(sealed, "another-key-0123456789-abcdefghi"))
    assert.isUndefined(open(sealed, "too short a key"))
    assert.isUndefined(open({ ...sealed, ciphertext: "AAAA" }, apiV3Key))
  })

  const Certificates = Schema.Struct({
    id: Text,
    apiV3Key: Text,
    body: Schema.fromJsonString(
      Schema.Struct({
        data: Schema.Tuple([
          Schema.Struct({
            encrypt_certificate: Schema.Struct({
              ciphertext: Text,
              nonce: Text,
              associated_data: Text
            })
          })
        ])
      })
    ),
    expect: Schema.Struct({ serial_no: Text })
  })
  it.each(vectorsOf("v3-certificates", Certificates))("$id", ({ apiV3Key, body, expect }) => {
    const [{ encrypt_certificate: sealed }] = body.data
    const plain = open({ ...sealed, associatedData: sealed.associated_data }, apiV3Key)
    const certificate = new X509Certificate(Buffer.from(plain ?? []))
    assert.strictEqual(certificate.serialNumber, expect.serial_no)
    assert.isTrue(certificate.publicKey.equals(theirKey))
  })
})
