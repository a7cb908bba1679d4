import { Schema } from "effect"
import { fromBeijing } from "../values/beijing.ts"
import { Ability } from "../wechat/abilities.ts"
import { type Account, AccountKind, CallbackMode } from "../wechat/account.ts"

const Secret = Schema.Redacted(Schema.NonEmptyString)

/** The last day of a certification, as WeChat's portal shows it. */
const LastDay = Schema.String.check(
  Schema.makeFilter((text) => endOf(text) !== undefined, { expected: "a date as 2027-03-31" })
)

/** The end of a day in Beijing. */
const endOf = (text: string): number | undefined => {
  const last = /^\d{4}-\d\d-\d\d$/.test(text)
    ? fromBeijing(`${text.replaceAll("-", "")}235959`)
    : undefined
  return last === undefined ? undefined : last + 1_000
}

/** An account beside the one the environment names. */
export const AccountOption = Schema.Struct({
  /** The `:account` of `/wechat/callback/:account`. */
  name: Schema.NonEmptyString,
  appid: Schema.String,
  secret: Secret,
  kind: AccountKind,
  /** By WeChat; yes, unless said. */
  certified: Schema.optional(Schema.Boolean),
  /** The last day of the certification; it is watched, and abilities end with it. */
  certifiedUntil: Schema.optional(LastDay),
  /** `gh_…` */
  originalId: Schema.optional(Schema.String),
  /** The same for all accounts of one Open Platform account, which share a unionid. */
  union: Schema.optional(Schema.NonEmptyString),
  callback: Schema.optional(
    Schema.Struct({
      token: Secret,
      /** The EncodingAESKey. */
      aesKey: Schema.optional(Secret),
      /** The one before it, while keys are changed. */
      previousAesKey: Schema.optional(Secret),
      /** As set in WeChat's portal; secure where there is a key, unless said. */
      mode: Schema.optional(CallbackMode),
      /** The system that owned the callback before: it gets every push, and its reply is given. */
      forwardTo: Schema.optional(Schema.String)
    })
  ),
  /** By ability, the openids that may have it before all others. */
  pilot: Schema.optional(Schema.Record(Ability, Schema.optionalKey(Schema.Array(Schema.String)))),
  /** Hosts whose pages are signed for the JS-SDK; that of PUBLIC_URL, unless said. */
  jsHosts: Schema.optional(Schema.Array(Schema.String)),
  /** The legal entity that consent and marketing belong to. */
  entity: Schema.optional(Schema.NonEmptyString),
  /** Of a mini program: its own page on which payments are paid, as `/pages/pay/pay`. */
  payPage: Schema.optional(Schema.NonEmptyString)
})

/** An account as its option says it; `publicHost` is where its pages are unless it says otherwise. */
export const accountOf = (option: typeof AccountOption.Type, publicHost: string): Account => {
  const { callback, certified = true, certifiedUntil, jsHosts, pilot } = option
  return {
    name: option.name,
    appid: option.appid,
    secret: option.secret,
    kind: option.kind,
    certified,
    certifiedUntil: certifiedUntil === undefined ? undefined : endOf(certifiedUntil),
    originalId: option.originalId,
    union: option.union,
    callback: callback === undefined ? undefined : callbackOf(callback),
    pilot: lists(pilot),
    jsHosts: jsHosts ?? [publicHost],
    entity: option.entity,
    payPage: option.payPage
  }
}

const callbackOf = ({
  aesKey,
  forwardTo,
  mode,
  previousAesKey,
  token
}: NonNullable<(typeof AccountOption.Type)["callback"]>): NonNullable<Account["callback"]> => ({
  token,
  ...(aesKey !== undefined && { aesKey }),
  ...(previousAesKey !== undefined && { previousAesKey }),
  mode: mode ?? (aesKey === undefined ? "plain" : "secure"),
  ...(forwardTo !== undefined && { forwardTo })
})

const lists = (pilot: (typeof AccountOption.Type)["pilot"] = {}): Account["pilot"] =>
  Object.fromEntries(
    Object.entries(pilot).flatMap(([ability, openids]) =>
      openids === undefined ? [] : [[ability, openids]]
    )
  )
