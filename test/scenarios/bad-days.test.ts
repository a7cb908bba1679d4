import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Ground, installed, opened, orderOf, sold } from "../support/ground.ts"
import { eventually, readiness, start, stop } from "../support/installation.ts"
import { faultsIn } from "../support/payment-books.ts"
import { canMount, onSmallDisk } from "../support/small-disk.ts"
import { about, house, post, sale, says, type Texts } from "../support/store.ts"

const codepay = "/v3/pay/transactions/codepay"
const clock = new URL("../support/clock.ts", import.meta.url).href

layer(Ground.layer, { excludeTestServices: true, timeout: "90 seconds" })("a gateway", (it) => {
  it.effect(
    "that is asked to stop says so first, answers all it has accepted, and ends well",
    () =>
      Effect.gen(function* () {
        const { at, gateway, wechat } = yield* opened
        const outcomes = Array.from({ length: 24 }, (_, n) => (n % 2 === 0 ? "paid" : "userpaying"))
        const codes = yield* Effect.forEach(outcomes, wechat.code, { concurrency: 8 })
        const messages = yield* Effect.forEach(codes, (code, n) =>
          house.write(sale(`ended-${n}`, code))
        )
        yield* wechat.fault("slow", { path: codepay, seconds: 2, times: 8 })
        const calls = yield* Effect.forEach(messages, (bytes) =>
          Effect.forkChild(post(at, "/pos/xml", bytes))
        )
        for (const code of codes) yield* eventually("WeChat has the sale", orderOf(code))

        const since = performance.now()
        gateway.signal("SIGTERM")
        const isTold = Effect.map(readiness(at), (status) => status === 503 || undefined)
        yield* eventually("whoever asks is told", isTold, "2 seconds")
        gateway.signal("SIGTERM")
        const answers = yield* Effect.forEach(calls, Fiber.join)
        assert.isBelow(performance.now() - since, 5_000)
        assert.deepEqual(yield* Effect.promise(() => gateway.end), { code: 0, signal: null })
        assert.isBelow(performance.now() - since, 10_000, gateway.output)

        const told = yield* Effect.forEach(answers, house.read)
        for (const [n, { RetCode = "" }] of told.entries())
          assert.include(outcomes[n] === "paid" ? ["00", "P2"] : ["P1", "P2"], RetCode)
      }),
    60_000
  )

  it.effect.skipIf(!canMount)(
    "whose disk is full is not ready, tells so, does nothing by halves, and heals by itself",
    () =>
      Effect.gen(function* () {
        const { wechat } = yield* Ground
        const { at, below, copyBack, fill } = onSmallDisk(yield* installed())
        const gateway = yield* start(at, { below })
        yield* sold(at, "before")
        const full = sale("full", yield* wechat.code("paid"))
        const held = sale("held", yield* wechat.code("paid"))
        yield* wechat.fault("slow", { path: codepay, seconds: 3 })
        const underway = yield* Effect.forkChild(says(at, held))
        yield* eventually("WeChat has the sale", orderOf(held.AuthCode ?? ""))

        const makeRoom = yield* fill(gateway)
        assert.strictEqual((yield* says(at, full)).RetCode, "E9")
        assert.strictEqual(yield* readiness(at), 503)
        assert.include(["E9", "P2"], (yield* Fiber.join(underway)).RetCode)
        // What was answered before is answered still.
        const query = { TranCode: "QUERY", ...about("before") }
        assert.strictEqual((yield* says(at, query)).RetCode, "00")

        yield* makeRoom
        const isReady = Effect.map(readiness(at), (status) => status === 200 || undefined)
        yield* eventually("it is ready again", isReady, "5 seconds")
        for (const texts of [full, held]) {
          const { OutTradeNo = "", RetCode } = yield* ends(at, texts)
          assert.strictEqual(RetCode, "00")
          const orders = yield* wechat.ordersOf(OutTradeNo)
          assert.deepEqual(
            orders.map(({ tradeState }) => tradeState),
            ["SUCCESS"]
          )
        }
        yield* copyBack(gateway)
        assert.deepEqual(yield* faultsIn(at), [])
      }),
    90_000
  )

  for (const jump of [240, -240])
    it.effect(
      `whose wall clock jumps by ${jump} seconds tells the waiting till all the same`,
      () =>
        Effect.gen(function* () {
          const { wechat } = yield* Ground
          const { environment, ...rest } = yield* installed()
          const at = { ...rest, environment: { ...environment, CLOCK_JUMP: String(jump * 1_000) } }
          const gateway = yield* start(at, { node: ["--import", clock] })
          const code = yield* wechat.code("userpaying")
          const since = performance.now()
          const waiting = yield* Effect.forkChild(says(at, sale(`jumped-${jump}`, code)))
          const { outTradeNo } = yield* eventually("WeChat has the sale", orderOf(code))
          gateway.signal("SIGUSR2")
          yield* wechat.pays(outTradeNo)
          assert.strictEqual((yield* Fiber.join(waiting)).RetCode, "00")
          assert.isBelow(performance.now() - since, 20_000)
          yield* stop(gateway)
          assert.deepEqual(yield* faultsIn(at), [])
        }),
      60_000
    )
})

/** A till says the same again for as long as it hears that nobody knows. */
const ends = (at: Parameters<typeof says>[0], texts: Texts) =>
  eventually(
    "the till hears how it ended",
    Effect.map(Effect.orDie(says(at, texts)), (told) => (told.RetCode === "P2" ? undefined : told)),
    "60 seconds"
  )
