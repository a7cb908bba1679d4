import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { openChat } from "../../../support/chat.ts"
import { eachDatabase } from "../../../support/database.ts"
import { query, refusedAs } from "../../../support/refused-push.ts"
import { agreed, cryptoOf, type Mode, pushed, text, xml } from "../../../support/wechat-push.ts"

eachDatabase("an account in compatible mode", (database) => {
  const compatible = { mode: "compatible" as Mode }

  it.effect("believes only what was encrypted", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database, compatible)
      const clear = text("forged", { FromUserName: "oFORGED", MsgId: "666" })
      yield* chat.push(pushed(text("你好"), { ...compatible, clear }))
      const again = yield* chat.push(pushed(text("你好"), compatible))
      assert.strictEqual(again.text, "success")
      assert.strictEqual(
        (yield* chat.journal).length,
        1,
        "the same message, whatever the copy said"
      )
    })
  )

  it.effect("refuses a plain body", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database, compatible)
      yield* refusedAs(chat, pushed(text("你好"), { mode: "plain" }), 403, "not encrypted")
    })
  )
})

eachDatabase("an account in plain mode", (database) => {
  const plain = { mode: "plain" as Mode, aesKey: undefined }

  it.effect("takes clear bodies under signature, each signature once", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database, plain)
      const request = pushed(text("你好"), { mode: "plain" })
      assert.strictEqual((yield* chat.push(request)).text, "success")
      yield* refusedAs(chat, request, 409, "replayed")
      const reused = { ...request, body: xml(text("give me the money", { MsgId: "2" })) }
      yield* refusedAs(chat, reused, 409, "replayed")
    })
  )

  it.effect("takes one of a crowd that share a signature", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database, plain)
      const { query } = pushed(text("你好"), { mode: "plain" })
      const bodies = Array.from({ length: 20 }, (_, at) => xml(text("x", { MsgId: String(at) })))
      const told = yield* Effect.forEach(bodies, (body) => chat.push({ query, body }), {
        concurrency: "unbounded"
      })
      assert.strictEqual(told.filter(({ status }) => status === 200).length, 1)
      assert.strictEqual(told.filter(({ status }) => status === 409).length, 19)
      assert.strictEqual((yield* chat.journal).length, 1)
    })
  )

  it.effect("refuses a wrong signature, and an encrypted body it has no key for", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database, plain)
      const wrong = query(pushed(text("你好"), { mode: "plain" }), (all) =>
        all.set("signature", "0".repeat(40))
      )
      yield* refusedAs(chat, wrong, 403, "signature")
      yield* refusedAs(chat, pushed(text("你好")), 400, "malformed")
    })
  )

  it.effect("takes encrypted bodies too if it has the key, so that the mode can be changed", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database, { mode: "plain" })
      for (const mode of ["plain", "compatible", "secure"] as const) {
        const { text: said } = yield* chat.push(pushed(text("你好"), { mode }))
        assert.strictEqual(said, "success")
      }
      assert.strictEqual((yield* chat.journal).length, 1, "one message, pushed in three ways")
    })
  )
})

eachDatabase("while keys are changed", (database) => {
  const aesKey = "ZYXWVUTSRQPONMLKJIHGFEDCBA9876543210zyxwvut"

  it.effect("pushes sealed with the old key and the new one are taken", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database, { aesKey, previousAesKey: agreed.aesKey })
      const old = yield* chat.push(pushed(text("old")))
      const fresh = yield* chat.push(pushed(text("new"), { by: { ...agreed, aesKey } }))
      assert.deepStrictEqual([old.text, fresh.text], ["success", "success"])
    })
  )

  it.effect("afterwards the old key opens nothing", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database, { aesKey })
      yield* refusedAs(chat, pushed(text("old")), 403, "decryption")
    })
  )
})

eachDatabase("URL verification", (database) => {
  const asked = (echostr: string, at = 1_795_500_000) => {
    const [timestamp, nonce] = [String(at), "1514711492"]
    const signature = cryptoOf().getSignature(timestamp, nonce, "")
    return new URLSearchParams({ signature, timestamp, nonce, echostr })
  }

  for (const mode of ["plain", "compatible", "secure"] as const)
    it.effect(`in ${mode} mode the text comes back as it is`, () =>
      Effect.gen(function* () {
        const chat = yield* openChat(database, { mode })
        const { headers, status, text } = yield* chat.verify(`?${asked("4375120948345356249")}`)
        assert.deepStrictEqual([status, text], [200, "4375120948345356249"])
        assert.match(headers.get("content-type") ?? "", /^text\/plain/)
      })
    )

  it.effect("is refused where the signature is wrong or old, or a parameter comes twice", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      const wrong = asked("1")
      wrong.set("signature", "f".repeat(40))
      const twice = asked("1")
      twice.append("echostr", "2")
      const script = asked("<script>alert(1)</script>")
      script.set("echostr", "<script>alert(1)</script> ")
      const statuses = yield* Effect.forEach(
        [wrong, asked("1", 1_795_499_699), twice, script],
        (query) => Effect.map(chat.verify(`?${query}`), ({ status }) => status)
      )
      assert.deepStrictEqual(statuses, [403, 403, 400, 400])
    })
  )
})
