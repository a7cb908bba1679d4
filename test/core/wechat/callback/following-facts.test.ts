import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Database } from "../../../../core/database/database.ts"
import { leaveTodo } from "../../../../core/tasks/todos.ts"
import { Callbacks } from "../../../../core/wechat/callback/callbacks.ts"
import { openChat } from "../../../support/chat.ts"
import { eachDatabase } from "../../../support/database.ts"
import { settle } from "../../../support/settling.ts"
import { event, pushed, text } from "../../../support/wechat-push.ts"
import { meanwhile } from "../../../support/world.ts"

eachDatabase("what follows from a push", (database) => {
  it.effect("a certification that ends is a person's business, once", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      const renew = event("annual_renew", { ExpiredTime: "1797955200" })
      const failed = event("qualification_verify_fail", { FailReason: "资料不全" })
      for (const message of [renew, renew, failed, event("subscribe")])
        yield* chat.push(pushed(message))
      assert.deepStrictEqual(
        (yield* chat.todos)
          .filter(({ kind }) => kind === "account.certification")
          .map(({ detail }) => detail)
          .toSorted(),
        [
          "WeChat says of the certification of main: qualification refused: 资料不全",
          "WeChat says of the certification of main: renewal due, date 20261223"
        ]
      )
    })
  )

  it.effect("a part of the core hears of each push once, in the write that stores it", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      const heard: Array<string> = []
      yield* chat.within(
        Callbacks.use((callbacks) =>
          callbacks.listen("test", async (sql, account, message) => {
            heard.push(`${account.name}: ${message.type}`)
            await leaveTodo(sql, { kind: "test", subject: "1", detail: message.type, at: 1 })
          })
        )
      )
      for (let time = 0; time < 3; time++) yield* chat.push(pushed(event("subscribe")))
      assert.deepStrictEqual(heard, ["main: followed"])
      assert.strictEqual((yield* chat.todos).length, 1)
    })
  )

  it.effect("one that cannot be stored in time is not acknowledged, and comes again", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      const gate = Promise.withResolvers<void>()
      // On a server others may write meanwhile, so the one who writes the push is held up itself.
      yield* chat.within(
        Callbacks.use((callbacks) =>
          callbacks.listen("slow", async () => {
            await gate.promise
          })
        )
      )
      const { value, waited } = yield* meanwhile(chat.push(pushed(text("你好"))))
      assert.strictEqual(value.status, 503)
      assert.isAtMost(waited, 4_500)
      gate.resolve()
      yield* settle
      yield* chat.within(Database.use((database) => database.write("x", async () => {})))
      const again = yield* chat.push(pushed(text("你好")))
      assert.strictEqual(again.text, "success")
      assert.strictEqual((yield* chat.journal).length, 1)
    })
  )
})
