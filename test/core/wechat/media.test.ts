import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  downloadMaterial,
  downloadMedia,
  downloadRecording,
  removeMaterial,
  uploadMaterial,
  uploadMedia,
  uploadPicture
} from "../../../core/wechat/media.ts"
import { type MediaKind, mediaFormat } from "../../../core/wechat/media-limits.ts"
import { Recogniser, spokenIn } from "../../../core/wechat/voice.ts"
import { lengthOf } from "../../../core/wechat/voice-length.ts"
import { answering, asked, asking, lost, offline, one, refusal, turning } from "./platform.ts"

/** Bytes that begin like a file and go on with nothing. */
const file = (begin: string | ReadonlyArray<number>, size = 64) => {
  const bytes = Buffer.alloc(size)
  Buffer.from(begin as string, "latin1").copy(bytes)
  return bytes
}
const jpeg = (size?: number) => file([0xff, 0xd8, 0xff, 0xe0], size)
const png = (size?: number) => file([0x89, 0x50, 0x4e, 0x47, 0x0d], size)
const mp4 = (size?: number) => file("\0\0\0\x18ftypmp42", size)

/** A recording of so many frames in AMR's best mode, 20 ms each. */
const amr = (frames: number) => {
  const frame = Buffer.alloc(32)
  frame[0] = 7 << 3
  return Buffer.concat([Buffer.from("#!AMR\n"), ...Array.from({ length: frames }, () => frame)])
}

/** MPEG 2 layer III, 8 kbit/s at 16 kHz: frames of 36 bytes and 36 ms. */
const mp3 = (frames: number, tag = Buffer.alloc(0)) => {
  const frame = Buffer.alloc(36)
  frame.set([0xff, 0xf3, 0x18, 0xc4])
  return Buffer.concat([tag, ...Array.from({ length: frames }, () => frame)])
}

const mebibyte = 1024 * 1024

describe("a file", () => {
  it.each([
    ["image", jpeg(), "image/jpeg"],
    ["image", png(10 * mebibyte), "image/png"],
    ["image", file("GIF89a"), "image/gif"],
    ["image", file("BM"), "image/bmp"],
    ["thumb", jpeg(64 * 1024), "image/jpeg"],
    ["video", mp4(), "video/mp4"],
    ["voice", amr(3_000), "audio/amr"],
    ["voice", mp3(1_666), "audio/mpeg"]
  ] as ReadonlyArray<readonly [MediaKind, Uint8Array, string]>)(
    "of kind %s is known by its bytes (%#)",
    (kind, bytes, type) => {
      const format = mediaFormat(kind, bytes)
      assert.strictEqual("type" in format && format.type, type)
    }
  )

  it.each([
    ["nothing", "image", Buffer.alloc(0), 44001],
    ["a picture a byte too big", "image", png(10 * mebibyte + 1), 40009],
    ["a thumb a byte too big", "thumb", jpeg(64 * 1024 + 1), 40006],
    ["a thumb that is no JPEG", "thumb", png(), 40005],
    ["a page", "image", file("<html>"), 40137],
    ["a picture as a video", "video", jpeg(), 40005],
    ["a voice of more than a minute", "voice", amr(3_001), 40006],
    ["the same as MP3", "voice", mp3(1_667), 40006],
    ["two mebibytes of silence", "voice", mp3(60_000), 40006],
    ["a video a byte too big", "video", mp4(10 * mebibyte + 1), 40006],
    ["a picture of an article a byte too big", "picture", jpeg(mebibyte + 1), 40009],
    ["a picture of an article that moves", "picture", file("GIF89a"), 40137]
  ] as ReadonlyArray<readonly [string, MediaKind | "picture", Uint8Array, number]>)(
    "%s is refused with WeChat's own code, and not sent",
    (_, kind, bytes, code) => {
      const format = mediaFormat(kind, bytes)
      assert.strictEqual("code" in format && format.code, code)
    }
  )

  it("lasts as long as its frames, whatever is written before them", () => {
    assert.approximately(lengthOf(amr(50)), 1, 1e-9)
    const tag = Buffer.from([0x49, 0x44, 0x33, 4, 0, 0, 0, 0, 1, 2, ...Buffer.alloc(130)])
    assert.approximately(lengthOf(mp3(50, tag)), 1.8, 1e-9)
    assert.strictEqual(lengthOf(Buffer.from("ID3")), 0)
    assert.strictEqual(lengthOf(Buffer.from([0xff, 0xff, 0xff, 0xff])), 0)
  })
})

