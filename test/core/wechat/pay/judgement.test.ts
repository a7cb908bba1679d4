import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import type { PayFailure } from "../../../../core/wechat/pay/errors.ts"
import { ask, names, operations, refusal, says, unknown } from "./asking.ts"
import { NOW, signed, wechat } from "./fixture.ts"

describe("a refusal", () => {
  it.effect("says what, where and under which number, and what to do", () =>
    Effect.gen(function* () {
      const body = JSON.stringify({
        code: "PARAM_ERROR",
        message: "参数错误",
        detail: { field: "/amount/total", value: "0", issue: "minimum is 1", location: "body" }
      })
      const headers = { "Request-ID": "08E6BDA2A80610D20818B3DFB75820-268435461" }
      const refused = yield* refusal("native", { status: 400, body, headers })
      assert.deepStrictEqual(
        [refused.status, refused.code, refused.field, refused.message, refused.reaction],
        [400, "PARAM_ERROR", "/amount/total", "参数错误", "never"]
      )
      assert.strictEqual(refused.requestId, headers["Request-ID"])
      assert.strictEqual(refused.internalNumber, "268435461")
    })
  )

  it.effect.each([
    [-400, "our clock is 400 s behind WeChat's"],
    [3600, "our clock is 3600 s ahead of WeChat's"]
  ] as const)("a refused signature names a clock that is off by %d s", ([off, words]) =>
    Effect.gen(function* () {
      const headers = { Date: new Date(NOW - off * 1000).toUTCString() }
      const body = says("SIGN_ERROR", "签名错误")
      const refused = yield* refusal("codepay", { status: 401, body, signed: false, headers })
      assert.strictEqual(refused.code, "SIGN_ERROR")
      assert.strictEqual(refused.reaction, "never")
      assert.strictEqual(refused.message, `签名错误; ${words}`)
    })
  )

  it.effect("a refused signature does not blame a clock that is right", () =>
    Effect.gen(function* () {
      const headers = { Date: new Date(NOW - 59_000).toUTCString() }
      const body = says("SIGN_ERROR", "签名错误")
      const refused = yield* refusal("codepay", { status: 401, body, signed: false, headers })
      assert.strictEqual(refused.message, "签名错误")
    })
  )

  it.effect("a forged one is not believed", () =>
    Effect.asVoid(
      unknown("codepay", {
        status: 403,
        body: says("NOT_ENOUGH"),
        signed: signed("something else")
      })
    )
  )

  it.effect("too fast was not executed, whoever says it in whatever words", () =>
    Effect.gen(function* () {
      const html = yield* refusal("refund", { status: 429, body: "<html>", signed: false })
      assert.deepStrictEqual([html.code, html.reaction], ["FREQUENCY_LIMITED", "repeat"])
      const coded = yield* refusal("codepay", { status: 429, body: says("RATELIMIT_EXCEEDED") })
      assert.deepStrictEqual([coded.code, coded.reaction], ["RATE_LIMIT_EXCEEDED", "repeat"])
    })
  )

  it.effect("an order that never arrived has one name, however WeChat spells it", () =>
    Effect.gen(function* () {
      for (const spelling of ["ORDER_NOT_EXIST", "ORDERNOTEXIST"]) {
        const refused = yield* refusal("query", { status: 404, body: says(spelling) })
        assert.deepStrictEqual([refused.code, refused.reaction], ["ORDER_NOT_EXIST", "ask"])
      }
    })
  )

  it.effect("a 500 can be a refusal for good", () =>
    Effect.gen(function* () {
      const refused = yield* refusal("refund", { status: 500, body: says("INVALID_TRANSACTIONID") })
      assert.strictEqual(refused.reaction, "never")
    })
  )
})

describe("nobody knows", () => {
  it.effect.each(names.filter((name) => !name.startsWith("query")))(
    "whether %s happened when WeChat stumbles",
    (name) =>
      Effect.gen(function* () {
        yield* unknown(name, { status: 500, body: says("SYSTEM_ERROR") })
        yield* unknown(name, { status: 500, body: says("SYSTEMERROR"), signed: false })
        yield* unknown(name, { status: 403, body: says("BANKERROR") })
        yield* unknown(name, { status: 500, body: says("NEWLY_INVENTED") })
        yield* unknown(name, { status: 502, body: "<html>", signed: false })
        yield* unknown(name, { status: 404, body: "<html>", signed: false })
        yield* unknown(name, { status: 302, signed: false, headers: { Location: "/login" } })
      })
  )

  it.effect.each(names)("whether %s happened when the line breaks; and it is sent once", (name) =>
    Effect.gen(function* () {
      const { outcome, requests } = yield* ask(name, { lost: true })
      assert.strictEqual(outcome._tag, "PayUnknown")
      assert.strictEqual(requests.length, 1)
    })
  )

  const patience = {
    codepay: 10,
    native: 8,
    jsapi: 8,
    app: 8,
    h5: 8,
    query: 5,
    close: 8,
    reverse: 10,
    refund: 10,
    queryRefund: 5,
    echo: 5
  }
  it.effect.each(names)("whether %s happened when its time is up", (name) =>
    Effect.gen(function* () {
      const { promise, resolve } = Promise.withResolvers<void>()
      const { pay } = yield* wechat(() => ({ silent: resolve }))
      const answer: Effect.Effect<unknown, PayFailure> = operations[name].ask(pay)
      const fiber = yield* Effect.forkChild(Effect.flip(answer))
      yield* Effect.promise(() => promise)
      yield* TestClock.adjust(`${patience[name]} seconds`)
      assert.strictEqual((yield* Fiber.join(fiber))._tag, "PayUnknown")
    })
  )
})
