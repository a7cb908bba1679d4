import { Schema } from "effect"

/**
 * What to do about a refusal. `R`: ask again later. `T`: the token is at fault; a new one, and once more. `Q`: a quota is used up; its
 * window tells when it opens. `U`: the person's own state; remember it, do not repeat. `C`: configuration or program; somebody must mend
 * it. `D`: done before under the same de-dup key, which is a success.
 */
export const ErrorClass = Schema.Literals(["R", "T", "Q", "U", "C", "D"])
export type ErrorClass = typeof ErrorClass.Type

/** When it may be asked again: so long from now, or at the end of the day or month in Beijing. */
export type QuotaWindow = "minute" | "hour" | "24 hours" | "day" | "month"

export interface Errcode {
  readonly class: ErrorClass
  readonly says: string
  readonly window?: QuotaWindow
  /** It is not in the table. */
  readonly known?: false
}

const says =
  (kind: ErrorClass) =>
  (says: string, window?: QuotaWindow): Errcode => ({
    class: kind,
    says,
    ...(window !== undefined && { window })
  })
const R = says("R")
const T = says("T")
const Q = says("Q")
const U = says("U")
const C = says("C")
const D = says("D")

const notListed = C("the account's IP whitelist lacks this machine's address")
const loginAgain = U("the code is used up, expired or foreign: the person must log in again")
const grantEnded = U("the person's grant has ended: they must log in again")
const badTag = C("there is no such tag, or it is not ours to change")
const badMenu = C("the conditional menu is not as WeChat wants it")
const badSubscription = C("the subscription template is not as WeChat wants it")

