import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import {
  type Arrival,
  isAuthentic,
  native,
  noon,
  openSandbox,
  temporaryFolder,
  unseal
} from "../../support/wechat-sandbox.ts"

type Sandbox = Effect.Success<ReturnType<typeof openSandbox>>

const ladder = [
  15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10_800, 10_800, 10_800, 21_600, 21_600
]

const payFor = Effect.fnUntraced(function* (wechat: Sandbox, number = "ORDER-0001") {
  yield* wechat.call("POST", "/v3/pay/transactions/native", native(wechat, number))
  yield* wechat.control("POST", "/control/pay", { outTradeNo: number })
})

const arrived = (wechat: Sandbox, count: number) =>
  wechat.until(Effect.sync(() => wechat.network.arrivals.length >= count))

/** Waits until the n-th try has been written down and the next one is planned. */
const judged = (wechat: Sandbox, tries: number) =>
  wechat.until(Effect.map(wechat.agenda, ([item]) => item === undefined || item.tries >= tries))

const over = (wechat: Sandbox) =>
  wechat.until(Effect.map(wechat.agenda, (items) => items.length === 0))

const open = (arrival: Arrival | undefined, wechat: Sandbox) => {
  const body = JSON.parse(arrival?.text ?? "")
  return { ...body, inside: JSON.parse(unseal(body.resource, wechat.credentials.apiV3Key)) }
}

const kinds = (wechat: Sandbox) =>
  Effect.map(wechat.control("GET", "/control/notifies"), ({ json }) =>
    json.notifies.map(
      (it: { state: string; deliveries: ReadonlyArray<{ as: string; status?: number }> }) => ({
        state: it.state,
        deliveries: it.deliveries.map(({ as, status }) =>
          status === undefined ? as : `${as} ${status}`
        )
      })
    )
  )

describe("a notify", () => {
  it.effect("says what a query says, sealed and signed", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      yield* payFor(wechat)
      yield* arrived(wechat, 1)
      const [arrival] = wechat.network.arrivals
      assert.strictEqual(arrival?.url, "https://gateway.example.com/wechat/pay/notify/main/paid")
      assert.isTrue(isAuthentic(arrival ?? { headers: {}, text: "" }, wechat.credentials))
      const { event_type, id, inside, resource } = open(arrival, wechat)
      assert.deepStrictEqual(
        [event_type, resource.original_type],
        ["TRANSACTION.SUCCESS", "transaction"]
      )
      assert.isAtMost(id.length, 36)
      const { mchid } = wechat.credentials
      const query = `/v3/pay/transactions/out-trade-no/ORDER-0001?mchid=${mchid}`
      assert.deepStrictEqual(inside, (yield* wechat.call("GET", query)).json)
      yield* over(wechat)
      assert.deepStrictEqual(yield* kinds(wechat), [
        { state: "delivered", deliveries: ["notify 200"] }
      ])
    })
  )

  it.effect(
    "that is not answered 200 or 204 comes 15 times more, over a day and four minutes",
    () =>
      Effect.gen(function* () {
        const wechat = yield* openSandbox()
        // The status alone counts, so a body of SUCCESS under 500 would change nothing.
        wechat.network.answer = () => (wechat.network.arrivals.length % 2 === 0 ? 500 : "silence")
        yield* payFor(wechat)
        yield* arrived(wechat, 1)
        for (const [index, seconds] of ladder.entries()) {
          yield* judged(wechat, index + 1)
          yield* TestClock.adjust(`${seconds - 1} seconds`)
          assert.lengthOf(wechat.network.arrivals, index + 1)
          yield* TestClock.adjust("1 second")
          yield* arrived(wechat, index + 2)
        }
        yield* over(wechat)
        yield* TestClock.adjust("2 days")
        const { arrivals } = wechat.network
        assert.lengthOf(arrivals, 16)
        assert.strictEqual(((arrivals[15]?.at ?? 0) - (arrivals[0]?.at ?? 0)) / 60_000, 24 * 60 + 4)
        const nonces = arrivals.map(({ headers }) => headers["wechatpay-nonce"])
        assert.strictEqual(new Set(nonces).size, 16)
        assert.strictEqual(new Set(arrivals.map(({ text }) => text)).size, 1)
        for (const arrival of arrivals) assert.isTrue(isAuthentic(arrival, wechat.credentials))
        assert.strictEqual((yield* kinds(wechat))[0].state, "given up")
      })
  )

  it.effect("keeps to WeChat's clock, while its signature keeps to everybody's", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      wechat.network.answer = () => 500
      yield* payFor(wechat)
      yield* arrived(wechat, 1)
      yield* judged(wechat, 1)
      yield* wechat.control("POST", "/control/clock", { advance: 15 })
      yield* arrived(wechat, 2)
      const [first, second] = wechat.network.arrivals
      assert.strictEqual(second?.at, first?.at)
      assert.strictEqual(
        second?.headers["wechatpay-timestamp"],
        first?.headers["wechatpay-timestamp"]
      )
    })
  )

  it.effect("is not lost when the sandbox is restarted, whether it waits or is on its way", () =>
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "sandbox.db")
      yield* Effect.scoped(
        Effect.gen(function* () {
          const before = yield* openSandbox({ file })
          before.network.answer = ({ at }) => (at === noon ? 503 : "hang")
          yield* payFor(before)
          yield* judged(before, 1)
          yield* TestClock.adjust("1 second")
          yield* payFor(before, "ORDER-0002")
          yield* arrived(before, 2)
        })
      )
      const after = yield* openSandbox({ file })
      yield* arrived(after, 1)
      assert.strictEqual(open(after.network.arrivals[0], after).inside.out_trade_no, "ORDER-0002")
      yield* TestClock.adjust("14 seconds")
      yield* arrived(after, 2)
      assert.strictEqual(open(after.network.arrivals[1], after).inside.out_trade_no, "ORDER-0001")
      yield* over(after)
    })
  )
})

