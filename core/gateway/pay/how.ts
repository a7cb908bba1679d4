import { Effect } from "effect"
import { NotLoggedIn } from "../../login/model.ts"
import type { How } from "../../payments/preparing.ts"
import type { RawRequest } from "../../plugin/route.ts"
import { addressOf, systemOf } from "./device.ts"
import type { Payer } from "./visitor.ts"

/** How somebody pays who is there with this device. The device decides, and nothing they say. */
export const howOf = Effect.fnUntraced(function* (
  { address, headers }: RawRequest,
  { account, customer, device }: Payer,
  returnTo: string
): Effect.fn.Return<How, NotLoggedIn> {
  if (account?.kind === "app") return { way: "app", account: account.name }
  if (account?.kind === "mini-program" || device === "wechat" || device === "mini-program") {
    if (account === undefined || customer === undefined) return yield* new NotLoggedIn()
    return { way: "jsapi", account: account.name, customer }
  }
  if (device === "computer") return { way: "native" }
  return { way: "h5", ip: addressOf(address), device: systemOf(headers["user-agent"]), returnTo }
})
