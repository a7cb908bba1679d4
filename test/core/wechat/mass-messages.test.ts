import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  massStatus,
  previewMass,
  sendMass,
  withdrawMass
} from "../../../core/wechat/mass-messages.ts"
import { account } from "./account.ts"
import { answering, asked, asking, lost, one, refusal, turning } from "./platform.ts"

const done = { json: { errcode: 0, errmsg: "ok" } }

describe("a mass message", () => {
  const news = { kind: "mpnews", mediaId: "M" } as const
  const job = '{"errcode":0,"msg_id":3147483651234567890,"msg_data_id":206227730}'

  it.effect.each([
    [{ to: "all" }, "/cgi-bin/message/mass/sendall", { filter: { is_to_all: true } }],
    [
      { to: "tag", tag: 2 },
      "/cgi-bin/message/mass/sendall",
      { filter: { is_to_all: false, tag_id: 2 } }
    ],
    [
      { to: "people", openids: ["o1", "o2"] },
      "/cgi-bin/message/mass/send",
      { touser: ["o1", "o2"] }
    ]
  ] as const)("goes to its audience under its key (%#)", ([audience, path, body]) =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering(
        { body: job },
        sendMass(one, audience, news, "camp-9")
      )
      assert.deepStrictEqual(requests.map(asked), [
        {
          method: "POST",
          path,
          body: {
            ...body,
            msgtype: "mpnews",
            mpnews: { media_id: "M" },
            send_ignore_reprint: 0,
            clientmsgid: "camp-9"
          }
        }
      ])
      assert.deepStrictEqual(value, { messageId: "3147483651234567890", dataId: "206227730" })
    })
  )

  it.effect("whose answer got lost is asked for again: WeChat tells the first job's number", () =>
    Effect.gen(function* () {
      const { result } = yield* turning(
        asking(
          (_, count) =>
            count === 1
              ? lost
              : { json: { errcode: 45065, errmsg: "clientmsgid exist", msg_id: 7 } },
          sendMass(one, { to: "all" }, news, "camp-9")
        )
      )
      assert.deepStrictEqual(result._tag === "Success" && result.success.messageId, "7")
    })
  )

  it.effect("asked for again too soon waits a minute, which its caller is told", () =>
    Effect.gen(function* () {
      const { requests, result } = yield* asking(
        refusal(45066),
        sendMass(one, { to: "all" }, news, "camp-9")
      )
      assert.deepInclude(result._tag === "Failure" && result.failure, { class: "R", until: 60_000 })
      assert.strictEqual(requests.length, 1)
    })
  )

  it.effect("has a key of 64 bytes at most", () =>
    Effect.gen(function* () {
      for (const key of ["", "汉".repeat(22)]) {
        const { requests, result } = yield* asking(
          { body: job },
          sendMass(one, { to: "all" }, news, key)
        )
        assert.deepInclude(result._tag === "Failure" && result.failure, { code: 45067 })
        assert.strictEqual(requests.length, 0)
      }
    })
  )

  it.effect(
    "while a pilot runs, goes to those on its list, named one by one, and nobody else",
    () =>
      Effect.gen(function* () {
        const careful = account({ pilot: { mass: ["o1", "o2"] } })
        const reached = Effect.fnUntraced(function* (audience: Parameters<typeof sendMass>[1]) {
          const { requests } = yield* asking({ body: job }, sendMass(careful, audience, news, "k"))
          return requests.length === 1
        })
        assert.isTrue(yield* reached({ to: "people", openids: ["o1", "o2"] }))
        assert.isFalse(yield* reached({ to: "people", openids: ["o1", "o3"] }))
        assert.isFalse(yield* reached({ to: "all" }))
        assert.isFalse(yield* reached({ to: "tag", tag: 2 }))
      })
  )

  it.effect("can be looked at before, followed and taken back", () =>
    Effect.gen(function* () {
      const { requests, value } = yield* answering(
        ({ path }) =>
          path.endsWith("/get") ? { json: { msg_id: 1, msg_status: "SENDING" } } : done,
        Effect.gen(function* () {
          yield* previewMass(one, "oTEST1", { kind: "image", mediaIds: ["P1", "P2"] })
          yield* previewMass(one, "oTEST1", { kind: "text", text: "您好" })
          const status = yield* massStatus(one, "34182")
          yield* withdrawMass(one, "34182")
          return status
        })
      )
      assert.strictEqual(value, "SENDING")
      assert.deepStrictEqual(
        requests.map(({ json }) => json),
        [
          { touser: "oTEST1", msgtype: "image", image: { media_id: "P1" } },
          { touser: "oTEST1", msgtype: "text", text: { content: "您好" } },
          { msg_id: "34182" },
          { msg_id: "34182", article_idx: 0 }
        ]
      )
    })
  )

  it.effect.each([
    [
      { kind: "voice", mediaId: "M" },
      { msgtype: "voice", voice: { media_id: "M" } }
    ],
    [
      { kind: "image", mediaIds: ["P1", "P2"] },
      { msgtype: "image", images: { media_ids: ["P1", "P2"] } }
    ],
    [
      { kind: "wxcard", cardId: "C" },
      { msgtype: "wxcard", wxcard: { card_id: "C" } }
    ],
    [
      { kind: "mpnews", mediaId: "M", evenReprints: true },
      { msgtype: "mpnews", mpnews: { media_id: "M" }, send_ignore_reprint: 1 }
    ]
  ] as const)("is written as WeChat wants it (%#)", ([content, body]) =>
    Effect.gen(function* () {
      const { requests } = yield* answering(
        { body: job },
        sendMass(one, { to: "all" }, content, "camp-9")
      )
      assert.deepStrictEqual(requests[0]?.json, {
        filter: { is_to_all: true },
        ...body,
        clientmsgid: "camp-9"
      })
    })
  )
})
