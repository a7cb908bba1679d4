/**
 * The last net, not the rule: the rule is that no secret, openid, phone, plate, name or payment code is logged. What slips through
 * is masked here, by its name or by its shape.
 */
export const isSecret = (name: string): boolean => secretNames.test(name)

const secretNames =
  /^(auth_?code|open_?id|union_?id|(mobile_?)?phone|mobile|plate(_?no)?|id_?card|passenger|payer|(customer|user)_?name|password|(app_?)?secret|(session|private|seal|api_?v?[23]?)_?key|(access_?|refresh_?)?token|authorization|(set-?)?cookie)$/i

/** WeChat's payment codes (18 digits from 10 to 15), openids (28 characters from `o`), and mobile numbers of the mainland. */
const shapes =
  /(?<!\d)1[0-5]\d{16}(?!\d)|(?<![\w-])o[\w-]{27}(?![\w-])|(?<!\d)(?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)/g

export const masked = (text: string): string => text.replace(shapes, label)

const label = (found: string): string => {
  if (found.startsWith("o")) return "[openid]"
  return /^\d{18}$/.test(found) ? "[payment code]" : "[phone]"
}

/** For `JSON.stringify`, which asks for every field, and for the whole under no name. */
export const maskedField = (name: string, value: unknown): unknown => {
  if (isSecret(name)) return redacted
  if (typeof value === "string") return masked(value)
  if (typeof value === "bigint" || value instanceof Error) return masked(String(value))
  if (!Number.isInteger(value)) return value
  const text = String(value)
  return masked(text) === text ? value : masked(text)
}

export const redacted = "[redacted]"
