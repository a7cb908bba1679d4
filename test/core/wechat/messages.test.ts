import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  type ServiceContent,
  sendService,
  showTyping
} from "../../../core/wechat/service-messages.ts"
import * as subscription from "../../../core/wechat/subscription-messages.ts"
import * as template from "../../../core/wechat/template-messages.ts"
import { account } from "./account.ts"
import { answering, asked, asking, lost, one, refusal, turning } from "./platform.ts"

const done = { json: { errcode: 0, errmsg: "ok" } }
const mini = account({ name: "mini", kind: "mini-program" })

describe("a template message", () => {
  const message = {
    to: "oTEST1",
    template: "TPL",
    fields: { thing4: "拿铁 x2", amount2: "¥12.50" },
    url: "https://shop.example/o/7",
    miniProgram: { appid: "wxMP", pagepath: "pages/o?id=7" },
    key: "ord-7-paid"
  }

  it.effect("is sent under its key, and its number kept to the last digit", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering(
        { body: '{"errcode":0,"errmsg":"ok","msgid":2116434384290414596}' },
        template.sendTemplate(one, message)
      )
      assert.deepStrictEqual(value, { messageId: "2116434384290414596" })
      assert.deepStrictEqual(requests.map(asked), [
        {
          method: "POST",
          path: "/cgi-bin/message/template/send",
          body: {
            touser: "oTEST1",
            template_id: "TPL",
            url: "https://shop.example/o/7",
            miniprogram: { appid: "wxMP", pagepath: "pages/o?id=7" },
            client_msg_id: "ord-7-paid",
            data: { thing4: { value: "拿铁 x2" }, amount2: { value: "¥12.50" } }
          }
        }
      ])
    })
  )

  it.effect("whose answer got lost is sent again under the same key, which WeChat knows", () =>
    Effect.gen(function* () {
      const { requests, result } = yield* turning(
        asking(
          (_, count) => (count < 3 ? lost : refusal(44007, "repeated msg id")),
          template.sendTemplate(one, message)
        )
      )
      assert.deepStrictEqual(result._tag === "Success" && result.success, { messageId: undefined })
      assert.deepStrictEqual(
        requests.map(({ json }) => json.client_msg_id),
        Array.from({ length: 3 }, () => "ord-7-paid")
      )
    })
  )

  it.effect("is not sent outside of its pilot", () =>
    Effect.gen(function* () {
      const careful = account({ pilot: { template: ["oCHOSEN"] } })
      const { requests, result } = yield* asking(done, template.sendTemplate(careful, message))
      assert.deepInclude(result._tag === "Failure" && result.failure, { code: 48001 })
      assert.strictEqual(requests.length, 0)
    })
  )

  it.effect("has a template, which is listed, taken from the library and given up", () =>
    Effect.gen(function* () {
      const content = "订单号:{{character_string1.DATA}}"
      const template_list = [
        { template_id: "TPL", title: "支付成功", content, example: "订单号:1" }
      ]
      const { requests, value } = yield* answering(
        ({ path }) => {
          if (path.endsWith("get_all_private_template")) return { json: { template_list } }
          if (path.endsWith("get_industry"))
            return {
              json: { primary_industry: { first_class: "IT科技", second_class: "电子商务" } }
            }
          return path.endsWith("api_add_template")
            ? { json: { errcode: 0, template_id: "NEW" } }
            : done
        },
        Effect.all([
          template.templatesOf(one),
          template.addTemplate(one, "43216", ["订单号", "金额"]),
          template.removeTemplate(one, "TPL"),
          template.industriesOf(one)
        ])
      )
      assert.deepStrictEqual(value, [
        [{ id: "TPL", title: "支付成功", content, example: "订单号:1" }],
        "NEW",
        undefined,
        ["IT科技/电子商务"]
      ])
      assert.deepStrictEqual(
        requests.slice(1, 3).map(({ json }) => json),
        [
          { template_id_short: "43216", keyword_name_list: ["订单号", "金额"] },
          { template_id: "TPL" }
        ]
      )
    })
  )
})

