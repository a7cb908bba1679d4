/**
 * The last net, not the rule: the rule is that no secret, openid, phone, plate, name or payment code is logged. What slips through
 * by its name or its shape is masked here.
 */
export const isSecret = (name: string): boolean => secretNames.test(name)

const secretNames =
  /^(auth_?code|open_?id|union_?id|(mobile_?)?phone|mobile|plate(_?no)?|id_?card|passenger|payer|(customer|user)_?name|password|(app_?)?secret|(session|private|seal|api_?v?[23]?)_?key|(access_?|refresh_?)?token|authorization|(set-?)?cookie)$/i

/** WeChat's payment codes (18 digits from 10 to 15), openids (28 characters from `o`) and mainland mobile numbers. */
const shapes =
  /(?<!\d)1[0-5]\d{16}(?!\d)|(?<![\w-])o[\w-]{27}(?![\w-])|(?<!\d)(?:86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}(?!\d)/g
const shortest = 11

const label = (found: string): string => {
  if (found.startsWith("o")) return "[openid]"
  return found.length === 18 ? "[payment code]" : "[phone]"
}

export const masked = (text: string): string =>
  text.length < shortest ? text : text.replace(shapes, label)

export const maskedValue = (value: unknown): unknown => {
  if (typeof value === "string") return masked(value)
  if (typeof value === "bigint" || (typeof value === "number" && value >= 1e10)) {
    const text = masked(String(value))
    return text === String(value) && typeof value === "number" ? value : text
  }
  return value
}

/** For `JSON.stringify`, which asks for every field of what is nested. */
export const maskedField = (name: string, value: unknown): unknown =>
  isSecret(name) ? "[redacted]" : maskedValue(value)

export const redacted = JSON.stringify("[redacted]")
