import {
  constants,
  createPublicKey,
  privateDecrypt,
  publicEncrypt,
  X509Certificate
} from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  isSignedBy,
  openField,
  requestText,
  seal,
  signMessage
} from "../../../plugins/wechat-sandbox/seal.ts"
import {
  isAuthentic,
  native,
  openSandbox,
  temporaryFolder,
  unseal
} from "../../support/wechat-sandbox.ts"

const { keys, vectors } = JSON.parse(
  readFileSync(new URL("../../fixtures/wechat/wechat-pay.json", import.meta.url), "utf8")
)
const ofKind = (kind: string) => vectors.filter((vector: { kind: string }) => vector.kind === kind)
const publicKey = (owner: string) => createPublicKey(keys[`TEST_ONLY_${owner}_public_key_pem`])

describe("WeChat's side of its cryptography agrees with the published vectors", () => {
  it("verifies requests", () => {
    for (const it of [...ofKind("v3-request-sign"), ...ofKind("v3-request-verify")]) {
      const text = requestText(it.method, it.url, it.timestamp, it.nonce, Buffer.from(it.body))
      const key =
        it.publicKeyPem === undefined ? publicKey(it.key) : createPublicKey(it.publicKeyPem)
      assert.strictEqual(
        isSignedBy(key, text, it.signature ?? it.expect.signature),
        it.expect.valid ?? true
      )
    }
  })

  it("signs answers and notifies", () => {
    const signed = [...ofKind("v3-verify"), ...ofKind("v3-notify")].filter(
      (it) => it.publicKeyPem === undefined && it.expect.valid !== false
    )
    assert.isAtLeast(signed.length, 6)
    for (const { body, headers } of signed) {
      const [time, nonce] = [headers["Wechatpay-Timestamp"], headers["Wechatpay-Nonce"]]
      const signature = signMessage(keys.TEST_ONLY_platform_private_key_pem, time, nonce, body)
      assert.strictEqual(signature, headers["Wechatpay-Signature"])
    }
  })

  it("seals resources", () => {
    for (const it of ofKind("v3-notify")) {
      const { original_type: _, ...resource } = JSON.parse(it.body).resource
      const { associated_data, nonce } = resource
      assert.deepStrictEqual(
        seal(it.apiV3Key, nonce, associated_data, it.expect.plaintext),
        resource
      )
    }
  })

  it("opens sealed fields", () => {
    for (const it of ofKind("v3-oaep")) {
      const key = keys[`TEST_ONLY_${it.key}_private_key_pem`]
      assert.strictEqual(openField(key, it.ciphertext), it.expect.plaintext)
    }
  })
})

describe("credentials", () => {
  it.effect("are real, whole, and the same after a restart", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "sandbox.db")
      const before = yield* Effect.scoped(
        Effect.gen(function* () {
          const wechat = yield* openSandbox({ file, keys: undefined })
          const { json } = yield* wechat.control("GET", "/credentials")
          assert.isTrue(
            Object.values(json).every((value) => typeof value === "string" && value !== "")
          )
          assert.deepStrictEqual([json.apiV3Key.length, json.encodingAesKey.length], [32, 43])
          for (const owner of ["merchant", "platform"]) {
            const certificate = new X509Certificate(json[`${owner}Certificate`])
            assert.strictEqual(certificate.serialNumber, json[`${owner}Serial`])
            assert.match(certificate.serialNumber, /^[0-9A-F]{40}$/)
          }
          const reply = yield* wechat.call(
            "POST",
            "/v3/pay/transactions/native",
            native(wechat, "ORDER-0001")
          )
          assert.isTrue(reply.status === 200 && isAuthentic(reply, wechat.credentials))
          return json
        })
      )
      const after = yield* openSandbox({ file, keys: undefined })
      assert.deepStrictEqual((yield* after.control("GET", "/credentials")).json, before)
    })
  )
})

