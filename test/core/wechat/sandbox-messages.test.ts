import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { sendMass } from "../../../core/wechat/mass-messages.ts"
import { sendService } from "../../../core/wechat/service-messages.ts"
import {
  sendSubscription,
  subscriptionTemplatesOf
} from "../../../core/wechat/subscription-messages.ts"
import { sendTemplate, templatesOf } from "../../../core/wechat/template-messages.ts"
import { eachDatabase } from "../../support/database.ts"
import { meanwhile } from "../../support/world.ts"
import { failed, open, sample } from "./sandbox.ts"

const text = { kind: "text", text: "您的咖啡好了" } as const

eachDatabase("messages, against the sandbox's WeChat", (database) => {
  it.effect(
    "a template message arrives, once although its answer was lost, and not at a stranger's",
    () =>
      Effect.gen(function* () {
        const world = yield* open(database)
        const service = yield* world.of("service")
        const [template] = yield* world.within(templatesOf(service))
        const names = [...(template?.content ?? "").matchAll(/\{\{(\w+)\.DATA\}\}/g)].map(
          ([, name]) => name ?? ""
        )
        const message = {
          to: world.openid,
          template: template?.id ?? "",
          fields: Object.fromEntries(names.map((name) => [name, sample(name)])),
          key: "order-7-paid"
        }
        yield* world.control("PUT", "/faults", {
          fault: "reset",
          path: "/cgi-bin/message/template/send"
        })
        const { value } = yield* meanwhile(world.within(sendTemplate(service, message)))
        assert.match(value.messageId ?? "", /^\d{15,20}$/)
        const { notices } = yield* world.control("GET", "/notices")
        assert.strictEqual(notices.length, 1)
        assert.deepInclude(notices[0], { openid: world.openid, templateId: template?.id })

        const refused = yield* failed(
          world.within(sendTemplate(service, { ...message, to: world.silentOpenid, key: "k2" }))
        )
        assert.deepInclude(refused, { code: 43004, class: "U" })
      })
  )

  it.effect(
    "a notice needs a consent, uses it up, and is not sent twice when its answer is lost",
    () =>
      Effect.gen(function* () {
        const world = yield* open(database)
        const service = yield* world.of("service")
        const [template] = yield* world.within(subscriptionTemplatesOf(service))
        const names = [...(template?.content ?? "").matchAll(/\{\{(\w+)\.DATA\}\}/g)].map(
          ([, name]) => name ?? ""
        )
        const message = {
          to: world.silentOpenid,
          template: template?.id ?? "",
          fields: Object.fromEntries(names.map((name) => [name, sample(name)]))
        }
        const send = world.within(sendSubscription(service, message))
        assert.deepInclude(yield* failed(send), { code: 43101, class: "U" })
        yield* world.control("POST", `/users/${world.silentOpenid}/consent`, {
          templateId: template?.id
        })
        yield* world.control("PUT", "/faults", {
          fault: "reset",
          path: "/cgi-bin/message/subscribe"
        })
        assert.strictEqual((yield* failed(send))._tag, "WechatUnknown")
        assert.strictEqual((yield* world.control("GET", "/notices")).notices.length, 1)
        assert.deepInclude(yield* failed(send), { code: 43101, class: "U" })
      })
  )

  it.effect("the customer service may answer for two days, five times, and then no more", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const service = yield* world.of("service")
      const say = world.within(sendService(service, world.openid, text))
      assert.strictEqual((yield* failed(say)).code, 45015)
      yield* world.control("POST", `/users/${world.openid}/messages`, { content: "好了吗?" })
      yield* Effect.replicateEffect(say, 5)
      assert.deepInclude(yield* failed(say), { code: 45047, class: "U" })
      yield* world.control("POST", `/users/${world.openid}/messages`, { content: "谢谢" })
      yield* world.control("POST", "/clock", { advance: "49 hours" })
      assert.deepInclude(yield* failed(say), { code: 45015, class: "U" })
    })
  )

  it.effect("a mass message is one job however often it is asked for", () =>
    Effect.gen(function* () {
      const world = yield* open(database)
      const service = yield* world.of("service")
      const send = world.within(
        sendMass(service, { to: "all" }, { kind: "text", text: "新店开张" }, "camp-9")
      )
      const first = yield* send
      yield* world.control("POST", "/clock", { advance: "2 minutes" })
      const again = yield* send
      assert.strictEqual(again.messageId, first.messageId)
    })
  )
})
