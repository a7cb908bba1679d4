import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { withPlugin } from "../support/configured.ts"
import { eventually, install, start, stop } from "../support/installation.ts"
import { wechatOf } from "../support/wechat.ts"

describe("somebody who writes to the account", () => {
  it.live(
    "is answered in the chat, and what they wrote becomes an event that survives a restart",
    () =>
      Effect.gen(function* () {
        const at = yield* install()
        withPlugin(at, "desk")
        const gateway = yield* start(at)
        const wechat = wechatOf(at)
        const { openid } = yield* wechat.credentials
        yield* wechat.writes(openid, "订单 7 到哪了")
        const answered = Effect.map(wechat.chat(openid), (chat) =>
          JSON.stringify(chat).includes("收到：订单 7 到哪了") ? true : undefined
        )
        yield* eventually("the answer is in the chat", answered)
        const heard = Effect.promise(async () => {
          const said = await (await fetch(`http://127.0.0.1:${at.ports.public}/desk/heard`)).json()
          return JSON.stringify(said) === '[{"length":8}]' ? true : undefined
        })
        yield* eventually("the event has arrived, once", heard)
        yield* stop(gateway)
        yield* start(at)
        assert.isTrue(yield* eventually("it is still there, once", heard))
      }),
    90_000
  )
})