/** WeChat's errcodes (全局返回码, and the pages of each API), as far as they call for something. */
const errcodes: Readonly<Record<number, Errcode>> = {
  [-1]: R("WeChat's system is busy"),
  40001: T("the access token is not the latest"),
  40014: T("the access token is malformed"),
  42001: T("the access token has expired"),
  40002: C("the grant type is wrong"),
  40013: C("the appid is wrong"),
  40125: C("the AppSecret is wrong"),
  41002: C("the appid is missing"),
  41004: C("the AppSecret is missing"),
  40243: C("the AppSecret is frozen: unfreeze it in WeChat's portal"),
  40164: notListed,
  61004: notListed,
  45035: notListed,
  89501: C("an administrator has yet to answer WeChat's question about this IP address"),
  89503: C("an administrator must confirm this IP address in WeChat"),
  89504: C("an administrator has yet to confirm this IP address"),
  89505: C("an administrator has yet to confirm this IP address"),
  89506: Q("an administrator refused this IP address for a day", "24 hours"),
  89507: Q("an administrator refused this IP address for an hour", "hour"),
  40003: U("the openid is not one of this account's"),
  40004: C("WeChat knows no such kind of media"),
  40005: C("the file's type is not allowed"),
  40006: C("the file is too big"),
  40007: C("the media id is unknown or has expired: upload it again"),
  40008: C("WeChat knows no such kind of message"),
  40009: C("the picture is too big"),
  40137: C("the picture's format is not allowed"),
  40029: loginAgain,
  40163: loginAgain,
  42003: loginAgain,
  41008: loginAgain,
  40030: grantEnded,
  42002: grantEnded,
  42007: grantEnded,
  61023: grantEnded,
  40033: C("the body has characters that WeChat does not take"),
  47002: C("the body has \\u escapes"),
  40035: C("a parameter is wrong"),
  40097: C("a parameter is wrong"),
  47001: C("the body is not JSON"),
  44002: C("the body is empty"),
  40036: C("the template id is too short or too long"),
  40037: C("there is no such template"),
  43116: C("the template is banned"),
  48011: C("the template cannot be used"),
  40246: C("the template's keywords are not in the library"),
  40130: C("at least two openids are wanted"),
  40032: C("too many openids"),
  40226: U("WeChat holds this person for a risk and blocks them"),
  41001: C("the access token is missing"),
  41005: C("the file is missing"),
  41030: C("there is no such page in the mini program"),
  43001: C("GET is wanted"),
  43002: C("POST is wanted"),
  43003: C("HTTPS is wanted"),
  43004: U("the person does not follow the account"),
  50005: U("the person does not follow the account"),
  43019: U("the person is on the account's blacklist"),
  43100: Q("templates were changed too often", "month"),
  43101: U("the person has not agreed to this message, or no longer"),
  43104: C("this appid may not do that"),
  43106: C("a punishment forbids adding templates"),
  43108: C("the account is punished"),
  44004: C("the text is empty"),
  44007: D("this very message was sent before"),
  45001: C("the file is too big"),
  45002: C("the text is too long"),
  45008: C("too many articles"),
  45009: Q("the day's quota is used up", "day"),
  45011: Q("the minute's quota is used up", "minute"),
  45015: U("the person has been silent for too long: the window is closed"),
  45026: C("too many templates"),
  45027: C("the template does not fit the account's industry"),
  45028: Q("the quota of mass messages is used up", "day"),
  45029: C("all permanent QR codes are used up"),
  45047: U("no more messages until the person acts again"),
  45056: C("all tags are used up"),
  45057: C("the tag has too many people to be deleted"),
  45058: C("the tag is WeChat's own"),
  45059: C("the person has too many tags"),
  45157: C("the tag's name is taken or not allowed"),
  45158: C("the tag's name is longer than 30 bytes"),
  45159: badTag,
  45065: D("this very mass message was sent before"),
  45066: R("the same mass message was tried a moment ago", "minute"),
  45067: C("the de-dup key is longer than 64 bytes"),
  45072: C("WeChat knows no such command"),
  45080: U("the person has not written lately"),
  45081: D("typing is shown already"),
  45083: C("the speed is wrong"),
  45084: C("the speed is missing"),
  45103: C("WeChat no longer has this API"),
  45109: C("WeChat no longer has this API"),
  46003: C("there is no menu"),
  46004: U("there is no such person"),
  47003: C("a field of the template is not as its type wants it"),
  48001: C("the account has no right to this API"),
  61007: C("the account gave us no right to this API"),
  48002: U("the person takes no messages"),
  48003: C("the agreement about mass messages is not accepted"),
  48004: C("WeChat has banned this API for the account"),
  48006: Q("quotas were cleared too often this month", "month"),
  48008: C("this kind of message is not allowed"),
  49003: C("the openid is another account's"),
  50002: C("WeChat has limited the account"),
  50004: C("WeChat forbids the account to use its token"),
  50007: C("the account is frozen"),
  61003: C("the account gave the platform no right"),
  61005: T("the platform's ticket has expired"),
  61006: T("the platform's ticket is wrong"),
  63002: C("the JS-SDK signature is wrong"),
  10060001: C("WeChat's order management knows no such payment of this mini program"),
  10060003: C("what was sent for the payment was said anew already"),
  10060004: C("the payment is given back or finished, and nothing can be shipped for it"),
  268485228: C("the way of shipping and its number of entries do not go together"),
  ...Object.fromEntries(
    Array.from({ length: 17 }, (_, offset) => [65301 + offset, badMenu] as const)
  ),
  ...Object.fromEntries(
    Array.from({ length: 11 }, (_, offset) => [200011 + offset, badSubscription] as const)
  )
}

const unheardOf: Errcode = { ...C("WeChat refuses, for a reason we do not know"), known: false }

/** Which of WeChat's doors was knocked at: the same code means another thing there. */
export type Door = "api" | "token" | "login"

/** The codes about a token, where the token is the person's own or none was sent. */
const tokenCodes = new Set([40001, 40014, 42001])

/** What a code calls for. Codes that are not in the table are somebody's to look at. */
export const errcodeOf = (code: number, door: Door = "api"): Errcode => {
  if (door === "login" && tokenCodes.has(code)) return grantEnded
  if (door === "token" && code === 40001) return C("the AppSecret is wrong")
  return errcodes[code] ?? unheardOf
}
