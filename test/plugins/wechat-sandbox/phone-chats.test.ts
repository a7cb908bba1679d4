import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { openPhone } from "../../support/held-phone.ts"

describe("a chat on the phone", () => {
  it.effect("carries what is written to the account, and its answer back", () =>
    Effect.gen(function* () {
      const phone = yield* openPhone
      phone.answers("<MsgType>text</MsgType><Content>已发货，请留意</Content>")
      const said = yield* phone.press("say", { content: "订单 7 <b>" })
      assert.strictEqual(said.status, 303)
      assert.match(said.headers.location ?? "", /^\/phone\/chat\?with=wx\w+&as=[\w-]+#end$/)
      assert.include(yield* phone.heard(1), "<Content><![CDATA[订单 7 <b>]]></Content>")
      const shown = yield* phone.until(
        Effect.map(phone.page("/phone"), (text) => text.includes("已发货，请留意") && text)
      )
      assert.match(shown, /<b class="unread">1</)
      const chat = yield* phone.chat()
      assert.match(chat, /class="said mine".*订单 7 &lt;b&gt;.*class="said theirs".*已发货/s)
      assert.notInclude(yield* phone.page("/phone"), 'unread">')
      assert.isBelow(Buffer.byteLength(chat), 50_000)
    })
  )

  it.effect("shows for a while that the account is writing, and then what it wrote", () =>
    Effect.gen(function* () {
      const phone = yield* openPhone
      yield* phone.press("say", { content: "在吗" })
      const { openid: touser } = phone
      yield* phone.post("/cgi-bin/message/custom/typing", { touser, command: "Typing" })
      assert.include(yield* phone.chat(), "对方正在输入")
      yield* phone.pass(15)
      assert.notInclude(yield* phone.chat(), "对方正在输入")
      const send = (msgtype: string, content: object) =>
        phone.post("/cgi-bin/message/custom/send", { touser, msgtype, [msgtype]: content })
      yield* send("news", {
        articles: [{ title: "返场", description: "八折", url: "https://a.example/" }]
      })
      yield* send("msgmenu", { head_content: "满意吗", list: [{ id: "101", content: "满意" }] })
      const chat = yield* phone.chat()
      assert.match(chat, /<a href="https:\/\/a\.example\/"><b>返场<\/b>/)
      assert.match(chat, /name="choice" value="101\|满意"/)
      yield* phone.press("say", { choice: "101|满意" })
      assert.include(yield* phone.heard(2), "<bizmsgmenuid><![CDATA[101]]></bizmsgmenuid>")
    })
  )

  it.effect("says so when the account does not answer", () =>
    Effect.gen(function* () {
      const phone = yield* openPhone
      phone.network.answer = () => 500
      yield* phone.press("say", { content: "在吗" })
      yield* phone.until(
        Effect.map(Effect.andThen(phone.pass(1), phone.chat()), (text) =>
          text.includes("该公众号暂时无法提供服务")
        )
      )
      assert.lengthOf(phone.network.arrivals, 3)
    })
  )

  it.effect("sends voice, places and pictures, and shows pictures as nothing but pictures", () =>
    Effect.gen(function* () {
      const phone = yield* openPhone
      yield* phone.press("say", { type: "voice" })
      assert.include(yield* phone.heard(1), "<Format><![CDATA[amr]]></Format>")
      yield* phone.press("say", { type: "location", place: "1" })
      assert.include(yield* phone.heard(2), "广州白云国际机场")
      const parts = new FormData()
      for (const [name, value] of [
        ["as", phone.openid],
        ["with", phone.credentials.appid]
      ] as const)
        parts.set(name, value)
      parts.set("picture", new Blob(["<script>1</script>"], { type: "image/png" }), "a.png")
      const sent = new Response(parts)
      const type = sent.headers.get("content-type") ?? ""
      const body = yield* Effect.promise(() => sent.bytes())
      yield* phone.request("POST", "/phone/picture", body, { "content-type": type })
      yield* phone.heard(3)
      const [, source = ""] = /<img src="(\/phone\/media\?[^"]*)"/.exec(yield* phone.chat()) ?? []
      const media = yield* phone.say("GET", source.replaceAll("&amp;", "&"))
      assert.strictEqual(media.text, "<script>1</script>")
      assert.include(media.headers, {
        "content-type": "image/png",
        "x-content-type-options": "nosniff"
      })
      assert.strictEqual((yield* phone.say("GET", "/phone/media?with=a&id=b")).status, 404)
    })
  )

  it.effect("makes links of an account's addresses, and of nothing else", () =>
    Effect.gen(function* () {
      const phone = yield* openPhone
      const text = `看 <a href="https://a.example/7?x=1&y=2">订单</a>，<a href="javascript:alert(1)">坏</a>，https://b.example/ <img src=x>`
      phone.answers(`<MsgType>text</MsgType><Content><![CDATA[${text}]]></Content>`)
      yield* phone.press("say", { content: "好" })
      const chat = yield* phone.until(
        Effect.map(phone.chat(), (page) => page.includes("订单</a>") && page)
      )
      assert.include(chat, '<a href="https://a.example/7?x=1&amp;y=2">订单</a>')
      assert.include(chat, '<a href="https://b.example/">https://b.example/</a>')
      assert.notInclude(chat, '"javascript:')
      assert.notInclude(chat, "<img src=x>")
    })
  )

  it.effect("has the account's menu: a tap is told, and a page is gone to", () =>
    Effect.gen(function* () {
      const phone = yield* openPhone
      const url = "https://shop.example.com/"
      yield* phone.post("/cgi-bin/menu/create", {
        button: [
          { name: "订单", type: "click", key: "ORDERS" },
          {
            name: "更多",
            sub_button: [
              { name: "商城", type: "view", url },
              { name: "扫码", type: "scancode_waitmsg", key: "SCAN" }
            ]
          }
        ]
      })
      const chat = yield* phone.chat()
      for (const name of ["订单", "更多", "商城", "扫码"]) assert.include(chat, name)
      yield* phone.press("tap", { button: "ORDERS" })
      assert.include(yield* phone.heard(1), "<EventKey><![CDATA[ORDERS]]></EventKey>")
      const gone = yield* phone.press("tap", { button: url })
      assert.strictEqual(gone.headers.location, url)
      assert.include(yield* phone.heard(2), "<Event><![CDATA[VIEW]]></Event>")
      yield* phone.press("tap", { button: "SCAN", result: "6901234567892" })
      assert.include(yield* phone.heard(3), "<ScanResult><![CDATA[6901234567892]]></ScanResult>")
      const old = yield* phone.press("tap", { button: "OLD" })
      assert.match(old.headers.location ?? "", /&say=gone#end$/)
    })
  )
})

