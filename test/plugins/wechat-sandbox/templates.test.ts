import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { code, openPlatform } from "../../support/platform.ts"
import { taken } from "../../support/pushed.ts"

const data = {
  character_string1: { value: "NO20240001" },
  amount2: { value: "¥12.50" },
  time3: { value: "2024-05-06 10:20" },
  thing4: { value: "拿铁 x2" }
}

const open = Effect.gen(function* () {
  const wechat = yield* openPlatform()
  const { callbackToken: token, openid, silentOpenid, templateId } = wechat.credentials
  const callback = { url: "http://gateway.example.com/wx", token, mode: "plain" }
  yield* wechat.portal({ callback, verify: false })
  const { arrivals } = wechat.network
  return {
    ...wechat,
    arrivals,
    ...{ openid, silentOpenid, templateId },
    send: (more: object = {}) =>
      wechat.post("/cgi-bin/message/template/send", {
        ...{ touser: openid, template_id: templateId, data },
        ...more
      }),
    notices: Effect.map(wechat.control("GET", "/notices"), ({ notices }) => notices),
    heard: Effect.fnUntraced(function* (count: number) {
      yield* wechat.until(Effect.sync(() => arrivals.length >= count))
      return taken(arrivals[count - 1] ?? { url: "", text: "" }).text
    })
  }
})

const withIds = Effect.fnUntraced(function* (wechat: Effect.Success<typeof open>) {
  const { text } = yield* wechat.ask(
    "POST",
    "/cgi-bin/message/template/send",
    { access_token: yield* wechat.token() },
    { touser: wechat.openid, template_id: wechat.templateId, data }
  )
  return { text, msgid: /"msgid":(\d+)\}$/.exec(text)?.[1] ?? "" }
})

describe("a template message", () => {
  it.effect(
    "is taken with a number of 19 digits, and its end is told under that number later",
    () =>
      Effect.gen(function* () {
        const wechat = yield* open
        const { msgid, text } = yield* withIds(wechat)
        assert.match(msgid, /^\d{19}$/)
        assert.strictEqual(text, `{"errcode":0,"errmsg":"ok","msgid":${msgid}}`)
        assert.lengthOf(wechat.arrivals, 0)
        yield* wechat.pass(1)
        assert.include(
          yield* wechat.heard(1),
          `<Event><![CDATA[TEMPLATESENDJOBFINISH]]></Event><MsgID>${msgid}</MsgID><Status><![CDATA[success]]></Status>`
        )
        const [notice] = yield* wechat.notices
        assert.strictEqual(notice.title, "订单支付成功通知")
        assert.deepStrictEqual(notice.lines, [
          { name: "单号", value: "NO20240001" },
          { name: "支付金额", value: "¥12.50" },
          { name: "支付时间", value: "2024-05-06 10:20" },
          { name: "商品名称", value: "拿铁 x2" }
        ])
      })
  )

  it.effect("may end before its sending is answered", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.control("PUT", "/faults", { fault: "early" })
      yield* wechat.send()
      assert.lengthOf(wechat.arrivals, 1)
      yield* wechat.pass(10)
      assert.lengthOf(wechat.arrivals, 1)
    })
  )

  it.effect("to who takes no messages is accepted, and fails", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      yield* wechat.control("POST", `/users/${wechat.openid}/block`, {})
      assert.strictEqual(code(yield* wechat.send()), 0)
      yield* wechat.pass(1)
      assert.include(yield* wechat.heard(1), "<Status><![CDATA[failed:user block]]></Status>")
      assert.strictEqual((yield* wechat.notices)[0].state, "failed:user block")
    })
  )

  it.effect("under the same client_msg_id is one message for ten minutes", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const key = { client_msg_id: "ord-7-paid" }
      const first = yield* wechat.send(key)
      assert.deepStrictEqual(yield* wechat.send(key), first)
      yield* wechat.pass(599)
      assert.deepStrictEqual(yield* wechat.send(key), first)
      assert.lengthOf(yield* wechat.notices, 1)
      assert.lengthOf(wechat.arrivals, 1)
      yield* wechat.pass(1)
      yield* wechat.send(key)
      assert.lengthOf(yield* wechat.notices, 2)
    })
  )

  it.effect("is refused for who does not follow, is nobody, or has no such template", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      assert.strictEqual(code(yield* wechat.send({ touser: wechat.silentOpenid })), 43004)
      assert.strictEqual(code(yield* wechat.send({ touser: "oNobody" })), 40003)
      assert.strictEqual(code(yield* wechat.send({ template_id: "short" })), 40036)
      assert.strictEqual(code(yield* wechat.send({ template_id: "T".repeat(43) })), 40037)
      yield* wechat.portal({ quotas: { "/cgi-bin/message/template/send": 4 } })
      assert.strictEqual(code(yield* wechat.send()), 45009)
      yield* wechat.portal({ certified: false })
      assert.strictEqual(code(yield* wechat.send()), 48001)
    })
  )

  const wrong: ReadonlyArray<readonly [string, string]> = [
    ["thing4", ""],
    ["thing4", `${"二十一个字".repeat(4)}多`],
    ["thing4", "两\n行"],
    ["character_string1", "汉字"],
    ["character_string1", "1".repeat(33)],
    ["amount2", "十二元"],
    ["amount2", "12345678901"],
    ["time3", "24:00"],
    ["time3", "昨天"]
  ]
  it.effect.each(wrong)("names the word that is not of its type: %s %j", ([key, value]) =>
    Effect.gen(function* () {
      const wechat = yield* open
      const refused = yield* wechat.send({ data: { ...data, [key]: { value } } })
      assert.strictEqual(refused.errcode, 47003)
      assert.include(refused.errmsg, `data.${key}.value`)
    })
  )

  const right: ReadonlyArray<readonly [string, string]> = [
    ["time3", "15:01"],
    ["time3", "2024年5月6日 15:01"],
    ["time3", "15:01~16:30"],
    ["amount2", "12.5元"],
    ["thing4", "二十个字二十个字二十个字二十个字二十个字"]
  ]
  it.effect.each(right)("takes what is: %s %j", ([key, value]) =>
    Effect.gen(function* () {
      const wechat = yield* open
      assert.strictEqual(code(yield* wechat.send({ data: { ...data, [key]: { value } } })), 0)
    })
  )

  it.effect(
    "of an old template loses its opening, closing, emoji and all beyond twenty characters",
    () =>
      Effect.gen(function* () {
        const wechat = yield* open
        const { template_id } = yield* wechat.post("/cgi-bin/template/api_add_template", {
          template_id_short: "OPENTM410492215"
        })
        const sent = yield* wechat.send({
          template_id,
          data: {
            first: { value: "您好，您的订单已支付", color: "#173177" },
            keyword1: { value: "NO20240001👍🏽", color: "#f00" },
            keyword2: { value: "一二三四五六七八九十一二三四五六七八九十多出来的" },
            keyword3: { value: "第一行\n第二行" },
            remark: { value: "欢迎再来" }
          }
        })
        assert.strictEqual(code(sent), 0)
        assert.deepStrictEqual(
          (yield* wechat.notices)[0].lines.map(({ value }: { value: string }) => value),
          ["NO20240001", "一二三四五六七八九十一二三四五六七八九十", "第一行"]
        )
      })
  )
})

