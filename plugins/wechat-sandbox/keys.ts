import { DateTime, Duration, Effect, Schema } from "effect"

const KeyAndCertificate = Schema.Struct({ privateKey: Schema.String, certificate: Schema.String })

/** All key material of one sandbox, as PEM. Made once and kept in its database, or given to start thousands quickly. */
export const SandboxKeys = Schema.Struct({
  merchant: KeyAndCertificate,
  platform: KeyAndCertificate,
  /** The platform certificate that a key rotation brings out. */
  nextPlatform: KeyAndCertificate,
  publicKey: Schema.Struct({ privateKey: Schema.String })
})
export type SandboxKeys = typeof SandboxKeys.Type

const rsa = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: new Uint8Array([1, 0, 1])
}

/** Issues everything by a certificate authority that signs nothing else: its own key is forgotten. */
export const makeKeys = (mchid: string, at: number): Effect.Effect<SandboxKeys> =>
  Effect.promise(async () => {
    const x509 = await import("@peculiar/x509")
    const pair = () => crypto.subtle.generateKey(rsa, true, ["sign", "verify"])
    const authority = { name: "C=CN, O=WeChat sandbox, CN=WeChat sandbox CA", keys: await pair() }

    const issue = async (keys: CryptoKeyPair, subject: string, serialNumber: string) => {
      const certificate = await x509.X509CertificateGenerator.create({
        serialNumber,
        subject,
        issuer: authority.name,
        notBefore: DateTime.toDateUtc(DateTime.makeUnsafe(at)),
        notAfter: DateTime.toDateUtc(DateTime.makeUnsafe(at + fiveYears)),
        publicKey: keys.publicKey,
        signingKey: authority.keys.privateKey,
        signingAlgorithm: rsa,
        extensions: [
          new x509.BasicConstraintsExtension(false, undefined, true),
          new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)
        ]
      })
      return {
        privateKey: await pem(keys.privateKey),
        certificate: `${certificate.toString("pem")}\n`
      }
    }

    const [merchant, platform, next, publicKey] = await Promise.all([
      pair(),
      pair(),
      pair(),
      pair()
    ])
    return {
      merchant: await issue(merchant, `C=CN, O=WeChat sandbox merchant, CN=${mchid}`, serial()),
      platform: await issue(platform, "C=CN, O=WeChat sandbox, CN=WeChat sandbox sign", serial()),
      nextPlatform: await issue(next, "C=CN, O=WeChat sandbox, CN=WeChat sandbox sign", serial()),
      publicKey: { privateKey: await pem(publicKey.privateKey) }
    }
  })

const fiveYears = Duration.toMillis("1825 days")

/** 40 hex digits; a first bit of 1 would make it negative, and longer. */
const serial = () => {
  const bytes = crypto.getRandomValues(new Uint8Array(20))
  return Buffer.from([0x40 | ((bytes[0] ?? 0) & 0x3f), ...bytes.slice(1)])
    .toString("hex")
    .toUpperCase()
}

const pem = async (key: CryptoKey) => {
  const der = Buffer.from(await crypto.subtle.exportKey("pkcs8", key)).toString("base64")
  return `-----BEGIN PRIVATE KEY-----\n${der.replaceAll(/.{64}/g, "$&\n").trimEnd()}\n-----END PRIVATE KEY-----\n`
}
