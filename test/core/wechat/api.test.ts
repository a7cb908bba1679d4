import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger } from "effect"
import { TestClock } from "effect/testing"
import { account } from "./account.ts"
import {
  type Deed,
  inTurn,
  lost,
  offline,
  ok,
  one,
  openApi,
  refusal,
  send,
  turning
} from "./platform.ts"

const outcome = (...given: Parameters<typeof openApi>) =>
  Effect.gen(function* () {
    const { api, requests } = yield* openApi(...given)
    const result = yield* turning(Effect.result(api.ask(one, send())))
    return { result, asked: requests.length }
  })

describe("a call", () => {
  it.effect("carries the token in its query, and JSON without an escape WeChat refuses", () =>
    Effect.gen(function* () {
      const { api, requests, tokenRequests } = yield* openApi(() => ok())
      yield* api.ask(one, send({ query: { type: "a b" } }))
      assert.deepStrictEqual(requests[0]?.query, { access_token: "TOKEN-1", type: "a b" })
      assert.strictEqual(requests[0]?.text, '{"touser":"oCANARY","text":"你好\ufffd"}')
      assert.deepStrictEqual(tokenRequests[0]?.json, {
        grant_type: "client_credential",
        appid: one.appid,
        secret: "CANARY0123456789abcdef0123456789",
        force_refresh: false
      })
    })
  )

  it.effect("keeps every digit of an id, whether it came as a number or as text", () =>
    Effect.gen(function* () {
      const ids = ["2116434384290414596", '"6265881059295447969"', "34182"]
      for (const id of ids) {
        const { api } = yield* openApi(() => ok(id))
        assert.strictEqual(yield* api.ask(one, send()), id.replaceAll('"', ""))
      }
    })
  )

  it.effect("is answered by what is JSON, whatever it says it is, with control signs in it", () =>
    Effect.gen(function* () {
      const body = ' {"errcode":"0","nickname":"a\u0008\nb","msgid":7}'
      const { api } = yield* openApi(() => ({ body, headers: { "content-type": "text/html" } }))
      assert.strictEqual(yield* api.ask(one, send()), "7")
    })
  )

  it.effect("is not made where the account may not", () =>
    Effect.gen(function* () {
      const { api, requests, tokenRequests } = yield* openApi(() => ok())
      const small = account({ certified: false })
      const refused = yield* Effect.flip(api.ask(small, send({ ability: "template" })))
      assert.deepInclude(refused, { _tag: "WechatRefused", code: 48001, class: "C" })
      assert.strictEqual(requests.length + tokenRequests.length, 0)
    })
  )
})

describe("what WeChat did not do, or may have done", () => {
  it.effect.each([
    ["an answer that got lost", lost],
    ["a machine's page instead of an answer", { body: "<html>", status: 502 }],
    ["an answer of another call", { json: { errcode: 0 } }],
    ["half a text", { body: '{"errcode":0,"msg' }],
    ["nothing at all", { body: "" }],
    ["WeChat's own failure, which may come after the work", refusal(-1, "system error")]
  ] as ReadonlyArray<readonly [string, Deed]>)("%s: unknown, and never repeated", ([, deed]) =>
    Effect.gen(function* () {
      const { asked, result } = yield* outcome(() => deed)
      assert.strictEqual(result._tag === "Failure" && result.failure._tag, "WechatUnknown")
      assert.strictEqual(asked, 1)
    })
  )

  it.effect.each([
    ["lost", lost],
    ["busy", refusal(-1)],
    ["a page", { body: "<html>", status: 502 }]
  ] as ReadonlyArray<readonly [string, Deed]>)(
    "%s, under WeChat's own de-dup key: asked again until the word is there",
    ([, deed]) =>
      Effect.gen(function* () {
        const { api, requests } = yield* openApi(inTurn(deed, deed, ok()))
        assert.strictEqual(yield* turning(api.ask(one, send({ repeatable: true }))), "1")
        assert.strictEqual(requests.length, 3)
        assert.strictEqual(new Set(requests.map(({ text }) => text)).size, 1)
      })
  )

  it.effect("three times at most", () =>
    Effect.gen(function* () {
      const { api, requests } = yield* openApi(() => lost)
      yield* turning(Effect.flip(api.ask(one, send({ repeatable: true }))))
      assert.strictEqual(requests.length, 3)
    })
  )

  it.effect("what never left may leave again, whatever it was", () =>
    Effect.gen(function* () {
      const { result } = yield* outcome(inTurn(offline, ok()))
      assert.strictEqual(result._tag, "Success")
    })
  )

  it.effect("a send whose token could not be had never left: that is certain", () =>
    Effect.gen(function* () {
      const opened = yield* openApi(() => ok())
      opened.token = () => lost
      const failure = yield* turning(Effect.flip(opened.api.ask(one, send())))
      assert.strictEqual(failure._tag, "NotSent")
      assert.strictEqual(opened.requests.length, 0)
    })
  )

  it.effect("what was done before under its key is done", () =>
    Effect.gen(function* () {
      const said = '{"errcode":45065,"errmsg":"clientmsgid exist rid: 6f1c0a11","msgid":34182}'
      const { result } = yield* outcome(() => ({ body: said }))
      assert.deepStrictEqual(result._tag === "Success" && result.success, "34182")
    })
  )
})

