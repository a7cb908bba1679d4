import { assert, describe, it } from "@effect/vitest"
import type { Message } from "../../../../core/wechat/callback/message.ts"
import { person, read, readText } from "../../../support/push-reading.ts"
import { event, said, text, xml } from "../../../support/wechat-push.ts"

const messageId = "24551234567890123"

const cases: ReadonlyArray<readonly [string, Parameters<typeof xml>[0], Message]> = [
  ["a text", text("订单 7 ]]> 🙂"), { ...person, type: "text", messageId, text: "订单 7 ]]> 🙂" }],
  [
    "a text from a menu that was sent",
    text("满意", { bizmsgmenuid: "101" }),
    { ...person, type: "text", messageId, text: "满意", menuItem: "101" }
  ],
  [
    "a picture",
    said("image", { MediaId: "M1", PicUrl: "http://mmbiz.test/1" }),
    { ...person, type: "image", messageId, mediaId: "M1", url: "http://mmbiz.test/1" }
  ],
  [
    "a voice, without the words",
    said("voice", { MediaId: "M2", Format: "amr", Recognition: "", MediaId16K: "M3" }),
    { ...person, type: "voice", messageId, mediaId: "M2", format: "amr", clearMediaId: "M3" }
  ],
  [
    "a voice, with the words",
    said("voice", { MediaId: "M2", Format: "speex", Recognition: "一号柜台" }),
    {
      ...person,
      type: "voice",
      messageId,
      mediaId: "M2",
      format: "speex",
      recognised: "一号柜台"
    }
  ],
  [
    "a film",
    said("video", { MediaId: "M4", ThumbMediaId: "M5" }),
    { ...person, type: "video", messageId, mediaId: "M4", thumbMediaId: "M5", short: false }
  ],
  [
    "a short film",
    said("shortvideo", { MediaId: "M4", ThumbMediaId: "M5" }),
    { ...person, type: "video", messageId, mediaId: "M4", thumbMediaId: "M5", short: true }
  ],
  [
    "a place",
    said("location", { Location_X: "23.134521", Location_Y: "113.358803", Scale: "20", Label: "" }),
    {
      ...person,
      type: "location",
      messageId,
      latitude: 23.134521,
      longitude: 113.358803,
      scale: 20
    }
  ],
  [
    "a link",
    said("link", { Title: "t", Description: "d", Url: "http://a.test/?a=1&b=2" }),
    {
      ...person,
      type: "link",
      messageId,
      title: "t",
      description: "d",
      url: "http://a.test/?a=1&b=2"
    }
  ]
]

describe("what people say is read:", () => {
  it.each(cases)("%s", (_, message, expected) => {
    assert.deepStrictEqual<unknown>(read(message)?.message, expected)
  })
})

describe("what nobody knows, or what does not say what it should,", () => {
  it.each([
    ["a new event", event("shake_around", { Beacons: { Uuid: "1" } }), "shake_around"],
    ["a new kind of message", said("file", { Title: "a.pdf" }), "file"],
    ["a text without text", said("text", {}), "text"],
    ["a place that is none", said("location", { Location_X: "here" }), "location"],
    ["an event by the name of an object's own", event("constructor"), "constructor"]
  ] as const)("is kept as other: %s", (_, message, name) => {
    const { message: other } = read(message) ?? {}
    assert.strictEqual(other?.type, "other")
    if (other?.type !== "other") return
    assert.strictEqual(other.name, name)
    assert.deepStrictEqual(JSON.parse(other.fields), JSON.parse(JSON.stringify(message)))
  })

  it.each([
    ["who", { FromUserName: "" }],
    ["when", { CreateTime: "now" }],
    ["what", { MsgType: "" }]
  ] as const)("is nothing where it does not say %s", (_, without) => {
    const message = { ...text("x"), ...without }
    assert.isUndefined(
      read(Object.fromEntries(Object.entries(message).filter(([, v]) => v !== "")))
    )
  })
})

describe("the JSON of a mini program", () => {
  it("says the same, with numbers as they are written", () => {
    const json = JSON.stringify({ ...text("你好"), CreateTime: 1_795_500_000 }).replace(
      `"${messageId}"`,
      "2116434384290414596"
    )
    assert.deepStrictEqual<unknown>(readText(json)?.message, {
      ...person,
      type: "text",
      messageId: "2116434384290414596",
      text: "你好"
    })
  })

  it.each([
    ["one", { TemplateId: "T1", SubscribeStatusString: "accept" }],
    ["several", [{ TemplateId: "T1", SubscribeStatusString: "accept" }]]
  ])("lists %s without a wrapper", (_, List) => {
    const json = JSON.stringify({ ...event("subscribe_msg_popup_event"), List })
    const { message } = readText(json) ?? {}
    assert.deepInclude(message, { answers: [{ templateId: "T1", accepted: true }] })
  })

  it("is nothing where it is no object, or too deep", () => {
    const deep = `{"a":${"[".repeat(100)}${"]".repeat(100)}}`
    for (const json of ["{", `{"a":1}}`, `{"a":[[1]]}`, deep])
      assert.isUndefined(readText(json), json)
  })
})

describe("control characters that a keyboard put into a text", () => {
  it("are dropped, and the text is read", () => {
    const { message } = readText(xml(text("a\u0008b\u001fc\td"))) ?? {}
    assert.deepInclude(message, { text: "abc\td" })
  })
})
