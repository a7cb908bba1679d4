import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { codePictureUrl, permanentCode, temporaryCode } from "../../../core/wechat/qr-codes.ts"
import { answering, asked, asking, lost, one, refusal } from "./platform.ts"

describe("QR codes that tell who came", () => {
  const json = { ticket: "gQ/+=", expire_seconds: 60, url: "http://weixin.qq.com/q/kZgfwMTm" }

  it.effect.each([
    [
      temporaryCode(one, 123, 60),
      { expire_seconds: 60, action_name: "QR_SCENE", action_info: { scene: { scene_id: 123 } } }
    ],
    [
      temporaryCode(one, "login-1", 99_999_999),
      {
        expire_seconds: 2_592_000,
        action_name: "QR_STR_SCENE",
        action_info: { scene: { scene_str: "login-1" } }
      }
    ],
    [
      permanentCode(one, 100_000),
      { action_name: "QR_LIMIT_SCENE", action_info: { scene: { scene_id: 100_000 } } }
    ],
    [
      permanentCode(one, "store-GZ0013"),
      { action_name: "QR_LIMIT_STR_SCENE", action_info: { scene: { scene_str: "store-GZ0013" } } }
    ]
  ] as const)("are made as WeChat names them (%#)", ([make, body]) =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering({ json }, make)
      assert.deepStrictEqual(requests.map(asked), [
        { method: "POST", path: "/cgi-bin/qrcode/create", body }
      ])
      assert.deepStrictEqual(value, { ticket: "gQ/+=", content: json.url, lives: 60 })
    })
  )

  it.effect("have a picture for everybody, the ticket encoded", () =>
    Effect.gen(function* () {
      const { value } = yield* answering(refusal(1), codePictureUrl(json))
      assert.strictEqual(value, "https://mp.wechat.test/cgi-bin/showqrcode?ticket=gQ%2F%2B%3D")
    })
  )

  it.effect("for good are not made twice: an account has few", () =>
    Effect.gen(function* () {
      assert.strictEqual((yield* asking(lost, permanentCode(one, 1))).requests.length, 1)
    })
  )

  it.effect.each([0, 100_001, 1.5, Number.NaN, "", "x".repeat(65)])("have no scene %j", (scene) =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(asking({ json }, permanentCode(one, scene)))
      assert.strictEqual(exit._tag, "Failure")
    })
  )
})