describe("faults of notifies", () => {
  const set = (wechat: Sandbox, fault: object) => wechat.control("PUT", "/control/faults", fault)

  it.effect(
    "duplicate: it comes twice, one second apart, while the first may still be running",
    () =>
      Effect.gen(function* () {
        const wechat = yield* openSandbox()
        yield* set(wechat, { fault: "duplicate" })
        yield* payFor(wechat)
        yield* arrived(wechat, 1)
        yield* TestClock.adjust("1 second")
        yield* arrived(wechat, 2)
        yield* over(wechat)
        assert.deepStrictEqual(yield* kinds(wechat), [
          { state: "delivered", deliveries: ["notify 200", "duplicate 200"] }
        ])
      })
  )

  it.effect("reorder: a later one overtakes it", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      yield* set(wechat, { fault: "reorder" })
      yield* payFor(wechat, "ORDER-0001")
      yield* judged(wechat, 1)
      yield* payFor(wechat, "ORDER-0002")
      yield* arrived(wechat, 1)
      yield* TestClock.adjust("30 seconds")
      yield* arrived(wechat, 2)
      const numbers = wechat.network.arrivals.map((it) => open(it, wechat).inside.out_trade_no)
      assert.deepStrictEqual(numbers, ["ORDER-0002", "ORDER-0001"])
    })
  )

  it.effect("lost: it never comes", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      yield* set(wechat, { fault: "lost" })
      yield* payFor(wechat)
      yield* over(wechat)
      yield* TestClock.adjust("2 days")
      assert.lengthOf(wechat.network.arrivals, 0)
      assert.strictEqual((yield* wechat.ledgerOf("ORDER-0001")).tradeState, "SUCCESS")
    })
  )

  it.effect("forge: a stranger's comes first", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      yield* set(wechat, { fault: "forge" })
      yield* payFor(wechat)
      yield* arrived(wechat, 2)
      const authentic = wechat.network.arrivals.map((it) => isAuthentic(it, wechat.credentials))
      assert.deepStrictEqual(authentic, [false, true])
    })
  )

  it.effect("probe: a signature wrong on purpose, then the right one", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      wechat.network.answer = (it) => (isAuthentic(it, wechat.credentials) ? 204 : 401)
      yield* set(wechat, { fault: "probe" })
      yield* payFor(wechat)
      yield* arrived(wechat, 1)
      yield* judged(wechat, 1)
      assert.match(
        wechat.network.arrivals[0]?.headers["wechatpay-signature"] ?? "",
        /^WECHATPAY\/SIGNTEST\//
      )
      yield* TestClock.adjust("15 seconds")
      yield* over(wechat)
      assert.deepStrictEqual(yield* kinds(wechat), [
        { state: "delivered", deliveries: ["probe 401", "notify 204"] }
      ])
    })
  )

  it.effect("rotation: it is signed with a certificate that has to be fetched", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      yield* set(wechat, { fault: "rotation" })
      yield* payFor(wechat)
      yield* arrived(wechat, 1)
      const [arrival = { headers: {}, text: "" }] = wechat.network.arrivals
      assert.isFalse(isAuthentic(arrival, wechat.credentials))
      const { json } = yield* wechat.call("GET", "/v3/certificates")
      const listed = json.data.map(
        (it: { serial_no: string; encrypt_certificate: Parameters<typeof unseal>[0] }) =>
          [it.serial_no, unseal(it.encrypt_certificate, wechat.credentials.apiV3Key)] as const
      )
      assert.lengthOf(listed, 2)
      assert.isTrue(isAuthentic(arrival, wechat.credentials, Object.fromEntries(listed)))
    })
  )
})

describe("a migration to the public key", () => {
  it.effect("signs notifies with one key or the other, by its day", () =>
    Effect.gen(function* () {
      const wechat = yield* openSandbox()
      for (const [migrationDay, id] of [
        [1, wechat.credentials.platformSerial],
        [7, wechat.credentials.publicKeyId]
      ] as const) {
        yield* wechat.control("PUT", "/control/settings", { migrationDay })
        yield* payFor(wechat, `ORDER-DAY-${migrationDay}`)
        yield* over(wechat)
        assert.strictEqual(wechat.network.arrivals.at(-1)?.headers["wechatpay-serial"], id)
      }
    })
  )
})
