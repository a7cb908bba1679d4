import { join } from "node:path"
import { Context, Effect, Layer } from "effect"
import { type Installation, install, start, startSandbox } from "./installation.ts"
import { sale, says } from "./store.ts"
import { wechatOf } from "./wechat.ts"

const open = Effect.gen(function* () {
  const outside = yield* install()
  yield* startSandbox(outside)
  /** What payers see on their phones is in this file. */
  const phones = join(outside.folder, "sandbox.db")
  return { sandbox: outside.ports.sandbox, phones, wechat: wechatOf(outside) }
})

/** One WeChat that outlives every gateway. They share it, so each sale of a test needs a ticket of its own. */
export class Ground extends Context.Service<Ground, Effect.Success<typeof open>>()("Ground") {
  static readonly layer = Layer.effect(Ground, open)
}

/** An installation of its own, not yet started. */
export const installed = (options: { readonly like?: Installation } = {}) =>
  Effect.flatMap(Ground, ({ sandbox }) => install({ ...options, sandbox }))

export const opened = Effect.gen(function* () {
  const { wechat } = yield* Ground
  const at = yield* installed()
  return { at, wechat, gateway: yield* start(at) }
})

/** A sale that WeChat takes at once. */
export const sold = Effect.fnUntraced(function* (at: Installation, ticket: string) {
  const { wechat } = yield* Ground
  return yield* says(at, sale(ticket, yield* wechat.code("paid")))
})

/** The order that a payment code was used for, once there is one. */
export const orderOf = (code: string) =>
  Effect.flatMap(Ground, ({ wechat }) =>
    Effect.map(wechat.orders, (all) => all.find(({ authCode }) => authCode === code))
  )
