import { assert, describe, it } from "@effect/vitest"
import { Effect, Logger, References } from "effect"
import { Fen } from "../../../../core/values/money.ts"
import { ask, names, operations, REFUND, refund, SALE, saleBody, says, unknown } from "./asking.ts"
import { keys, merchant, NOW, order, probe, settings, signed, wechat } from "./fixture.ts"

describe("a request", () => {
  it.effect.each(names)(
    "%s names our key, WeChat's key and itself, and is signed as sent",
    (name) =>
      Effect.gen(function* () {
        const { outcome, requests } = yield* ask(name, operations[name].answer)
        assert.strictEqual(outcome._tag, "Success")
        const [seen] = requests
        assert.isTrue(seen?.authentic)
        assert.strictEqual(seen?.headers["wechatpay-serial"], keys.platform_public_key_id)
        assert.strictEqual(seen?.headers.accept, "application/json")
        assert.match(String(seen?.headers["user-agent"]), /weir/)
        assert.strictEqual(
          seen?.headers["content-type"],
          seen?.body ? "application/json" : undefined
        )
      })
  )

  it.effect("a body leaves byte for byte as it was frozen", () =>
    Effect.gen(function* () {
      const { requests } = yield* ask("codepay", operations.codepay.answer)
      assert.strictEqual(requests[0]?.body, saleBody)
    })
  )

  it.effect("what a number contains is encoded once, and signed that way", () =>
    Effect.gen(function* () {
      const { pay, requests } = yield* wechat(() => ({ body: order("A|*/B?_1") }))
      yield* pay.query(merchant, "A|*/B?_1")
      assert.strictEqual(
        requests[0]?.target,
        `/v3/pay/transactions/out-trade-no/A%7C*%2FB%3F_1?mchid=${settings.mchid}`
      )
      assert.isTrue(requests[0]?.authentic)
    })
  )

  it.effect("no two requests carry the same nonce", () =>
    Effect.gen(function* () {
      const { pay, requests } = yield* wechat(() => ({ body: order(SALE) }))
      yield* pay.query(merchant, SALE)
      yield* pay.query(merchant, SALE)
      const nonces = requests.map(
        ({ headers }) => /nonce_str="(\w{32})"/.exec(String(headers.authorization))?.[1]
      )
      assert.strictEqual(new Set(nonces).size, 2)
    })
  )
})

