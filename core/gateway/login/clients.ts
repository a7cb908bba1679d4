import { Effect, Schema } from "effect"
import { countRefusal } from "../../login/counting.ts"
import { Logins } from "../../login/logins.ts"
import { LoginRefused } from "../../login/model.ts"
import { route } from "../../plugin/route.ts"
import { Accounts } from "../../wechat/accounts.ts"

const input = {
  /** Of `wx.login`, or of the app's `SendAuth`. */
  code: Schema.String.check(Schema.isPattern(/^[\w-]{1,512}$/, { expected: "a code of WeChat's" })),
  /** The name of the account, where there are several of the kind. */
  account: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(32))),
  /** Who the client believes to be. */
  openid: Schema.optionalKey(Schema.String.check(Schema.isMaxLength(64)))
}

/** What the client sends from then on: `Authorization: Bearer …`. */
const output = Schema.Struct({ session: Schema.String })

const enter = (way: "mini-program" | "app") =>
  Effect.fnUntraced(
    function* (brought: { code: string; account?: string; openid?: string }) {
      const accounts = yield* Accounts
      const account =
        brought.account === undefined ? accounts.of(way) : accounts.named(brought.account)
      if (account?.kind !== way) return yield* new LoginRefused({ reason: "no account" })
      const { code, openid } = brought
      const { secret } = yield* Logins.use((logins) => logins.enter({ way, account, code, openid }))
      return { session: secret }
    },
    Effect.tapErrorTag("LoginRefused", ({ reason }) => countRefusal(reason))
  )

/** Logging in from a mini program and from an app: they bring a code, and get a session. WeChat's keys stay here. */
export const clientRoutes = [
  route.post("/login/mini-program", { input, output, handle: enter("mini-program") }),
  route.post("/login/app", { input, output, handle: enter("app") })
]
