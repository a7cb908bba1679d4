import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import {
  answer,
  definePlugin,
  Followed,
  LocationReported,
  OtherReceived,
  on,
  TextReceived,
  Unfollowed
} from "#core"
import { openChat } from "../../../support/chat.ts"
import { eachDatabase } from "../../../support/database.ts"
import { passIn, settle } from "../../../support/settling.ts"
import { event, openid, openReply, pushed, text } from "../../../support/wechat-push.ts"
import { meanwhile, pass } from "../../../support/world.ts"

const tenMinutes = 600_000

/** A plugin that writes down what it hears. */
const listening = (name = "guestbook") => {
  const heard: Array<string> = []
  const note = (what: string) => Effect.sync(() => void heard.push(what))
  const plugin = definePlugin({
    name,
    options: {},
    on: [
      on(TextReceived, ({ openid, text }) => note(`${openid} said ${text}`)),
      on(Followed, ({ scene }) => note(`followed by ${scene}`)),
      on(Unfollowed, () => note("unfollowed")),
      on(LocationReported, ({ latitude }) => note(`at ${latitude}`)),
      on(OtherReceived, ({ name }) => note(`other ${name}`))
    ]
  })()
  return { heard, plugin }
}

eachDatabase("what WeChat pushes", (database) => {
  it.effect("becomes an event of every plugin that subscribed, once, however often it comes", () =>
    Effect.gen(function* () {
      const [one, other] = [listening("one"), listening("other")]
      const chat = yield* openChat(database, { plugins: [one.plugin, other.plugin] })
      for (let time = 0; time < 3; time++) {
        assert.strictEqual((yield* chat.push(pushed(text("你好")))).text, "success")
        yield* settle
      }
      assert.deepStrictEqual(one.heard, [`${openid} said 你好`])
      assert.deepStrictEqual(other.heard, one.heard)
      assert.strictEqual((yield* chat.journal).length, 1)
    })
  )

  it.effect("is told apart where WeChat's own keys are too weak", () =>
    Effect.gen(function* () {
      const { heard, plugin } = listening()
      const chat = yield* openChat(database, { plugins: [plugin] })
      const all = [
        text("a"),
        text("b", { FromUserName: "oSomebodyElse" }),
        event("subscribe", { EventKey: "qrscene_1" }),
        event("unsubscribe"),
        event("unsubscribe"),
        event("LOCATION", { Latitude: "23.1", Longitude: "113", Precision: "1" }),
        event("LOCATION", { Latitude: "23.2", Longitude: "113", Precision: "1" }),
        event("shake_around")
      ]
      for (const message of all) yield* chat.push(pushed(message))
      yield* pass("5 seconds")
      assert.sameMembers(heard, [
        `${openid} said a`,
        "oSomebodyElse said b",
        "followed by 1",
        "unfollowed",
        "at 23.1",
        "at 23.2",
        "other shake_around"
      ])
    })
  )

  it.effect("keeps the order of one person, and one plugin's failure holds up no other", () =>
    Effect.gen(function* () {
      const { heard, plugin } = listening()
      const failing = definePlugin({
        name: "failing",
        options: {},
        on: [on(TextReceived, () => Effect.fail("not today"))]
      })()
      const chat = yield* openChat(database, { plugins: [failing, plugin] })
      for (const MsgId of ["1", "2", "3"]) yield* chat.push(pushed(text(MsgId, { MsgId })))
      yield* pass("5 seconds")
      assert.deepStrictEqual(
        heard,
        ["1", "2", "3"].map((said) => `${openid} said ${said}`)
      )
    })
  )

  it.effect("waits sealed, and under nobody's name", () =>
    Effect.gen(function* () {
      const failing = definePlugin({
        name: "failing",
        options: {},
        on: [on(TextReceived, () => Effect.fail("not today"))]
      })()
      const chat = yield* openChat(database, { plugins: [failing] })
      yield* chat.push(pushed(text("CANARY-words")))
      yield* settle
      const tasks = yield* chat.rows("weir_tasks")
      assert.isTrue(tasks.some(({ kind }) => kind === "event:wechat.text:failing"))
      for (const secret of ["CANARY-words", openid, openid.slice(1)])
        assert.isFalse(yield* chat.anywhere(secret), secret)
    })
  )

  it.effect("leaves no signature behind once it would be stale by itself", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      yield* chat.push(pushed(text("你好")))
      assert.strictEqual((yield* chat.rows("weir_callback_signatures")).length, 1)
      yield* passIn(tenMinutes, "70 minutes")
      assert.strictEqual((yield* chat.rows("weir_callback_signatures")).length, 0)
    })
  )

  it.effect("is kept for a day", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      yield* chat.push(pushed(text("你好")))
      const [entry] = yield* chat.journal
      assert.strictEqual(Number(entry?.forget_at) - Number(entry?.created_at), 86_400_000)
    })
  )
})

eachDatabase("a push that is answered", (database) => {
  it.effect("gets the same answer when it comes again, sealed anew", () =>
    Effect.gen(function* () {
      let asked = 0
      const plugin = definePlugin({
        name: "greeter",
        options: {},
        on: [
          answer(TextReceived, () =>
            Effect.sync(() => ({ type: "text", text: `answer ${++asked}` }))
          )
        ]
      })()
      const chat = yield* openChat(database, { plugins: [plugin] })
      const replies = yield* Effect.forEach(
        Array.from({ length: 10 }, () => pushed(text("你好"))),
        (request) => chat.push(request),
        { concurrency: "unbounded" }
      )
      yield* TestClock.adjust("10 seconds")
      const late = yield* chat.push(pushed(text("你好"), { at: 1_795_500_010 }))
      const all = [...replies, late].map(({ text }) => text)
      assert.strictEqual(new Set(all.map((reply) => openReply(reply))).size, 1)
      assert.strictEqual(new Set(all).size, 11)
      assert.strictEqual(asked, 1)
    })
  )

  // A file has one process.
  if (database.name === "MariaDB")
    it.effect("gets it from a neighbour process too", () =>
      Effect.gen(function* () {
        let asked = 0
        const slow = definePlugin({
          name: "greeter",
          options: {},
          on: [
            answer(TextReceived, () =>
              Effect.as(Effect.sleep("1 second"), { type: "text", text: `answer ${++asked}` })
            )
          ]
        })()
        const chat = yield* openChat(database, { plugins: [slow] })
        const neighbour = yield* chat.start
        const { value } = yield* meanwhile(
          Effect.forEach([chat, neighbour], ({ push }) => push(pushed(text("你好"))), {
            concurrency: "unbounded"
          })
        )
        const [one = "", other = ""] = value.map(({ text }) => openReply(text))
        assert.include(one, "answer 1")
        assert.strictEqual(one, other)
        assert.strictEqual(asked, 1)
      })
    )
})