describe("an upload", () => {
  const json = { type: "image", media_id: "MEDIA", created_at: 1_700_000_000 }

  it.effect("is a form with one file, named by what it is, and tells when it ends", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering({ json }, uploadMedia(one, "image", png(8)))
      const [seen] = requests
      assert.deepStrictEqual(seen && asked(seen), {
        method: "POST",
        path: "/cgi-bin/media/upload",
        query: { type: "image" }
      })
      const boundary = /^multipart\/form-data; boundary=(weir-\S+)$/.exec(
        seen?.headers["content-type"] ?? ""
      )?.[1]
      const form = new Response(seen?.bytes as Uint8Array<ArrayBuffer>, {
        headers: { "content-type": `multipart/form-data; boundary=${boundary}` }
      })
      const media = (yield* Effect.promise(() => form.formData())).get("media")
      assert.isTrue(media instanceof File)
      if (!(media instanceof File)) return
      assert.deepStrictEqual([media.name, media.type], ["media.png", "image/png"])
      assert.deepStrictEqual(Buffer.from(yield* Effect.promise(() => media.arrayBuffer())), png(8))
      assert.deepStrictEqual(value, {
        mediaId: "MEDIA",
        expiresAt: 1_700_000_000_000 + 3 * 86_400_000
      })
    })
  )

  it.effect("that WeChat would refuse never leaves", () =>
    Effect.gen(function* () {
      const { requests, result } = yield* asking(
        { json },
        uploadMedia(one, "image", file("<html>"))
      )
      assert.deepInclude(result._tag === "Failure" && result.failure, { code: 40137, class: "C" })
      assert.strictEqual(requests.length, 0)
    })
  )

  it.effect("for three days may be tried again; for good it may not", () =>
    Effect.gen(function* () {
      const again = yield* turning(asking(lost, uploadMedia(one, "thumb", jpeg())))
      const once = yield* turning(asking(lost, uploadMaterial(one, "thumb", jpeg())))
      assert.deepStrictEqual([again.requests.length, once.requests.length], [3, 1])
    })
  )

  it.effect("for good has a description where it is a video, and can be taken back", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering(
        ({ path }) =>
          path.endsWith("del_material")
            ? { json: { errcode: 0 } }
            : { json: { media_id: "FOR-GOOD", url: "https://mmbiz.qpic.cn/1" } },
        Effect.gen(function* () {
          const about = { title: "新品", introduction: '"介绍"\r\n' }
          const video = yield* uploadMaterial(one, "video", mp4(), about)
          yield* removeMaterial(one, video.mediaId)
          return video
        })
      )
      assert.deepStrictEqual(value, { mediaId: "FOR-GOOD", url: "https://mmbiz.qpic.cn/1" })
      assert.include(
        requests[0]?.text,
        'name="description"\r\n\r\n{"title":"新品","introduction":"\\"介绍\\"\\r\\n"}\r\n'
      )
      assert.deepStrictEqual(requests[1]?.json, { media_id: "FOR-GOOD" })
    })
  )

  it.effect("of a picture in an article tells its address", () =>
    Effect.gen(function* () {
      const url = "https://mmbiz.qpic.cn/2"
      const { requests, value } = yield* answering({ json: { url } }, uploadPicture(one, jpeg()))
      assert.strictEqual(value, url)
      assert.strictEqual(requests[0]?.path, "/cgi-bin/media/uploadimg")
    })
  )
})