describe("a refusal", () => {
  const refused = Effect.fnUntraced(function* (errcode: number, errmsg: string) {
    const { asked, result } = yield* outcome(() => refusal(errcode, errmsg))
    if (result._tag === "Success" || result.failure._tag !== "WechatRefused")
      return assert.fail("not refused")
    assert.strictEqual(asked, 1)
    return result.failure
  })

  it.effect("says what to do, under which number WeChat knows it, and nothing of anybody", () =>
    Effect.gen(function* () {
      const failure = yield* refused(43101, "user oCANARY refuse hint: [x] rid: 6f1c0a11-2b3c4d5e")
      assert.deepInclude(failure, { code: 43101, class: "U", rid: "6f1c0a11-2b3c4d5e" })
      assert.notInclude(failure.message, "CANARY")
    })
  )

  it.effect("names the field that is wrong", () =>
    Effect.gen(function* () {
      const failure = yield* refused(
        47003,
        "argument invalid! data.thing4.value invalid rid: abcdefgh"
      )
      assert.strictEqual(failure.field, "thing4")
      assert.match(failure.message, /: data\.thing4$/)
    })
  )

  it.effect("for a reason nobody knows is somebody's to look at, in WeChat's words", () =>
    Effect.gen(function* () {
      const failure = yield* refused(99999, `odd o${"C".repeat(27)}`)
      assert.strictEqual(failure.class, "C")
      assert.match(failure.message, /: 99999 odd \[openid\]$/)
    })
  )

  it.effect("of a quota tells when it opens: a minute, midnight in Beijing", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.parse("2026-11-24T23:59:30+08:00"))
      assert.strictEqual((yield* refused(45011, "")).until, Date.parse("2026-11-25T00:00:30+08:00"))
    })
  )

  it.effect("of a quota is kept to: WeChat is not asked again before its window opens", () =>
    Effect.gen(function* () {
      const { api, requests } = yield* openApi(inTurn(refusal(45011), ok()))
      yield* Effect.flip(api.ask(one, send()))
      const again = yield* Effect.flip(api.ask(one, send()))
      assert.deepInclude(again, { code: 45011, class: "Q", until: 60_000 })
      assert.strictEqual(requests.length, 1)
      // Another API has another quota, and another account has all of its own.
      yield* api.ask(one, send({ path: "/cgi-bin/message/other/send" }))
      yield* TestClock.setTime(60_000)
      assert.strictEqual(yield* api.ask(one, send()), "1")
    })
  )

  it.effect("of the day's quota is tried again now and then, as a person may have cleared it", () =>
    Effect.gen(function* () {
      const { api, requests } = yield* openApi(inTurn(refusal(45009), ok()))
      const { until } = yield* Effect.flip(api.ask(one, send())).pipe(
        Effect.map((failure) => ({ until: "until" in failure ? failure.until : undefined }))
      )
      assert.strictEqual(until, Date.parse("1970-01-02T00:00:00+08:00"))
      yield* TestClock.adjust("14 minutes")
      yield* Effect.flip(api.ask(one, send()))
      assert.strictEqual(requests.length, 1)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* api.ask(one, send()), "1")
    })
  )
})

it.effect("the log says which call, how it went and WeChat's number, and no secret or person", () =>
  Effect.gen(function* () {
    const written: Array<string> = []
    const logger = Logger.make((entry) => void written.push(Logger.formatJson.log(entry)))
    yield* Effect.gen(function* () {
      const { api } = yield* openApi(
        inTurn(ok(), refusal(40003, "invalid openid oCANARY rid: 6f1c0a11-2b3c"), lost)
      )
      yield* api.ask(one, send())
      yield* Effect.flip(api.ask(one, send({ query: { code: "CANARY" } })))
      yield* Effect.flip(api.ask(one, send()))
    }).pipe(Effect.provide(Logger.layer([logger])))
    const lines = written.filter((line) => line.includes("/cgi-bin/message/test/send"))
    assert.strictEqual(lines.length, 3)
    assert.match(lines[1] ?? "", /"code":40003/)
    assert.match(lines[1] ?? "", /"rid":"6f1c0a11-2b3c"/)
    for (const line of written) assert.notMatch(line, /CANARY|TOKEN-1/)
  })
)
