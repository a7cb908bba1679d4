import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { codepay, isAuthentic, native, noon, openSandbox } from "../../support/wechat-sandbox.ts"

const url = "/v3/pay/transactions/native"

const numberOf = ({ headers }: { headers: Readonly<Record<string, string>> }) =>
  Number(/-(\d+)$/.exec(headers["request-id"] ?? "")?.[1])

describe("a request", () => {
  it.effect("that is not authentic is answered 401, without a signature", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      const body = native(wechat, "ORDER-0001")
      const seconds = noon / 1000
      const refused = [
        yield* wechat.call("POST", url, body, { authorization: "" }),
        yield* wechat.call("POST", url, body, { authorization: "Bearer token" }),
        yield* wechat.call("POST", url, body, { timestamp: seconds - 301 }),
        yield* wechat.call("POST", url, body, { timestamp: seconds + 301 }),
        yield* wechat.call("POST", url, body, { serial: "00".repeat(20) }),
        yield* wechat.call("POST", url, body, { mchid: "1900000000" }),
        yield* wechat.call("POST", url, body, { signs: JSON.stringify(body, null, 1) })
      ]
      for (const reply of refused) {
        assert.deepStrictEqual([reply.status, reply.json.code], [401, "SIGN_ERROR"])
        assert.isUndefined(reply.headers["wechatpay-signature"])
        assert.strictEqual(numberOf(reply), 268443699)
      }
      assert.strictEqual((yield* wechat.control("GET", "/control/ledger")).json.orders.length, 0)
    })
  )

  it.effect("may be five minutes off, to the second", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      for (const timestamp of [noon / 1000 - 300, noon / 1000 + 300]) {
        const body = native(wechat, "ORDER-0001")
        assert.strictEqual((yield* wechat.call("POST", url, body, { timestamp })).status, 200)
      }
    })
  )

  it.effect("is signed over its bytes: line ends, spaces and the query count", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      const pretty = `${JSON.stringify(native(wechat, "ORDER|0001*"), null, 2)}\n`
      assert.strictEqual((yield* wechat.call("POST", url, pretty)).status, 200)
      const encoded = `/v3/pay/transactions/out-trade-no/ORDER%7C0001%2A?mchid=${wechat.credentials.mchid}`
      const found = yield* wechat.call("GET", encoded)
      assert.strictEqual(found.json.out_trade_no, "ORDER|0001*")
    })
  )

  it.effect("is checked in WeChat's order", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      // Each body has every mistake that is still to come.
      const wrong = {
        ...native(wechat, "ORDER-0001"),
        appid: "wx0000000000000000",
        amount: { total: 0, currency: "CNY" },
        payer_client_ip: "127.0.0.1",
        mchid: "1900000000"
      }
      const ownMchid = { ...wrong, mchid: wechat.credentials.mchid }
      const { payer_client_ip: _, ...known } = ownMchid
      const steps = [
        [
          yield* wechat.call("POST", url, wrong, { wechatSerial: "00" }),
          "INVALID_REQUEST",
          268435456
        ],
        [yield* wechat.call("POST", url, "{"), "PARAM_ERROR", 268435461],
        [yield* wechat.call("POST", url, wrong), "INVALID_REQUEST", 268447843],
        [yield* wechat.call("POST", url, ownMchid), "PARAM_ERROR", 270924358],
        [yield* wechat.call("POST", url, known), "PARAM_ERROR", 268435461],
        [
          yield* wechat.call("POST", url, { ...known, amount: { total: 1 } }),
          "APPID_MCHID_NOT_MATCH",
          268445527
        ]
      ] as const
      for (const [reply, code, number] of steps) {
        assert.deepStrictEqual(
          [reply.status, reply.json.code, numberOf(reply)],
          [400, code, number]
        )
        assert.isTrue(isAuthentic(reply, wechat.credentials))
      }
    })
  )

  it.effect("with keys of another API names all of them", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      const body = {
        ...codepay(wechat, "SALE-0001", "134650182203475516"),
        notify_url: "https://shop.example.com/paid",
        scene_info: { payer_client_ip: "10.0.0.2" }
      }
      const { json } = yield* wechat.call("POST", "/v3/pay/transactions/codepay", body)
      assert.deepStrictEqual(json.detail.value.toSorted(), [
        "/body/notify_url",
        "/body/scene_info/payer_client_ip"
      ])
    })
  )

  const mistakes: ReadonlyArray<readonly [what: string, change: object, field: string]> = [
    ["an amount of nothing", { amount: { total: 0 } }, "/amount/total"],
    ["an amount in yuan", { amount: { total: 88.5 } }, "/amount/total"],
    ["an amount as text", { amount: { total: "8800" } }, "/amount/total"],
    ["null", { attach: null }, "/attach"],
    ["43 Chinese characters", { description: "票".repeat(43) }, "/description"],
    ["no description", { description: undefined }, "/description"],
    ["a short number", { out_trade_no: "12345" }, "/out_trade_no"],
    ["a number with a space", { out_trade_no: "ORDER 0001" }, "/out_trade_no"],
    ["a notify URL with a query", { notify_url: "https://a.example/?x=1" }, "/notify_url"],
    ["a notify path", { notify_url: "/paid" }, "/notify_url"],
    ["a local time", { time_expire: "2026-11-24 13:00:00" }, "/time_expire"]
  ]
  it.effect.each(mistakes)("with %s is told which field is wrong", ([, change, field]) =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      const reply = yield* wechat.call("POST", url, { ...native(wechat, "ORDER-0001"), ...change })
      assert.deepStrictEqual([reply.status, reply.json.code], [400, "PARAM_ERROR"])
      assert.strictEqual(reply.json.detail.field, field)
      assert.strictEqual(reply.json.detail.location, "body")
    })
  )

  it.effect("has no emoji", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      const body = { ...native(wechat, "ORDER-0001"), description: "面包🍞" }
      assert.strictEqual((yield* wechat.call("POST", url, body)).json.code, "PARAM_ERROR")
    })
  )

  it.effect("for somebody else is refused, in the query too", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      const path = "/v3/pay/transactions/out-trade-no/ORDER-0001"
      assert.strictEqual((yield* wechat.call("GET", path)).json.detail.field, "/mchid")
      const other = yield* wechat.call("GET", `${path}?mchid=1900000000`)
      assert.strictEqual(other.json.code, "INVALID_REQUEST")
      const own = yield* wechat.call("GET", `${path}?mchid=${wechat.credentials.mchid}`)
      assert.deepStrictEqual([own.status, own.json.code], [404, "ORDER_NOT_EXIST"])
      assert.strictEqual(numberOf(own), 268512771)
    })
  )
})
