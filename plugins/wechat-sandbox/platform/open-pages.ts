import { Context, Effect, Layer, Schema } from "effect"
import { Behaviour } from "../behaviour.ts"
import { Faults } from "../faults.ts"
import { shoppers } from "../model.ts"
import { may } from "./abilities.ts"
import { Accounts } from "./accounts.ts"
import { Logins } from "./logins.ts"
import type { Account } from "./model.ts"
import { People, type Person } from "./people.ts"

/** Why an OAuth page shows nothing but a number: WeChat's own, which developers look up. */
export class PageError extends Schema.TaggedError<PageError>()("PageError", {
  code: Schema.Int,
  message: Schema.String
}) {}

/** The page inside WeChat, or the one with a QR on a desktop. */
export type Page = "authorize" | "qrconnect"

/** What an account asks a person for, all of it in order. */
export interface Wish {
  readonly page: Page
  readonly account: Account
  readonly scope: string
  readonly redirectUri: string
  readonly state: string
  /** SDKs say so to keep the browser from coming back twice. */
  readonly once: boolean
}

export const Decision = Schema.Literals(["approve", "deny", "snapshot"])
export type Decision = typeof Decision.Type

/** The pages of open.weixin.qq.com: who may ask, and where a person goes with what they decided. */
export class OpenPages extends Context.Service<
  OpenPages,
  {
    check(page: Page, query: URLSearchParams): Effect.Effect<Wish, PageError>
    /** Whom a browser belongs to: the phone that was last looked at in it, or the first shopper's. */
    visitor(cookies: string | undefined): Effect.Effect<Person>
    /** What is decided without asking; `undefined`: the person is asked. */
    decided(wish: Wish, isProgram: boolean): Effect.Effect<Decision | undefined>
    /** Where the decision leads, and how many times the browser goes there; nowhere for who says no. */
    leave(
      wish: Wish,
      person: Person,
      decision: Decision
    ): Effect.Effect<{ readonly url: string; readonly times: 1 | 2 } | undefined>
  }
>()("wechat-sandbox/OpenPages") {
  static readonly layer = Layer.effect(
    OpenPages,
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const behaviour = yield* Behaviour
      const faults = yield* Faults
      const logins = yield* Logins
      const people = yield* People

      const check = Effect.fnUntraced(function* (page: Page, query: URLSearchParams) {
        const said = (name: string) => query.get(name) ?? ""
        const scope = said("scope")
        const redirectUri = said("redirect_uri")
        const state = said("state")
        if (said("appid") === "") return yield* wrong(10012, "appid 参数为空")
        const account = yield* accounts.byAppid(said("appid"))
        if (account === undefined) return yield* wrong(10012, "appid 参数错误")
        if (scope === "") return yield* wrong(10010, "scope 参数为空")
        if ((page === "qrconnect") !== (account.kind === "website")) {
          return yield* wrong(10016, "不支持本站AppID")
        }
        const mayAsk = page === "qrconnect" ? account.certified : may(account, "oauth")
        if (!mayAsk || !scopes[page].has(scope)) {
          return yield* wrong(10005, "scope 参数错误或没有 scope 权限")
        }
        if (redirectUri === "") return yield* wrong(10011, "redirect_uri 参数为空")
        if (!leadsTo(account, redirectUri)) return yield* wrong(10003, "redirect_uri 参数错误")
        if (!/^[A-Za-z0-9]{0,128}$/.test(state)) return yield* wrong(10013, "state 参数错误")
        const once = said("connect_redirect") === "1"
        return { page, account, scope, redirectUri, state, once }
      })

      const visitor = Effect.fnUntraced(function* (cookies = "") {
        const [, openid = shoppers[0].openid] = /(?:^|; *)phone=([\w-]+)/.exec(cookies) ?? []
        const person = (yield* people.find(openid)) ?? (yield* people.find(shoppers[0].openid))
        return person ?? (yield* Effect.die(new Error("The first shopper is gone")))
      })

      const decided = Effect.fnUntraced(function* ({ scope }: Wish, isProgram: boolean) {
        if (scope === "snsapi_base") return "approve"
        const { consent } = yield* behaviour.settings
        return consent === "ask" ? (isProgram ? "approve" : undefined) : consent
      })

      const leave = Effect.fnUntraced(function* (wish: Wish, person: Person, decision: Decision) {
        const contact = person.contacts.find(({ appid }) => appid === wish.account.appid)
        if (decision === "deny" || contact === undefined) return undefined
        const snapshot = decision === "snapshot"
        const code = yield* logins.issue(wish.account, contact, { scope: wish.scope, snapshot })
        const url = new URL(wish.redirectUri)
        url.searchParams.set("code", code)
        url.searchParams.set("state", wish.state)
        const path = wish.page === "authorize" ? "/connect/oauth2/authorize" : "/connect/qrconnect"
        const again = !wish.once && (yield* faults.take("twice", path)) !== undefined
        return { url: url.href, times: again ? 2 : 1 } as const
      })

      return OpenPages.of({ check, visitor, decided, leave })
    })
  )
}

const wrong = (code: number, message: string) => new PageError({ code, message })

const scopes: Readonly<Record<Page, ReadonlySet<string>>> = {
  authorize: new Set(["snsapi_base", "snsapi_userinfo"]),
  qrconnect: new Set(["snsapi_login"])
}

/** The host must be the one of the portal exactly: neither above nor below it. */
const leadsTo = ({ oauthDomain }: Account, redirectUri: string) => {
  const url = URL.parse(redirectUri)
  if (url === null || !/^https?:$/.test(url.protocol)) return false
  return oauthDomain !== "" && (url.hostname === oauthDomain || url.host === oauthDomain)
}
