import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  answer,
  definePlugin,
  Followed,
  MenuTapped,
  on,
  type PassiveReply,
  TextReceived
} from "#core"
import { openChat } from "../../../support/chat.ts"
import { eachDatabase } from "../../../support/database.ts"
import { settle } from "../../../support/settling.ts"
import { event, openid, openReply, pushed, text } from "../../../support/wechat-push.ts"
import { meanwhile, pass } from "../../../support/world.ts"

const says = (name: string, reply: Effect.Effect<PassiveReply | undefined, string>) =>
  definePlugin({ name, options: {}, on: [answer(TextReceived, () => reply)] })()

const hello: PassiveReply = { type: "text", text: "收到 ]]> & <b>\r\n 🙂" }

eachDatabase("a plugin's answer", (database) => {
  it.effect("goes the other way, in seconds, sealed where the push was", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database, { plugins: [says("a", Effect.succeed(hello))] })
      const { headers, text: said } = yield* chat.push(pushed(text("你好")))
      assert.match(headers.get("content-type") ?? "", /^text\/xml/)
      assert.strictEqual(
        openReply(said),
        `<xml><ToUserName><![CDATA[${openid}]]></ToUserName><FromUserName><![CDATA[gh_0123456789ab]]></FromUserName>` +
          "<CreateTime>1795500000</CreateTime><MsgType><![CDATA[text]]></MsgType>" +
          "<Content><![CDATA[收到 ]]]]><![CDATA[> & <b>]]>&#13;<![CDATA[\n 🙂]]></Content></xml>"
      )
    })
  )

  it.effect("is clear in plain mode", () =>
    Effect.gen(function* () {
      const plugins = [says("a", Effect.succeed({ type: "text", text: "收到" }))]
      const chat = yield* openChat(database, { plugins, mode: "plain" })
      const { text: said } = yield* chat.push(pushed(text("你好"), { mode: "plain" }))
      assert.include(said, "<Content><![CDATA[收到]]></Content>")
    })
  )

  it.effect("of a mini program in JSON is JSON", () =>
    Effect.gen(function* () {
      const plugins = [says("a", Effect.succeed({ type: "transfer" }))]
      const chat = yield* openChat(database, { plugins, mode: "plain" })
      const { query } = pushed("", { mode: "plain" })
      const { json } = yield* chat.push({ query, body: JSON.stringify(text("你好")) })
      assert.deepStrictEqual(json, {
        ToUserName: openid,
        FromUserName: "gh_0123456789ab",
        CreateTime: 1795500000,
        MsgType: "transfer_customer_service"
      })
    })
  )

  it.effect("is the first in the order of the configuration that has one", () =>
    Effect.gen(function* () {
      const late = Effect.as(Effect.sleep("1 second"), { type: "text", text: "first" } as const)
      const plugins = [
        says("silent", Effect.succeed(undefined)),
        says("broken", Effect.fail("no")),
        says("bug", Effect.die("no")),
        says("first", late),
        says("second", Effect.succeed({ type: "text", text: "second" }))
      ]
      const chat = yield* openChat(database, { plugins })
      const { value } = yield* meanwhile(chat.push(pushed(text("你好"))))
      assert.include(openReply(value.text), "first")
    })
  )

  it.effect("is waited for four seconds; what is slower is not heard, and does no harm", () =>
    Effect.gen(function* () {
      let heard = 0
      const slow = definePlugin({
        name: "slow",
        options: {},
        on: [
          answer(TextReceived, () => Effect.as(Effect.sleep("1 minute"), hello)),
          on(TextReceived, () => Effect.sync(() => void heard++))
        ]
      })()
      const chat = yield* openChat(database, { plugins: [slow] })
      const { value, waited } = yield* meanwhile(chat.push(pushed(text("你好"))))
      assert.deepStrictEqual([value.status, value.text], [200, "success"])
      assert.isAtMost(waited, 4_500)
      const again = yield* meanwhile(chat.push(pushed(text("你好"))))
      assert.strictEqual(again.value.text, "success")
      assert.strictEqual(again.waited, 0, "the answer is known")
      yield* settle
      assert.strictEqual(heard, 1)
    })
  )

  it.effect("is not waited for by those whose pushes nobody answers", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database, { plugins: [says("a", Effect.never)] })
      const { waited } = yield* meanwhile(chat.push(pushed(event("subscribe"))))
      assert.strictEqual(waited, 0)
    })
  )

  it.effect("is asked for again after a crash, and the event is not told twice", () =>
    Effect.gen(function* () {
      let [asked, heard] = [0, 0]
      const plugin = definePlugin({
        name: "a",
        options: {},
        on: [
          answer(TextReceived, () =>
            Effect.suspend(() => (asked++ === 0 ? Effect.never : Effect.succeed(hello)))
          ),
          on(TextReceived, () => Effect.sync(() => void heard++))
        ]
      })()
      const chat = yield* openChat(database, { plugins: [plugin] })
      yield* Effect.forkChild(Effect.exit(chat.push(pushed(text("你好")))))
      yield* settle
      yield* chat.stop
      const second = yield* chat.start
      yield* pass("1 second")
      const { value } = yield* meanwhile(second.push(pushed(text("你好"))))
      assert.include(openReply(value.text), "收到")
      yield* settle
      assert.deepStrictEqual([asked, heard], [2, 1])
    })
  )
})