describe("the template library", () => {
  it.effect("gives templates of chosen words, twenty-five at most", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const add = (keyword_name_list?: ReadonlyArray<string>, template_id_short = "46510") =>
        wechat.post("/cgi-bin/template/api_add_template", { template_id_short, keyword_name_list })
      const { template_id } = yield* add(["订单号", "发货时间"])
      const { template_list } = yield* wechat.get("/cgi-bin/template/get_all_private_template")
      const mine = template_list.find(
        (each: { template_id: string }) => each.template_id === template_id
      )
      assert.strictEqual(mine.content, "订单号:{{character_string1.DATA}}\n发货时间:{{time4.DATA}}")
      assert.strictEqual(code(yield* add()), 40246)
      assert.strictEqual(code(yield* add(["没有这个词"])), 40246)
      for (let count = 2; count < 25; count++) yield* add(["订单号"])
      assert.strictEqual(code(yield* add(["订单号"])), 45026)
      const gone = { template_id }
      assert.strictEqual(
        code(yield* wechat.post("/cgi-bin/template/del_private_template", gone)),
        0
      )
      assert.strictEqual(code(yield* add(["订单号"])), 0)
      assert.strictEqual(
        code(yield* wechat.post("/cgi-bin/template/del_private_template", gone)),
        40037
      )
    })
  )

  it.effect("knows an account's industries, which change once a month", () =>
    Effect.gen(function* () {
      const wechat = yield* open
      const set = wechat.post("/cgi-bin/template/api_set_industry", {
        ...{ industry_id1: "19", industry_id2: "28" }
      })
      assert.strictEqual(code(yield* set), 0)
      assert.deepStrictEqual(yield* wechat.get("/cgi-bin/template/get_industry"), {
        primary_industry: { first_class: "政府与公共事业", second_class: "交警" },
        secondary_industry: { first_class: "交通工具", second_class: "飞机相关" }
      })
      assert.strictEqual(code(yield* set), 43100)
      yield* wechat.control("POST", "/clock", { advance: "10 days" })
      assert.strictEqual(code(yield* set), 0)
    })
  )
})