describe("a screen of the phone", () => {
  it.effect("stays small, however much was said", () =>
    Effect.gen(function* () {
      const phone = yield* openPhone
      for (let place = 0; place < 60; place++) {
        yield* phone.press("say", { content: place < 30 ? `${place}` : "<好>".repeat(600) })
      }
      yield* phone.press("say", { content: "最后一句" })
      const chat = yield* phone.chat()
      assert.isBelow(Buffer.byteLength(chat), 50_000)
      assert.include(chat, "最后一句")
    })
  )
})

describe("an account on the phone", () => {
  it.effect("is followed, blocked and left by its switches", () =>
    Effect.gen(function* () {
      const phone = yield* openPhone
      const who = phone.silentOpenid
      assert.match(yield* phone.chat(who), /关注公众号/)
      assert.notInclude(yield* phone.chat(who), 'name="content"')
      yield* phone.press("follow", {}, who)
      assert.include(yield* phone.heard(1), "<Event><![CDATA[subscribe]]></Event>")
      assert.include(yield* phone.chat(who), 'name="content"')
      yield* phone.press("block", {}, who)
      const profile = `/phone/account?with=${phone.credentials.appid}`
      assert.include(yield* phone.page(profile, who), "已屏蔽消息")
      yield* phone.press("unblock", {}, who)
      assert.notInclude(yield* phone.page(profile, who), "已屏蔽消息")
      yield* phone.press("unfollow", {}, who)
      assert.include(yield* phone.heard(2), "<Event><![CDATA[unsubscribe]]></Event>")
      assert.match(yield* phone.page("/phone", who), /未关注/)
    })
  )

  it.effect("asks where a person is, and hears it at each entry of who said yes", () =>
    Effect.gen(function* () {
      const phone = yield* openPhone
      assert.include(yield* phone.chat(), "想使用你的地理位置")
      yield* phone.press("locating", { locating: "allowed" })
      assert.include(yield* phone.heard(1), "<Event><![CDATA[LOCATION]]></Event>")
      assert.notInclude(yield* phone.chat(), "想使用你的地理位置")
      const entry = `/phone/chat?with=${phone.credentials.appid}&enter=1`
      yield* phone.page(`${entry}&look=again`)
      yield* phone.page(entry)
      assert.include(yield* phone.heard(2), "<Latitude><![CDATA[23.132191]]></Latitude>")
      yield* phone.press("locating", { locating: "refused" })
      yield* phone.page(entry)
      assert.lengthOf(phone.network.arrivals, 2)
    })
  )
})

describe("the phone's scanner", () => {
  it.effect("follows by a scene, from its picture's address as well", () =>
    Effect.gen(function* () {
      const phone = yield* openPhone
      const { ticket, url } = yield* phone.post("/cgi-bin/qrcode/create", {
        action_name: "QR_STR_SCENE",
        action_info: { scene: { scene_str: "table-7" } }
      })
      const scanned = yield* phone.press("scan", { code: url }, phone.silentOpenid)
      assert.match(scanned.headers.location ?? "", /^\/phone\/chat\?/)
      assert.include(yield* phone.heard(1), "<EventKey><![CDATA[qrscene_table-7]]></EventKey>")
      const picture = `https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket)}`
      yield* phone.press("scan", { code: picture }, phone.silentOpenid)
      assert.include(yield* phone.heard(2), "<Event><![CDATA[SCAN]]></Event>")
      const dead = yield* phone.press("scan", { code: "http://weixin.qq.com/q/none" })
      assert.match(dead.headers.location ?? "", /say=unreadable/)
    })
  )

  it.effect("goes to an address, in the browser that is this person's WeChat", () =>
    Effect.gen(function* () {
      const phone = yield* openPhone
      const code = "http://127.0.0.1:3000/login/qr/7?a=1"
      const { headers } = yield* phone.press("scan", { code })
      assert.strictEqual(headers.location, code)
      const looked = yield* phone.say("GET", `/phone/scan?as=${phone.silentOpenid}`)
      assert.match(looked.headers["set-cookie"] ?? "", new RegExp(`^phone=${phone.silentOpenid};`))
      const again = yield* phone.say("GET", `/phone?as=${phone.silentOpenid}&look=again`)
      assert.isUndefined(again.headers["set-cookie"])
      for (const bad of ["javascript:alert(1)", "data:text/html,1", "file:///etc/passwd"]) {
        const { headers } = yield* phone.press("scan", { code: bad })
        assert.match(headers.location ?? "", /^\/phone/)
      }
    })
  )
})
