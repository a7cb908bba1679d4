import { Effect, Schema } from "effect"
import { type RawRequest, route } from "../plugin/route.ts"
import type { Account, AccountCallback } from "../wechat/account.ts"
import { Accounts } from "../wechat/accounts.ts"
import { Callbacks } from "../wechat/callback/callbacks.ts"

class AccountUnknown extends Schema.TaggedError<AccountUnknown>()("AccountUnknown", {}) {
  readonly status = 404
  override readonly message = "There is no such account here, or it has no callback"
}

const accountOf = Effect.fnUntraced(function* ({ params }: RawRequest) {
  const account = (yield* Accounts).named(params.account ?? "")
  if (account?.callback === undefined) return yield* new AccountUnknown()
  const found: readonly [Account, AccountCallback] = [account, account.callback]
  return found
})

/** Where WeChat asks whether an address is ours, when it is entered in its portal. */
export const verifyRoute = route.raw("GET", "/wechat/callback/:account", (request) =>
  Effect.gen(function* () {
    const [account, callback] = yield* accountOf(request)
    const callbacks = yield* Callbacks
    return plain(yield* callbacks.verify(account, callback, request.query))
  })
)

/** Where an account's messages and events arrive. Anything but an answer within five seconds, and WeChat asks again, three times in all. */
export const callbackRoute = route.raw("POST", "/wechat/callback/:account", (request) =>
  Effect.gen(function* () {
    const [account, callback] = yield* accountOf(request)
    const callbacks = yield* Callbacks
    return plain(yield* callbacks.take(account, callback, request))
  })
)

/** WeChat looks at no type; whatever else looks must take it for nothing but what it is. */
const plain = (body: string) => ({
  status: 200,
  headers: { "content-type": types[body.charAt(0)] ?? "text/plain; charset=utf-8" },
  body
})

const types: { readonly [start: string]: string } = {
  "<": "text/xml; charset=utf-8",
  "{": "application/json"
}