describe("an answer", () => {
  it.effect("a paid code payment, to the fen and the second", () =>
    Effect.gen(function* () {
      const { pay } = yield* wechat(() => ({ body: order(SALE) }))
      assert.deepStrictEqual(yield* pay.codepay(merchant, saleBody), {
        appid: settings.appid,
        mchid: settings.mchid,
        outTradeNo: SALE,
        transactionId: "4200009999202611240000000001",
        tradeType: "MICROPAY",
        tradeState: "SUCCESS",
        tradeStateDesc: "支付成功",
        bankType: "OTHERS",
        successTime: Date.UTC(2026, 10, 24, 6, 0, 1),
        payer: { openid: "oCANARYopenid" },
        amount: { total: Fen.make(12850), payerTotal: Fen.make(12800), currency: "CNY" }
      })
    })
  )

  it.effect("202 is a payment whose payer still types the password", () =>
    Effect.gen(function* () {
      const body = order(SALE, {
        trade_state: "USERPAYING",
        transaction_id: "",
        success_time: null,
        amount: undefined
      })
      const { pay } = yield* wechat(() => ({ status: 202, body }))
      const { tradeState, transactionId } = yield* pay.codepay(merchant, saleBody)
      assert.deepStrictEqual([tradeState, transactionId], ["USERPAYING", undefined])
    })
  )

  it.effect("202 without a state is not an end", () =>
    Effect.asVoid(unknown("codepay", { status: 202, body: says("USERPAYING") }))
  )

  it.effect("a merchant on the move hears answers signed with either key", () =>
    Effect.gen(function* () {
      const body = order(SALE)
      const serial = keys.platform_certificate_serial
      const { outcome } = yield* ask("query", { body, signed: signed(body, { serial }) })
      assert.strictEqual(outcome._tag, "Success")
    })
  )

  it.effect("a number too long for JavaScript keeps every digit", () =>
    Effect.gen(function* () {
      const number = "4200009999202611240000000001"
      const body = order(SALE).replace(`"${number}"`, number)
      const { pay } = yield* wechat(() => ({ body }))
      assert.strictEqual((yield* pay.query(merchant, SALE)).transactionId, number)
    })
  )

  it.effect("a refund is accepted, or stands somewhere", () =>
    Effect.gen(function* () {
      const { pay } = yield* wechat(() => ({ body: refund({ status: "ABNORMAL" }) }))
      const { amount, status } = yield* pay.queryRefund(merchant, REFUND)
      assert.strictEqual(status, "ABNORMAL")
      assert.deepStrictEqual(amount, { total: Fen.make(12850), refund: Fen.make(50) })
    })
  )

  it.effect.each(names)(
    "%s: a success without a signature is forged, and nothing is known",
    (name) => Effect.asVoid(unknown(name, { ...operations[name].answer, signed: false }))
  )

  const answered = order(SALE)
  it.effect.each([
    ["signed for another body", signed(`${answered} `), /does not fit/],
    ["signed by nobody we know", signed(answered, { serial: "PUB_KEY_ID_9" }), /not configured/],
    ["signed five minutes ago", signed(answered, { timestamp: NOW / 1000 - 301 }), /301 s ahead/],
    ["a probe", { ...signed(answered), ...probe }, /probe/]
  ] as const)("one that is %s is discarded, and nothing is known", ([, headers, reason]) =>
    Effect.gen(function* () {
      const { outcome, requests } = yield* ask("codepay", { body: answered, signed: headers })
      assert.strictEqual(outcome._tag, "PayUnknown")
      assert.match(String("message" in outcome && outcome.message), reason)
      assert.strictEqual(requests.length, 1)
    })
  )

  it.effect.each([
    ["about another order", order("WEIR20261124000002")],
    ["about another merchant", order(SALE, { mchid: "1900000110" })],
    ["with a state nobody knows", order(SALE, { trade_state: "MAYBE" })],
    ["with half a fen", order(SALE, { amount: { total: 128.5 } })],
    ["with more than can be counted", order(SALE).replace("12850", "9007199254740993")],
    ["paid without a transaction", order(SALE, { transaction_id: null })],
    ["with text without end", order(SALE, { transaction_id: "4".repeat(1_000) })],
    ["that is no JSON", "ok"],
    ["that is empty", ""]
  ] as const)("one %s is not believed", ([, body]) => Effect.asVoid(unknown("query", { body })))

  it.effect("a question is asked once more where a probe stood in the place of the answer", () =>
    Effect.gen(function* () {
      const body = order(SALE)
      const { pay, requests } = yield* wechat((_, count) =>
        count === 1 ? { body, signed: { ...signed(body), ...probe } } : { body }
      )
      const { tradeState } = yield* pay.query(merchant, SALE)
      assert.strictEqual(tradeState, "SUCCESS")
      assert.strictEqual(requests.length, 2)
    })
  )

  it.effect("two probes in a row end the question", () =>
    Effect.gen(function* () {
      const body = order(SALE)
      const { outcome, requests } = yield* ask("query", {
        body,
        signed: { ...signed(body), ...probe }
      })
      assert.strictEqual(outcome._tag, "PayUnknown")
      assert.strictEqual(requests.length, 2)
    })
  )
})

it.effect("a request that never left is told from one that may have arrived", () =>
  Effect.gen(function* () {
    const { pay, stop } = yield* wechat(() => ({}))
    stop()
    const failure = yield* Effect.flip(pay.codepay(merchant, saleBody))
    assert.strictEqual(failure._tag, "PayNotSent")
  })
)

it.effect("an echo of something else is no echo", () =>
  Effect.asVoid(unknown("echo", { body: '{"echo_message":"else"}' }))
)

it.effect("a body without a number is a mistake of ours, found before anything is sent", () =>
  Effect.gen(function* () {
    const { pay, requests } = yield* wechat(() => ({}))
    const exit = yield* Effect.exit(pay.codepay(merchant, "{}"))
    assert.isTrue(exit._tag === "Failure" && exit.cause.reasons.some(({ _tag }) => _tag === "Die"))
    assert.strictEqual(requests.length, 0)
  })
)

it.effect(
  "the log says which call, how it went and under which number, but nothing of anybody",
  () =>
    Effect.gen(function* () {
      const written: Array<string> = []
      const logger = Logger.make((entry) => {
        written.push(Logger.formatJson.log(entry))
      })
      const personal = JSON.stringify({
        code: "NOT_ENOUGH",
        message: "oCANARYopenid",
        detail: { value: "134567890123456789" }
      })
      yield* Effect.gen(function* () {
        yield* ask("codepay", operations.codepay.answer)
        yield* ask("codepay", { status: 403, body: personal })
        yield* ask("codepay", { status: 500, body: says("SYSTEM_ERROR", "oCANARYopenid") })
      }).pipe(
        Effect.provide(Logger.layer([logger])),
        Effect.provideService(References.MinimumLogLevel, "Debug")
      )

      assert.strictEqual(written.length, 3)
      for (const line of written) {
        assert.match(line, /"operation":"codepay"/)
        assert.match(line, /"requestId":"08E6CF05-0"/)
        assert.match(line, /"status":\d+/)
        assert.match(line, /"duration":\d+/)
        assert.notMatch(line, /CANARY|134567890123456789|停车费|4200009999/)
      }
      assert.match(String(written[1]), /"code":"NOT_ENOUGH"/)
    })
)
