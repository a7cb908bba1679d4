import { Effect, Schema } from "effect"
import type { PlatformServices } from "../platform.ts"

/** Nobody has this openid, at any account. */
class PersonUnknown extends Schema.TaggedError<PersonUnknown>()("PersonUnknown", {
  openid: Schema.String
}) {
  readonly status = 404
  override readonly message = `WeChat knows nobody by ${this.openid}`
}

/** No account has this appid. */
export class AccountUnknown extends Schema.TaggedError<AccountUnknown>()("AccountUnknown", {
  appid: Schema.String
}) {
  readonly status = 404
  override readonly message = `WeChat has no account ${this.appid}`
}

/** Of a person, at whichever account. */
export const openid = Schema.String.check(Schema.isPattern(/^[\w-]{1,64}$/))

export const personBy = Effect.fnUntraced(function* ({ people }: PlatformServices, openid: string) {
  return (yield* people.find(openid)) ?? (yield* new PersonUnknown({ openid }))
})

/** An account and what a person is to it: the account whose openid was said, unless another is named. */
export const chatBy = Effect.fnUntraced(function* (
  platform: PlatformServices,
  openid: string,
  appid?: string
) {
  const { contacts } = yield* personBy(platform, openid)
  const contact = contacts.find((it) => (appid ? it.appid === appid : it.openid === openid))
  const account = yield* platform.accounts.byAppid(contact?.appid ?? "")
  if (contact === undefined || account === undefined) {
    return yield* new AccountUnknown({ appid: appid ?? "" })
  }
  return { account, contact }
})
