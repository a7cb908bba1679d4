import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { code, openPlatform } from "../../support/platform.ts"

type Wechat = Effect.Success<ReturnType<typeof openPlatform>>

/** Sends a file as every SDK does: in a form, under `media`. */
const upload = Effect.fnUntraced(function* (
  wechat: Wechat,
  path: string,
  name: string,
  bytes: Uint8Array<ArrayBuffer>,
  fields: Readonly<Record<string, string>> = {}
) {
  const form = new FormData()
  if (name !== "") form.set("media", new File([bytes], name))
  for (const [field, value] of Object.entries(fields)) form.set(field, value)
  const response = new Response(form)
  const body = new Uint8Array(yield* Effect.promise(() => response.arrayBuffer()))
  const type = response.headers.get("content-type") ?? ""
  const target = `${path}${path.includes("?") ? "&" : "?"}access_token=${yield* wechat.token()}`
  return (yield* wechat.request("POST", target, body, { "content-type": type })).json
})

const jpg = Buffer.from("not really a picture")
const fetched = Effect.fnUntraced(function* (wechat: Wechat, media_id: string) {
  return yield* wechat.ask("GET", "/cgi-bin/media/get", {
    access_token: yield* wechat.token(),
    media_id
  })
})

describe("temporary media", () => {
  it.effect("come back as they were uploaded, for three days", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { created_at, media_id, type } = yield* upload(
        wechat,
        "/cgi-bin/media/upload?type=image",
        "拿铁.jpg",
        jpg
      )
      assert.deepStrictEqual([type, created_at], ["image", 1795492800])
      const { headers, text } = yield* fetched(wechat, media_id)
      assert.strictEqual(text, jpg.toString())
      assert.strictEqual(headers["content-type"], "image/jpeg")
      yield* wechat.control("POST", "/clock", { advance: "3 days" })
      const gone = yield* fetched(wechat, media_id)
      assert.strictEqual(code(gone), 40007)
      assert.strictEqual(gone.headers["content-type"], "text/plain")
    })
  )

  it.effect("that are films are an address, at which anybody sees them", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const film = yield* upload(wechat, "/cgi-bin/media/upload?type=video", "a.mp4", jpg)
      const { video_url } = (yield* fetched(wechat, film.media_id)).json
      const { pathname } = new URL(video_url)
      assert.strictEqual((yield* wechat.ask("GET", pathname)).text, jpg.toString())
      const thumb = yield* upload(wechat, "/cgi-bin/media/upload?type=thumb", "a.jpg", jpg)
      assert.isString(thumb.thumb_media_id)
    })
  )

  it.effect("are what a person has sent as well", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { openid } = wechat.credentials
      const data = jpg.toString("base64")
      yield* wechat.control("POST", `/users/${openid}/messages`, { type: "image", data })
      const { messages } = yield* wechat.control("GET", `/users/${openid}/messages`)
      const { text } = yield* fetched(wechat, messages[0].body.MediaId)
      assert.strictEqual(text, jpg.toString())
    })
  )

  const wrong: ReadonlyArray<readonly [number, string, string, number]> = [
    [40004, "poem", "a.jpg", 10],
    [40137, "image", "a.tiff", 10],
    [40005, "voice", "a.wav", 10],
    [40009, "image", "a.jpg", 10 * 1024 * 1024 + 1],
    [40006, "thumb", "a.jpg", 64 * 1024 + 1],
    [44001, "image", "a.jpg", 0],
    [41005, "image", "", 0]
  ]
  it.effect.each(wrong)("are refused with %i: a %s in %j", ([errcode, type, name, size]) =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const path = `/cgi-bin/media/upload?type=${type}`
      assert.strictEqual(code(yield* upload(wechat, path, name, new Uint8Array(size))), errcode)
    })
  )
})

describe("materials", () => {
  it.effect("stay, are counted and listed, and go when they are deleted", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { media_id, url } = yield* upload(
        wechat,
        "/cgi-bin/material/add_material?type=image",
        "menu.png",
        jpg
      )
      assert.strictEqual((yield* wechat.ask("GET", new URL(url).pathname)).text, jpg.toString())
      const description = JSON.stringify({ title: "开业", introduction: "人民路店" })
      const film = yield* upload(
        wechat,
        "/cgi-bin/material/add_material?type=video",
        "open.mp4",
        jpg,
        { description }
      )
      const article = { title: "新品", content: "<p>…</p>", thumb_media_id: media_id }
      const draft = yield* wechat.post("/cgi-bin/draft/add", { articles: [article] })
      yield* wechat.control("POST", "/clock", { advance: "30 days" })
      assert.deepStrictEqual(yield* wechat.get("/cgi-bin/material/get_materialcount"), {
        ...{ voice_count: 0, video_count: 1, image_count: 1, news_count: 1 }
      })
      const get = (media_id: string) => wechat.post("/cgi-bin/material/get_material", { media_id })
      assert.strictEqual((yield* get(film.media_id)).description, "人民路店")
      assert.strictEqual((yield* get(draft.media_id)).news_item[0].title, "新品")
      const list = (type: string) =>
        wechat.post("/cgi-bin/material/batchget_material", { type, offset: 0, count: 20 })
      assert.strictEqual((yield* list("image")).item[0].media_id, media_id)
      assert.strictEqual((yield* list("news")).item[0].content.news_item[0].title, "新品")
      assert.strictEqual(
        code(yield* wechat.post("/cgi-bin/material/del_material", { media_id })),
        0
      )
      assert.strictEqual(code(yield* get(media_id)), 40007)
    })
  )

  it.effect("may be sent to many", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const article = { title: "新品", content: "<p>…</p>" }
      const { media_id } = yield* wechat.post("/cgi-bin/media/uploadnews", { articles: [article] })
      const message = {
        ...{ filter: { is_to_all: true }, msgtype: "mpnews", send_ignore_reprint: 0 },
        mpnews: { media_id }
      }
      assert.strictEqual(code(yield* wechat.post("/cgi-bin/message/mass/sendall", message)), 0)
    })
  )

  it.effect("are none of the pictures within an article", () =>
    Effect.gen(function* () {
      const wechat = yield* openPlatform()
      const { url } = yield* upload(wechat, "/cgi-bin/media/uploadimg", "in.jpg", jpg)
      assert.strictEqual((yield* wechat.ask("GET", new URL(url).pathname)).status, 200)
      assert.strictEqual((yield* wechat.get("/cgi-bin/material/get_materialcount")).image_count, 0)
    })
  )
})
