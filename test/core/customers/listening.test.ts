import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Customers } from "../../../core/customers/customers.ts"
import { openChat } from "../../support/chat.ts"
import { eachDatabase, type Kind } from "../../support/database.ts"
import { agreed, event, openid, pushed, said, text } from "../../support/wechat-push.ts"

const second = 1_795_500_000
const at = (after: number) => ({ CreateTime: String(second + after) })
const page = { limit: 20 }
const plain = { purpose: "transaction" } as const

/** An account whose pushes arrive, and what the pool knows of the one person who is about. */
const open = Effect.fnUntraced(function* (database: Kind) {
  const chat = yield* openChat(database)
  const pool = yield* chat.within(Effect.map(Customers, (customers) => customers))
  const person = pool.recognise({ appid: agreed.appid }, { openid })
  return {
    ...chat,
    pool,
    person,
    push: (...messages: ReadonlyArray<Parameters<typeof pushed>[0]>) =>
      Effect.forEach(messages, (message) =>
        Effect.map(chat.push(pushed(message)), ({ text }) => assert.strictEqual(text, "success"))
      ),
    timeline: Effect.flatMap(person, (customer) =>
      Effect.map(pool.timeline(customer, page), ({ items }) => items.toReversed())
    ),
    reach: Effect.flatMap(person, (customer) =>
      pool.reach(customer, {
        ...plain,
        templates: { [agreed.appid]: { subscription: "S", template: "T" } }
      })
    )
  }
})

eachDatabase("what people do at an account", (database) => {
  it.effect("is in their timeline, in their own words, and opens what they may be sent", () =>
    Effect.gen(function* () {
      const { person, pool, push, reach, timeline } = yield* open(database)
      yield* push(
        event("subscribe", { EventKey: "qrscene_17", Ticket: "t", ...at(0) }),
        event("SCAN", { EventKey: "18", Ticket: "t", ...at(1) }),
        text("在吗", at(2)),
        said("location", {
          Location_X: "23.1",
          Location_Y: "113.2",
          Scale: "15",
          Label: "天河城",
          MsgId: "2",
          ...at(3)
        })
      )
      assert.deepStrictEqual(
        (yield* timeline).map(({ data, kind, text }) => [kind, data, text]),
        [
          ["followed", { scene: "17" }, undefined],
          ["scanned", { scene: "18" }, undefined],
          ["wrote", { what: "text" }, "在吗"],
          ["wrote", { what: "location" }, "天河城"]
        ]
      )
      assert.containsSubset(yield* reach, { channel: "template" })
      const written = yield* pool.reach(yield* person, plain)
      assert.containsSubset(written, { channel: "custom" })
    })
  )

  it.effect("counts each message they agreed to once, however often WeChat tells of it", () =>
    Effect.gen(function* () {
      const { push, reach, rows } = yield* open(database)
      const answered = (status: string, after: number) =>
        event("subscribe_msg_popup_event", {
          SubscribeMsgPopupEvent: {
            List: { TemplateId: "S", SubscribeStatusString: status, PopupScene: "1" }
          },
          ...at(after)
        })
      yield* push(answered("accept", 0), answered("accept", 0), answered("accept", 1))
      assert.containsSubset(yield* reach, { channel: "subscription", template: "S" })
      assert.deepInclude((yield* rows("weir_subscriptions"))[0], { remaining: 2 })
      yield* push(answered("reject", 2))
      assert.containsSubset(yield* reach, { not: "not subscribed" })
    })
  )

  it.effect("ends all sending at once when they unfollow, and forgets them", () =>
    Effect.gen(function* () {
      const { anywhere, person, pool, push, reach, rows } = yield* open(database)
      yield* push(event("subscribe", at(0)), text("我的地址", at(1)))
      const before = yield* person
      yield* pool.learn(before, { nickname: "小明", phone: "13800138000" })
      yield* push(event("unsubscribe", at(2)), event("unsubscribe", at(3)))
      assert.isUndefined(yield* pool.current(before))
      for (const table of ["profiles", "entries", "contacts", "windows"])
        assert.deepStrictEqual(yield* rows(`weir_${table}`), [], table)
      assert.deepStrictEqual(yield* pool.identitiesOf(before), [])
      assert.isFalse(yield* anywhere(openid))
      assert.containsSubset(yield* reach, { not: "not subscribed" })
    })
  )

  it.effect("is taken in its own order, whichever push comes first", () =>
    Effect.gen(function* () {
      const { person, pool, push, reach, rows, timeline } = yield* open(database)
      yield* push(event("subscribe", at(0)))
      const before = yield* person
      // A message from before they unfollowed comes after it, and does not bring them back.
      yield* push(event("unsubscribe", at(5)), text("别打扰我", at(4)), event("subscribe", at(3)))
      assert.isUndefined(yield* pool.current(before))
      assert.deepStrictEqual(yield* rows("weir_entries"), [])
      // Who follows again is somebody new.
      yield* push(event("subscribe", at(9)), event("unsubscribe", at(7)))
      assert.containsSubset(yield* reach, { channel: "template" })
      assert.deepStrictEqual(
        (yield* timeline).map(({ kind }) => kind),
        ["followed"]
      )
    })
  )

  it.effect("ends with what they no longer allow: to be written to, to be known, to be named", () =>
    Effect.gen(function* () {
      const { person, pool, push, reach, rows } = yield* open(database)
      const done = { MsgID: "2116434384290414596", Status: "failed:user block" }
      yield* push(event("subscribe", at(0)), event("TEMPLATESENDJOBFINISH", { ...done, ...at(1) }))
      assert.containsSubset(yield* reach, { not: "blocked" })
      const customer = yield* person
      yield* pool.learn(customer, { nickname: "小明", avatar: "https://a", phone: "13800138000" })
      yield* push(event("user_info_modified", { OpenID: openid, ...at(2) }))
      assert.deepStrictEqual(yield* pool.profile(customer), { phone: "13800138000" })
      const revoked = { OpenID: openid, RevokeInfo: "1", FromUserName: "system" }
      yield* push(event("user_authorization_revoke", { ...revoked, ...at(3) }))
      assert.isUndefined(yield* pool.current(customer))
      assert.deepStrictEqual(yield* rows("weir_profiles"), [])
    })
  )
})
