import { Effect, Schema } from "effect"
import { rfc3339, route } from "#core"
import { randomText } from "../../random.ts"
import { WechatSandbox } from "../../sandbox.ts"
import { type Account, unionidOf } from "../model.ts"
import { Decision } from "../open-pages.ts"
import type { Person } from "../people.ts"
import type { PlatformServices } from "../platform.ts"
import { sealForSession } from "../secrets.ts"
import { AccountUnknown, openid, personBy } from "./whose.ts"

/** The page shows an error in place of asking. */
class NotAuthorized extends Schema.TaggedError<NotAuthorized>()("NotAuthorized", {
  code: Schema.Int,
  message: Schema.String
}) {
  readonly status = 409
}

const User = Schema.Struct({
  openid: Schema.String,
  unionid: Schema.String,
  name: Schema.String,
  follows: Schema.Boolean,
  blocks: Schema.Boolean,
  /** Who they are to each account, by appid. */
  openids: Schema.Record(Schema.String, Schema.String),
  createdAt: Schema.String
})

const described = Effect.fnUntraced(function* ({ accounts }: PlatformServices, person: Person) {
  const { appid, openPlatform } = yield* accounts.main
  const main = person.contacts.find((contact) => contact.appid === appid)
  return {
    openid: person.id,
    unionid: unionidOf(openPlatform, person.id),
    name: person.name,
    follows: main?.follows === 1,
    blocks: main?.refuses === 1,
    openids: Object.fromEntries(person.contacts.map(({ appid, openid }) => [appid, openid])),
    createdAt: rfc3339(person.created_at)
  }
})

/** Who they are, as a mini program's page gets it, under the session key of the login just made. */
const sealed = Effect.fnUntraced(function* (
  { clock, people }: PlatformServices,
  { id, name }: Person,
  { appid, openPlatform }: Account
) {
  const contact = yield* people.contact(appid, id)
  const timestamp = Math.floor((yield* clock.now) / 1000)
  return sealForSession(contact?.session_key ?? "", yield* randomText(16), {
    openId: contact?.openid,
    nickName: name,
    gender: 0,
    language: "zh_CN",
    city: "",
    province: "",
    country: "",
    avatarUrl: "",
    ...(openPlatform && { unionId: unionidOf(openPlatform, id) }),
    watermark: { timestamp, appid }
  })
})

const authorize = Effect.fnUntraced(function* (
  platform: PlatformServices,
  person: Person,
  said: { readonly url?: string; readonly appid?: string; readonly decision?: Decision }
) {
  const { accounts, logins, open } = platform
  const decision = said.decision ?? "approve"
  if (said.url === undefined) {
    const account = yield* accounts.byAppid(said.appid ?? "")
    const contact = person.contacts.find(({ appid }) => appid === account?.appid)
    if (account === undefined || contact === undefined) {
      return yield* new AccountUnknown({ appid: said.appid ?? "" })
    }
    const snapshot = decision === "snapshot"
    const code = yield* logins.issue(account, contact, { scope: "snsapi_userinfo", snapshot })
    return account.kind === "mini-program"
      ? { code, ...(yield* sealed(platform, person, account)) }
      : { code }
  }
  const url = URL.parse(said.url, "https://open.weixin.qq.com")
  const page = url?.pathname === "/connect/qrconnect" ? "qrconnect" : "authorize"
  const wish = yield* open.check(page, url?.searchParams ?? new URLSearchParams())
  const way = yield* open.leave(wish, person, decision)
  if (way === undefined) return {}
  return { redirect: way.url, code: URL.parse(way.url)?.searchParams.get("code") ?? "" }
})

/** Who there is, and how they log in. */
export const userControl = [
  route.get("/control/users", {
    output: Schema.Struct({ users: Schema.Array(User) }),
    handle: () =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const people = yield* platform.people.all
        return { users: yield* Effect.forEach(people, (each) => described(platform, each)) }
      })
  }),
  route.post("/control/users", {
    input: {
      name: Schema.optionalKey(Schema.String.check(Schema.isBetweenLength(1, 32))),
      follows: Schema.optionalKey(Schema.Boolean),
      /** How many of them; one unless said. */
      count: Schema.optionalKey(
        Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 100_000 }))
      )
    },
    output: Schema.Struct({ ...User.fields, openidList: Schema.Array(Schema.String) }),
    handle: ({ count = 1, ...person }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const people = yield* platform.people.add(Array.from({ length: count }, () => person))
        const [first] = people
        if (first === undefined) return yield* Effect.die(new Error("Nobody was added"))
        return { ...(yield* described(platform, first)), openidList: people.map(({ id }) => id) }
      })
  }),
  route.post("/control/users/:openid/authorize", {
    input: {
      openid,
      /** The address of an OAuth page; without one, an `appid` whose app or mini program the person logs in to. */
      url: Schema.optionalKey(Schema.String),
      appid: Schema.optionalKey(Schema.String),
      decision: Schema.optionalKey(Decision)
    },
    output: Schema.Struct({
      /** Where the browser is sent; absent for who says no. */
      redirect: Schema.optionalKey(Schema.String),
      code: Schema.optionalKey(Schema.String),
      /** Of a mini program's login: who they are, for the session key. */
      encryptedData: Schema.optionalKey(Schema.String),
      iv: Schema.optionalKey(Schema.String)
    }),
    handle: ({ openid, ...said }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        return yield* authorize(platform, yield* personBy(platform, openid), said)
      }).pipe(
        Effect.catchTag("PageError", ({ code, message }) => new NotAuthorized({ code, message }))
      )
  })
]
