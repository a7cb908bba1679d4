import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { openPhone } from "../../support/held-phone.ts"
import { code } from "../../support/platform.ts"

const data = {
  character_string1: { value: "NO20240001" },
  amount2: { value: "¥12.50" },
  time3: { value: "2024-05-06 10:20" },
  thing4: { value: "拿铁 x2" }
}

const open = Effect.gen(function* () {
  const phone = yield* openPhone
  const { appid, silentOpenid, subscriptionTemplateId, templateId } = phone.credentials
  const other = yield* phone.post("/wxaapi/newtmpl/addtemplate", { tid: "48277", kidList: [1, 2] })
  return {
    ...phone,
    first: subscriptionTemplateId,
    second: String(other.priTmplId),
    template: (more: object = {}) =>
      phone.post("/cgi-bin/message/template/send", {
        ...{ touser: phone.openid, template_id: templateId, data },
        ...more
      }),
    notice: (touser = silentOpenid) =>
      phone.post("/cgi-bin/message/subscribe/bizsend", {
        ...{ touser, template_id: subscriptionTemplateId, data, page: "https://a.example/o/7" }
      }),
    asks: (templates: ReadonlyArray<string>, to = "") =>
      phone.say(
        "GET",
        `/phone/subscribe?${new URLSearchParams([
          ["as", silentOpenid],
          ["with", appid],
          ...templates.map((id) => ["template", id]),
          ["to", to]
        ])}`
      ),
    answers: (fields: ReadonlyArray<readonly [string, string]>) =>
      phone.request(
        "POST",
        "/phone/subscribe",
        Buffer.from(
          new URLSearchParams(
            [["as", silentOpenid], ["with", appid], ...fields].map(([a = "", b = ""]) => [a, b])
          ).toString()
        ),
        {}
      )
  }
})

describe("a notice on the phone", () => {
  it.effect("is drawn as WeChat draws it: a title and its words, nothing above or below", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const long = { ...data, first: { value: "尊敬的客户" }, remark: { value: "谢谢惠顾" } }
      yield* phone.template({ data: long, url: "https://a.example/o/7" })
      const chat = yield* phone.chat()
      assert.match(chat, /<h3>[^<]*通知<\/h3>/)
      for (const word of ["NO20240001", "¥12.50", "拿铁 x2"]) assert.include(chat, word)
      for (const word of ["尊敬的客户", "谢谢惠顾"]) assert.notInclude(chat, word)
      assert.include(chat, '<a href="https://a.example/o/7">')
    })
  )

  it.effect("does not reach who has blocked the account", () =>
    Effect.gen(function* () {
      const phone = yield* open
      yield* phone.press("block", {})
      yield* phone.template()
      assert.notInclude(yield* phone.chat(), "NO20240001")
    })
  )

  it.effect("of an account that is not followed arrives among the service notices", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const who = phone.silentOpenid
      assert.notInclude(yield* phone.page("/phone", who), "服务通知")
      yield* phone.answers([
        ["asked", phone.first],
        ["accepted", phone.first],
        ["result", "accept"]
      ])
      yield* phone.notice()
      assert.include(yield* phone.page("/phone", who), "服务通知")
      assert.include(yield* phone.page("/phone/notices", who), "NO20240001")
      assert.notInclude(yield* phone.chat(who), "NO20240001")
      yield* phone.press("follow", {}, who)
      yield* phone.pass(1)
      yield* phone.answers([
        ["asked", phone.first],
        ["accepted", phone.first],
        ["result", "accept"]
      ])
      yield* phone.notice()
      assert.include(yield* phone.chat(who), "NO20240001")
    })
  )
})

describe("the pop-up for notices", () => {
  it.effect(
    "asks for each template, tells the account once, and goes back with what was said",
    () =>
      Effect.gen(function* () {
        const phone = yield* open
        const asked = yield* phone.asks([phone.first, phone.second], "https://a.example/p?x=1")
        assert.lengthOf(asked.text.match(/type="checkbox" name="accepted"/g) ?? [], 2)
        const { headers } = yield* phone.answers([
          ["asked", phone.first],
          ["asked", phone.second],
          ["accepted", phone.second],
          ["result", "accept"],
          ["to", "https://a.example/p?x=1"]
        ])
        const back = new URL(headers.location ?? "")
        assert.strictEqual(back.searchParams.get("x"), "1")
        assert.deepStrictEqual(JSON.parse(back.searchParams.get("subscribeDetails") ?? ""), {
          [phone.second]: '{"status":"accept"}',
          [phone.first]: '{"status":"reject"}'
        })
        const told = yield* phone.heard(1)
        assert.include(told, "<Event><![CDATA[subscribe_msg_popup_event]]></Event>")
        assert.match(told, /<List>.*accept.*<\/List><List>.*reject.*<\/List>/s)
        assert.strictEqual(code(yield* phone.notice()), 43101)
      })
  )

  it.effect("that is cancelled refuses all of them", () =>
    Effect.gen(function* () {
      const phone = yield* open
      yield* phone.answers([
        ["asked", phone.first],
        ["accepted", phone.first],
        ["keep", "1"],
        ["result", "refuse"]
      ])
      assert.include(yield* phone.heard(1), "<![CDATA[reject]]>")
      assert.strictEqual(code(yield* phone.notice()), 43101)
      assert.strictEqual(
        (yield* phone.asks([phone.first])).status,
        200,
        "a cancelled choice is not kept"
      )
    })
  )

  it.effect("does not open again for a choice that is kept, and consents once more", () =>
    Effect.gen(function* () {
      const phone = yield* open
      yield* phone.answers([
        ["asked", phone.first],
        ["accepted", phone.first],
        ["keep", "1"],
        ["result", "accept"]
      ])
      const { headers, status } = yield* phone.asks([phone.first], "https://a.example/p")
      assert.strictEqual(status, 303)
      assert.include(headers.location ?? "", "https://a.example/p?subscribeDetails=")
      for (const expected of [0, 0, 43101])
        assert.strictEqual(code(yield* phone.notice()), expected)
      const both = yield* phone.asks([phone.first, phone.second])
      assert.lengthOf(both.text.match(/type="checkbox" name="accepted"/g) ?? [], 1)
    })
  )

  it.effect("is forgotten by a no in the account's settings, which is told; a yes is not", () =>
    Effect.gen(function* () {
      const phone = yield* open
      const profile = `/phone/account?with=${phone.credentials.appid}`
      const turn = (accept: string) =>
        phone.press("subscription", { template: phone.first, accept }, phone.silentOpenid)
      yield* turn("1")
      assert.match(yield* phone.page(profile, phone.silentOpenid), /还可接收 1 条/)
      assert.lengthOf(phone.network.arrivals, 0)
      yield* turn("0")
      assert.include(yield* phone.heard(1), "subscribe_msg_change_event")
      assert.strictEqual(code(yield* phone.notice()), 43101)
    })
  )

  it.effect("is not shown for a template that is none of the account's", () =>
    Effect.gen(function* () {
      const phone = yield* open
      assert.include((yield* phone.asks(["nothing"])).text, "没有可订阅的模板")
    })
  )
})
