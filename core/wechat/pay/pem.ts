import { createPrivateKey, createPublicKey, type KeyObject, X509Certificate } from "node:crypto"

/** Keys and certificates as configuration has them; what cannot be used is said in words instead. */

/** A value of an environment file is one line, with its line ends written out. */
export const pem = (text: string) => text.replaceAll("\\n", "\n").trim()

export const readPrivateKey = (text: string): KeyObject | string => {
  if (text.includes("BEGIN CERTIFICATE"))
    return "this is the certificate (apiclient_cert.pem), expected the key (apiclient_key.pem)"
  const key = orNothing(() => createPrivateKey(pem(text)))
  if (key === undefined) return "expected a private key in PEM"
  return isStrong(key) ? key : "expected an RSA key of at least 2048 bits"
}

/** A public key has no end, so it is preferred to every certificate. */
export const readPublicKey = ({
  publicKey,
  publicKeyId
}: {
  readonly publicKey?: string | undefined
  readonly publicKeyId?: string | undefined
}) => {
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

/** A platform certificate of WeChat's. */
export const readCertificate = (text: string, index: number) => {
  const certificate = orNothing(() => new X509Certificate(pem(text)))
  if (certificate === undefined) return `certificates[${index}]: expected a certificate in PEM`
  const { publicKey: key, serialNumber: id, validFrom, validTo } = certificate
  const [from, until] = [Date.parse(validFrom), Date.parse(validTo)]
  return { id, key, from, until, pem: certificate.toString() }
}

/** The merchant's own certificate, which belongs to its private key. */
export const readOwnCertificate = (
  text: string,
  privateKey: KeyObject
): X509Certificate | string => {
  const certificate = orNothing(() => new X509Certificate(pem(text)))
  if (certificate === undefined)
    return "certificate: expected the merchant's certificate in PEM (apiclient_cert.pem)"
  return certificate.checkPrivateKey(privateKey)
    ? certificate
    : "certificate: it does not belong to this private key"
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
