import { Effect, Schema } from "effect"
import { route } from "#core"
import { WechatSandbox } from "../../sandbox.ts"
import { changes } from "../accounts.ts"
import { jsVerdict } from "../js-config.ts"
import { Portal } from "../model.ts"
import { AccountUnknown } from "./whose.ts"

/** WeChat asked the callback's address and was not answered as it should be, so nothing is saved. */
class CallbackNotVerified extends Schema.TaggedError<CallbackNotVerified>()("CallbackNotVerified", {
  url: Schema.String
}) {
  readonly status = 409
  override readonly message = `${this.url} did not answer with the echostr`
}

const AccountReply = Schema.Struct({
  appid: Schema.String,
  name: Schema.String,
  originalId: Schema.String,
  openPlatform: Schema.String,
  ...Portal.fields
})

/** What accounts' owners do in their portals. */
export const accountControl = [
  route.get("/control/accounts", {
    output: Schema.Struct({ accounts: Schema.Array(AccountReply) }),
    handle: () =>
      WechatSandbox.use(({ platform }) =>
        Effect.map(platform.accounts.all, (accounts) => ({ accounts }))
      )
  }),
  route.put("/control/accounts/:appid", {
    input: {
      appid: Schema.String,
      ...changes,
      /** Whether a callback is asked first, as the portal does. */
      verify: Schema.optionalKey(Schema.Boolean)
    },
    output: AccountReply,
    handle: ({ appid, verify = true, ...by }) =>
      Effect.gen(function* () {
        const { accounts, pushes } = (yield* WechatSandbox).platform
        if ((yield* accounts.byAppid(appid)) === undefined) {
          return yield* new AccountUnknown({ appid })
        }
        const { callback } = by
        if (verify && callback && !(yield* pushes.verify(callback))) {
          return yield* new CallbackNotVerified({ url: callback.url })
        }
        return (yield* accounts.change(appid, by)) ?? (yield* new AccountUnknown({ appid }))
      })
  }),
  route.post("/control/accounts/:appid/js-config", {
    input: {
      appid: Schema.String,
      url: Schema.String,
      timestamp: Schema.String,
      nonceStr: Schema.String,
      signature: Schema.String
    },
    output: Schema.Struct({ errMsg: Schema.String }),
    handle: ({ appid, ...config }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const account = yield* platform.accounts.byAppid(appid)
        if (account === undefined) return yield* new AccountUnknown({ appid })
        return { errMsg: yield* jsVerdict(platform, account, config) }
      })
  })
]