describe("a subscription message", () => {
  const message = { to: "oTEST1", template: "SUB", fields: { thing1: "到货" }, page: "pages/o" }

  it.effect.each([
    [one, "/cgi-bin/message/subscribe/bizsend"],
    [mini, "/cgi-bin/message/subscribe/send"]
  ] as const)("goes to the right one of two siblings (%#)", ([from, path]) =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering(
        done,
        subscription.sendSubscription(from, message),
        [from]
      )
      assert.deepStrictEqual(requests.map(asked), [
        {
          method: "POST",
          path,
          body: {
            touser: "oTEST1",
            template_id: "SUB",
            page: "pages/o",
            data: { thing1: { value: "到货" } }
          }
        }
      ])
      assert.deepStrictEqual(value, { messageId: undefined })
    })
  )

  it.effect("whose answer got lost is never sent again: it would use up another consent", () =>
    Effect.gen(function* () {
      const { requests, result } = yield* asking(lost, subscription.sendSubscription(one, message))
      assert.strictEqual(result._tag === "Failure" && result.failure._tag, "WechatUnknown")
      assert.strictEqual(requests.length, 1)
    })
  )

  it.effect("has a template, which is listed, taken from the library and given up", () =>
    Effect.gen(function* () {
      const told = { priTmplId: "SUB", title: "到货提醒", content: "商品:{{thing1.DATA}}", type: 3 }
      const { requests, value } = yield* answering(
        ({ path }) => {
          if (path.endsWith("gettemplate")) return { json: { errcode: 0, data: [told] } }
          return path.endsWith("addtemplate") ? { json: { errcode: 0, priTmplId: "NEW" } } : done
        },
        Effect.all([
          subscription.subscriptionTemplatesOf(one),
          subscription.addSubscriptionTemplate(one, "99", [3, 5], "到货"),
          subscription.removeSubscriptionTemplate(one, "SUB")
        ])
      )
      const { content, title } = told
      assert.deepStrictEqual(value, [
        [{ id: "SUB", title, content, example: undefined, isForGood: true }],
        "NEW",
        undefined
      ])
      assert.deepStrictEqual(requests[1]?.json, { tid: "99", kidList: [3, 5], sceneDesc: "到货" })
    })
  )
})

describe("a message of the customer service", () => {
  const card = { title: "T", description: "D", url: "https://a", picture: "https://b" }
  it.effect.each([
    [
      { kind: "text", text: "您好" },
      { msgtype: "text", text: { content: "您好" } }
    ],
    [
      { kind: "image", mediaId: "M" },
      { msgtype: "image", image: { media_id: "M" } }
    ],
    [
      { kind: "video", mediaId: "M", thumbId: "P", title: "T", description: "D" },
      {
        msgtype: "video",
        video: { media_id: "M", thumb_media_id: "P", title: "T", description: "D" }
      }
    ],
    [
      { kind: "music", url: "u", hqUrl: "h", thumbId: "P", title: "T", description: "D" },
      {
        msgtype: "music",
        music: { title: "T", description: "D", musicurl: "u", hqmusicurl: "h", thumb_media_id: "P" }
      }
    ],
    [
      { kind: "news", ...card },
      {
        msgtype: "news",
        news: {
          articles: [{ title: "T", description: "D", url: "https://a", picurl: "https://b" }]
        }
      }
    ],
    [
      { kind: "article", articleId: "A" },
      { msgtype: "mpnewsarticle", mpnewsarticle: { article_id: "A" } }
    ],
    [
      { kind: "choices", head: "满意吗?", choices: [{ id: "1", content: "满意" }], tail: "谢谢" },
      {
        msgtype: "msgmenu",
        msgmenu: {
          head_content: "满意吗?",
          list: [{ id: "1", content: "满意" }],
          tail_content: "谢谢"
        }
      }
    ],
    [
      { kind: "coupon", cardId: "C" },
      { msgtype: "wxcard", wxcard: { card_id: "C" } }
    ],
    [
      { kind: "mini-program", title: "T", appid: "wxMP", pagepath: "p", thumbId: "P" },
      {
        msgtype: "miniprogrampage",
        miniprogrampage: { title: "T", appid: "wxMP", pagepath: "p", thumb_media_id: "P" }
      }
    ],
    [
      { kind: "link", ...card },
      {
        msgtype: "link",
        link: { title: "T", description: "D", url: "https://a", thumb_url: "https://b" }
      }
    ]
  ] as ReadonlyArray<readonly [ServiceContent, object]>)(
    "is written as WeChat wants it (%#)",
    ([content, body]) =>
      Effect.gen(function* () {
        const { requests } = yield* answering(done, sendService(one, "oTEST1", content, "anna@gh"))
        assert.deepStrictEqual(requests.map(asked), [
          {
            method: "POST",
            path: "/cgi-bin/message/custom/send",
            body: { touser: "oTEST1", ...body, customservice: { kf_account: "anna@gh" } }
          }
        ])
      })
  )

  it.effect("whose answer got lost is never sent again", () =>
    Effect.gen(function* () {
      const { requests, result } = yield* asking(
        lost,
        sendService(one, "oTEST1", { kind: "text", text: "您好" })
      )
      assert.strictEqual(result._tag === "Failure" && result.failure._tag, "WechatUnknown")
      assert.strictEqual(requests.length, 1)
    })
  )

  it.effect("shows that somebody is typing, once more where it shows already", () =>
    Effect.gen(function* () {
      const { requests } = yield* answering(
        refusal(45081),
        Effect.andThen(showTyping(one, "oTEST1", true), showTyping(one, "oTEST1", false))
      )
      assert.deepStrictEqual(
        requests.map(({ json }) => json.command),
        ["Typing", "CancelTyping"]
      )
    })
  )
})