describe("a download", () => {
  it.effect("is the bytes, and what they are said to be", () =>
    Effect.gen(function* () {
      const headers = { "content-type": "image/jpeg" }
      const { requests, value } = yield* answering(
        { body: jpeg(), headers },
        downloadMedia(one, "MEDIA")
      )
      assert.deepStrictEqual(requests.map(asked), [
        { method: "GET", path: "/cgi-bin/media/get", query: { media_id: "MEDIA" } }
      ])
      assert.deepStrictEqual(value, { bytes: jpeg(), type: "image/jpeg" })
    })
  )

  it.effect("that is JSON is WeChat's refusal, whatever it is said to be", () =>
    Effect.gen(function* () {
      const body = '{"errcode":40007,"errmsg":"invalid media_id"}'
      const headers = { "content-type": "image/jpeg" }
      const { result } = yield* asking({ body, headers }, downloadMedia(one, "MEDIA"))
      assert.deepInclude(result._tag === "Failure" && result.failure, { code: 40007 })
    })
  )

  it.effect("that is other JSON is no file", () =>
    Effect.gen(function* () {
      const { result } = yield* turning(asking({ json: { hello: 1 } }, downloadMedia(one, "MEDIA")))
      assert.strictEqual(result._tag, "Failure")
    })
  )

  it.effect("of a video tells where it is", () =>
    Effect.gen(function* () {
      const url = "http://203.205.1.1/vweixinp.tc.qq.com/1"
      const temporary = yield* answering({ json: { video_url: url } }, downloadMedia(one, "M"))
      const kept = yield* answering(
        { json: { title: "T", description: "D", down_url: url } },
        downloadMaterial(one, "M")
      )
      assert.deepStrictEqual([temporary.value, kept.value], [{ url }, { url }])
      assert.deepStrictEqual(kept.requests[0]?.json, { media_id: "M" })
    })
  )

  it.effect("of a recording by the JS-SDK has a door of its own", () =>
    Effect.gen(function* () {
      const { requests } = yield* answering({ body: file("x") }, downloadRecording(one, "M"))
      assert.strictEqual(requests[0]?.path, "/cgi-bin/media/get/jssdk")
    })
  )
})

describe("what was said", () => {
  const voice = { mediaId: "M", format: "amr" }
  const hearing = { recognise: () => Effect.succeed("你好") }

  it.effect("is WeChat's own word where it still has one", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering(
        offline,
        spokenIn(one, { ...voice, recognition: "您好" })
      )
      assert.deepStrictEqual([value, requests.length], ["您好", 0])
    })
  )

  it.effect("is unknown where nobody listens, and then nothing is downloaded", () =>
    Effect.gen(function* () {
      const { requests, result } = yield* asking(
        { body: amr(1) },
        spokenIn(one, { ...voice, recognition: "" })
      )
      assert.strictEqual(result._tag === "Failure" && result.failure._tag, "NotRecognised")
      assert.strictEqual(requests.length, 0)
    })
  )

  it.effect("is asked of whoever was provided, with what was recorded", () =>
    Effect.gen(function* () {
      let heard: unknown
      const recogniser = {
        recognise: (recording: unknown) => {
          heard = recording
          return hearing.recognise()
        }
      }
      const { value } = yield* answering(
        { body: amr(1) },
        Effect.provideService(spokenIn(one, voice), Recogniser, recogniser)
      )
      assert.strictEqual(value, "你好")
      assert.deepStrictEqual(heard, { format: "amr", bytes: amr(1) })
    })
  )

  it.effect("is not asked of a page or a refusal", () =>
    Effect.gen(function* () {
      const { result } = yield* asking(
        refusal(40007),
        Effect.provideService(spokenIn(one, voice), Recogniser, hearing)
      )
      assert.strictEqual(result._tag === "Failure" && result.failure._tag, "WechatRefused")
    })
  )
})