const kinds: ReadonlyArray<readonly [name: string, reply: PassiveReply, content: string]> = [
  [
    "image",
    { type: "image", mediaId: "M1" },
    "<MsgType><![CDATA[image]]></MsgType><Image><MediaId><![CDATA[M1]]></MediaId></Image>"
  ],
  [
    "voice",
    { type: "voice", mediaId: "M1" },
    "<MsgType><![CDATA[voice]]></MsgType><Voice><MediaId><![CDATA[M1]]></MediaId></Voice>"
  ],
  [
    "video",
    { type: "video", mediaId: "M1", title: "t", description: "d" },
    "<Video><MediaId><![CDATA[M1]]></MediaId><Title><![CDATA[t]]></Title><Description><![CDATA[d]]></Description></Video>"
  ],
  [
    "music",
    { type: "music", thumbMediaId: "M1", title: "t", url: "http://a", hqUrl: "http://b" },
    "<Music><Title><![CDATA[t]]></Title><MusicUrl><![CDATA[http://a]]></MusicUrl><HQMusicUrl><![CDATA[http://b]]></HQMusicUrl><ThumbMediaId><![CDATA[M1]]></ThumbMediaId></Music>"
  ],
  [
    "news",
    {
      type: "news",
      articles: [
        { title: "t", description: "d", pictureUrl: "http://p", url: "http://u" },
        { title: "second", url: "http://v" }
      ]
    },
    "<ArticleCount>2</ArticleCount><Articles><item><Title><![CDATA[t]]></Title><Description><![CDATA[d]]></Description><PicUrl><![CDATA[http://p]]></PicUrl><Url><![CDATA[http://u]]></Url></item><item><Title><![CDATA[second]]></Title><Url><![CDATA[http://v]]></Url></item></Articles>"
  ],
  [
    "transfer",
    { type: "transfer", staff: "anna@shop" },
    "<MsgType><![CDATA[transfer_customer_service]]></MsgType><TransInfo><KfAccount><![CDATA[anna@shop]]></KfAccount></TransInfo>"
  ]
]

eachDatabase("an answer", (database) => {
  for (const [name, reply, content] of kinds)
    it.effect(`may be ${name}`, () =>
      Effect.gen(function* () {
        const plugin = definePlugin({
          name: "a",
          options: {},
          on: [
            answer(MenuTapped, () => Effect.succeed(reply)),
            answer(TextReceived, () => Effect.succeed(reply)),
            answer(Followed, () => Effect.succeed(undefined))
          ]
        })()
        const chat = yield* openChat(database, { plugins: [plugin] })
        const tapped = yield* chat.push(pushed(event("CLICK", { EventKey: "1" })))
        assert.include(openReply(tapped.text), content)
        const message = openReply((yield* chat.push(pushed(text("x")))).text)
        if (name === "news") assert.include(message, "<ArticleCount>1</ArticleCount>")
        else assert.include(message, content)
        assert.strictEqual((yield* chat.push(pushed(event("subscribe")))).text, "success")
      })
    )

  it.effect("that is too long for WeChat is cut at a whole character", () =>
    Effect.gen(function* () {
      const reply: PassiveReply = { type: "text", text: `${"长".repeat(700)}\u0000\ud83d` }
      const chat = yield* openChat(database, { plugins: [says("a", Effect.succeed(reply))] })
      const said = openReply((yield* chat.push(pushed(text("x")))).text)
      assert.include(said, `<![CDATA[${"长".repeat(682)}]]>`)
    })
  )
})
