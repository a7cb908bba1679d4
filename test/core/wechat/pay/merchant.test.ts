import { generateKeyPairSync } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { type MerchantSettings, makeMerchant } from "../../../../core/wechat/pay/merchant.ts"
import { keys, settings } from "./fixture.ts"

const { certificates, publicKey, publicKeyId, ...neither } = settings

const problemsOf = (wrong: Partial<MerchantSettings>, from: MerchantSettings = settings) =>
  Effect.map(Effect.flip(makeMerchant({ ...from, ...wrong })), ({ problems }) => problems)

describe("a merchant", () => {
  it.effect("holds both of WeChat's keys and prefers the one that does not expire", () =>
    Effect.gen(function* () {
      const merchant = yield* makeMerchant(settings)
      assert.deepStrictEqual(
        merchant.keys.map(({ id }) => id),
        [keys.platform_public_key_id, keys.platform_certificate_serial]
      )
      assert.strictEqual(merchant.preferredKey, keys.platform_public_key_id)
    })
  )

  it.effect("may have a certificate only", () =>
    Effect.gen(function* () {
      const certificates = [keys.TEST_ONLY_platform_certificate_pem]
      const merchant = yield* makeMerchant({ ...neither, certificates })
      assert.strictEqual(merchant.preferredKey, keys.platform_certificate_serial)
    })
  )

  it.effect("may have its keys on one line each, as environment files want them", () =>
    Effect.gen(function* () {
      const line = (pem: string) => pem.replaceAll("\n", "\\n")
      yield* makeMerchant({
        ...settings,
        privateKey: Redacted.make(line(keys.TEST_ONLY_merchant_private_key_pem)),
        publicKey: line(keys.TEST_ONLY_platform_public_key_pem)
      })
    })
  )

  it.effect("shows no secret when printed", () =>
    Effect.gen(function* () {
      const merchant = yield* makeMerchant(settings)
      assert.notMatch(JSON.stringify(merchant), /PRIVATE|TEST-ONLY/)
    })
  )
})

describe("a wrong setting is named", () => {
  const small = generateKeyPairSync("rsa", { modulusLength: 1024 })
  const curve = generateKeyPairSync("ec", { namedCurve: "P-256" })
  const pem = (key: typeof curve.privateKey) =>
    key.export({ type: "pkcs8", format: "pem" }).toString()

  it.effect.each([
    [{ mchid: "wx1" }, "mchid: expected digits"],
    [{ appid: "" }, "appid: expected the form wx…"],
    [{ partner: { mchid: "wx1", appid: "wx0000partner" } }, "partner.mchid: expected digits"],
    [
      { partner: { mchid: settings.mchid, appid: "wx0000partner" } },
      /^partner.mchid: this is the merchant's own/
    ],
    [{ partner: { mchid: "1900000999", appid: "" } }, "partner.appid: expected the form wx…"],
    [{ serial: "apiclient" }, /^serial: expected the hexadecimal/],
    [{ apiV3Key: Redacted.make("short") }, "apiV3Key: expected 32 bytes"],
    [{ notifyUrl: "https://a/b?c=d" }, "notifyUrl: expected an http address without a query"],
    [{ privateKey: Redacted.make("nothing") }, "privateKey: expected a private key in PEM"],
    [
      { privateKey: Redacted.make(keys.TEST_ONLY_platform_certificate_pem) },
      /^privateKey: this is the certificate \(apiclient_cert.pem\)/
    ],
    [{ privateKey: Redacted.make(pem(curve.privateKey)) }, /^privateKey: expected an RSA key/],
    [{ privateKey: Redacted.make(pem(small.privateKey)) }, /^privateKey: .* 2048 bits/],
    [{ publicKeyId: "5E57" }, "publicKeyId: expected the form PUB_KEY_ID_…"],
    [{ publicKey: "nothing" }, "publicKey: expected WeChat Pay's public key in PEM"],
    [
      { publicKey: keys.TEST_ONLY_merchant_private_key_pem },
      "publicKey: expected WeChat Pay's public key in PEM"
    ],
    [
      { publicKey: keys.TEST_ONLY_merchant_public_key_pem },
      /^publicKey: this is the merchant's own/
    ],
    [{ certificates: ["nothing"] }, "certificates[0]: expected a certificate in PEM"]
  ] as const)("%#: %o", ([wrong, problem]) =>
    Effect.gen(function* () {
      const problems = yield* problemsOf(wrong)
      assert.strictEqual(problems.length, 1)
      if (typeof problem === "string") assert.strictEqual(problems[0], problem)
      else assert.match(String(problems[0]), problem)
    })
  )

  it.effect("all at once", () =>
    Effect.gen(function* () {
      const wrong = { mchid: "", apiV3Key: Redacted.make(""), privateKey: Redacted.make("") }
      const problems = yield* problemsOf(wrong, neither)
      assert.deepStrictEqual(
        problems.map((problem) => problem.split(":")[0]),
        ["mchid", "apiV3Key", "privateKey", "publicKey"]
      )
    })
  )
})