describe("the key that answers", () => {
  const url = "/v3/pay/transactions/out-trade-no/ORDER-0001?mchid=1900012345"
  const table = [
    ["migrating", "publicKeyId", "publicKeyId"],
    ["migrating", "platformSerial", "platformSerial"],
    ["migrating", undefined, "platformSerial"],
    ["cert", "platformSerial", "platformSerial"],
    ["cert", undefined, "platformSerial"],
    ["cert", "publicKeyId", undefined],
    ["pubkey", "publicKeyId", "publicKeyId"],
    ["pubkey", undefined, "publicKeyId"],
    ["pubkey", "platformSerial", undefined]
  ] as const
  it.effect.each(table)("in mode %s, asked for %s, is %s", ([mode, asked, answers]) =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      yield* wechat.control("PUT", "/control/settings", { mode })
      const wechatSerial = asked && wechat.credentials[asked]
      const reply = yield* wechat.call("GET", url, undefined, { wechatSerial })
      assert.isTrue(isAuthentic(reply, wechat.credentials))
      if (answers === undefined) {
        return assert.deepStrictEqual([reply.status, reply.json.code], [400, "INVALID_REQUEST"])
      }
      assert.strictEqual(reply.json.code, "ORDER_NOT_EXIST")
      assert.strictEqual(reply.headers["wechatpay-serial"], wechat.credentials[answers])
    })
  )

  it.effect("of a merchant with the public key alone is in no list", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      const listed = yield* wechat.call("GET", "/v3/certificates?algorithm_type=RSA")
      assert.deepStrictEqual(
        [listed.json.data.length, listed.json.data[0].serial_no],
        [1, wechat.credentials.platformSerial]
      )
      const sealed = listed.json.data[0].encrypt_certificate
      assert.strictEqual(
        unseal(sealed, wechat.credentials.apiV3Key),
        wechat.credentials.platformCertificate
      )
      yield* wechat.control("PUT", "/control/settings", { mode: "pubkey" })
      const none = yield* wechat.call("GET", "/v3/certificates")
      assert.deepStrictEqual([none.status, none.json.code], [404, "RESOURCE_NOT_EXISTS"])
    })
  )
})

describe("the echo", () => {
  const oaep = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha1" }
  const sealFor = (key: string, text: string) =>
    publicEncrypt({ key, ...oaep }, Buffer.from(text)).toString("base64")

  it.effect("makes the round trip of signing, verifying, sealing and a notify", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      const { apiV3Key, merchantPrivateKey, publicKey } = wechat.credentials
      const opened = (sealed: string) =>
        privateDecrypt(
          { key: merchantPrivateKey, ...oaep },
          Buffer.from(sealed, "base64")
        ).toString()
      const reply = yield* wechat.call("POST", "/v3/security/echo", {
        notify_url: "https://gateway.example.com/echo",
        echo_message: "你好",
        encrypted_echo_message: sealFor(publicKey, "粤B·12345")
      })
      assert.strictEqual(reply.json.echo_message, "你好")
      assert.strictEqual(opened(reply.json.encrypted_echo_message), "粤B·12345")
      yield* wechat.until(Effect.sync(() => wechat.network.arrivals.length === 1))
      const body = JSON.parse(wechat.network.arrivals[0]?.text ?? "")
      assert.strictEqual(body.event_type, "SECURITY_ECHO.SUCCESS")
      const inside = JSON.parse(unseal(body.resource, apiV3Key))
      assert.strictEqual(inside.echo_message, "你好")
      assert.strictEqual(opened(inside.encrypt_echo_message), "粤B·12345")
    })
  )

  it.effect("needs to know the key, and one key for both directions", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      const body = { echo_message: "hello" }
      const without = yield* wechat.call("POST", "/v3/security/echo", body, {
        wechatSerial: undefined
      })
      assert.deepStrictEqual([without.status, without.json.code], [400, "INVALID_REQUEST"])
      const mixed = {
        ...body,
        encrypted_echo_message: sealFor(wechat.credentials.platformCertificate, "x")
      }
      assert.strictEqual(
        (yield* wechat.call("POST", "/v3/security/echo", mixed)).json.code,
        "PARAM_ERROR"
      )
    })
  )
})
