import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Result } from "effect"
import { TestClock } from "effect/testing"
import { Urgency } from "../../../../core/tasks/urgency.ts"
import { type PayNotSent, PayRefused } from "../../../../core/wechat/pay/errors.ts"
import type { Merchant } from "../../../../core/wechat/pay/merchant.ts"
import { makePacing } from "../../../../core/wechat/pay/pacing.ts"
import { merchant } from "./fixture.ts"

const other: Merchant = { ...merchant, mchid: "1900000110" }
const refusal = (status: number, code: string) =>
  Result.fail(new PayRefused({ status, code, message: "", reaction: "repeat" }))
const tooFast = refusal(429, "FREQUENCY_LIMITED")

type Pacing = Effect.Success<typeof makePacing>

/** Waits for a turn and says when it came, or that it never did. */
const timed = (turn: Effect.Effect<void, PayNotSent>) =>
  turn.pipe(
    Effect.andThen(Clock.currentTimeMillis),
    Effect.catch(() => Effect.succeed("not sent" as const))
  )

const many = <A>(count: number, one: Effect.Effect<A>) =>
  Effect.forkChild(
    Effect.all(
      Array.from({ length: count }, () => one),
      { concurrency: "unbounded" }
    )
  )

/** How many turns there are in each second of a time in which there is always somebody waiting. */
const turnsIn = Effect.fnUntraced(function* (pacing: Pacing, seconds: number) {
  const turns: Array<number> = []
  const one = Effect.flatMap(timed(pacing.turn(merchant, "codepay")), (at) =>
    Effect.sync(() => void (typeof at === "number" && turns.push(at)))
  )
  const fiber = yield* many(20, Effect.forever(one))
  for (let tick = 0; tick < seconds * 20; tick++) yield* TestClock.adjust("50 millis")
  yield* Fiber.interrupt(fiber)
  return turns
})

describe("calls to WeChat", () => {
  it.effect(
    "are let through at once while they are few, and never faster than WeChat takes them",
    () =>
      Effect.gen(function* () {
        const pacing = yield* makePacing
        const [first] = yield* Effect.all([timed(pacing.turn(merchant, "codepay"))])
        assert.strictEqual(first, 0)
        const turns = yield* turnsIn(pacing, 10)
        for (const from of turns) {
          const within = turns.filter((at) => at >= from && at < from + 1000)
          assert.isAtMost(within.length, merchant.limits.codepay)
        }
        assert.isAtLeast(turns.length, 0.85 * 10 * merchant.limits.codepay)
      })
  )

  it.effect(
    "of a merchant at its limit leave another's, and its own of another kind, as they were",
    () =>
      Effect.gen(function* () {
        const pacing = yield* makePacing
        const busy = yield* many(60, timed(pacing.turn(merchant, "codepay")))
        yield* TestClock.adjust("100 millis")
        const now = yield* Clock.currentTimeMillis
        assert.strictEqual(yield* timed(pacing.turn(other, "codepay")), now)
        assert.strictEqual(yield* timed(pacing.turn(merchant, "query")), now)
        yield* TestClock.adjust("5 seconds")
        const waited = yield* Fiber.join(busy)
        assert.isTrue(waited.every((at) => typeof at === "number" && at <= 3_000))
      })
  )

  it.effect("that nobody waits for let those go first that somebody waits for", () =>
    Effect.gen(function* () {
      const pacing = yield* makePacing
      const order: Array<string> = []
      const named = (name: string) =>
        Effect.andThen(
          Effect.orDie(pacing.turn(merchant, "codepay")),
          Effect.sync(() => void order.push(name))
        )
      yield* many(3, named("first"))
      yield* TestClock.adjust(0)
      const later = yield* many(
        5,
        Effect.provideService(named("background"), Urgency, "background")
      )
      yield* TestClock.adjust(0)
      const sooner = yield* many(5, named("till"))
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.joinAll([later, sooner])
      assert.deepStrictEqual(order.slice(3), [
        ...Array.from({ length: 5 }, () => "till"),
        ...Array.from({ length: 5 }, () => "background")
      ])
    })
  )

  it.effect("that would wait longer than anybody has patience are not sent, and say so", () =>
    Effect.gen(function* () {
      const pacing = yield* makePacing
      const all = yield* many(300, Effect.exit(pacing.turn(merchant, "codepay")))
      yield* TestClock.adjust("10 seconds")
      const exits = yield* Fiber.join(all)
      const sent = exits.filter(Exit.isSuccess)
      const refused = exits.filter(Exit.isFailure)
      assert.isAtMost(sent.length, 3 * merchant.limits.codepay)
      assert.isAtLeast(sent.length, 2.5 * merchant.limits.codepay)
      for (const { cause } of refused)
        assert.match(String(cause), /Not sent: too many calls of this merchant wait already/)
    })
  )

  it.effect(
    "slow down by half when WeChat complains, once for all that it has at that moment, and recover",
    () =>
      Effect.gen(function* () {
        const pacing = yield* makePacing
        yield* pacing.turn(merchant, "codepay")
        for (let call = 0; call < 5; call++) yield* pacing.learn(merchant, "codepay", tooFast)
        const slow = (yield* turnsIn(pacing, 5)).length
        assert.isAbove(slow, 0.4 * 5 * merchant.limits.codepay)
        assert.isBelow(slow, 0.55 * 5 * merchant.limits.codepay)
        yield* TestClock.adjust("1 minute")
        assert.isAtLeast((yield* turnsIn(pacing, 5)).length, 0.85 * 5 * merchant.limits.codepay)
      })
  )

  it.effect("of several processes find their shares of one limit", () =>
    Effect.gen(function* () {
      const processes = yield* Effect.all([makePacing, makePacing, makePacing])
      const taken: Array<number> = []
      let complaints = 0
      /** WeChat: so many in any second. */
      const call = Effect.fnUntraced(function* (pacing: Pacing) {
        yield* pacing.turn(merchant, "codepay")
        const now = yield* Clock.currentTimeMillis
        const isTooFast = taken.filter((at) => at > now - 1000).length >= merchant.limits.codepay
        if (isTooFast) complaints++
        else taken.push(now)
        yield* pacing.learn(merchant, "codepay", isTooFast ? tooFast : Result.succeed("paid"))
      })
      const fibers = yield* Effect.forEach(processes, (pacing) =>
        many(8, Effect.forever(Effect.catch(call(pacing), () => Effect.sleep("100 millis"))))
      )
      const seconds = 120
      for (let tick = 0; tick < seconds * 20; tick++) yield* TestClock.adjust("50 millis")
      yield* Fiber.interruptAll(fibers)
      assert.isAbove(taken.length, 0.6 * seconds * merchant.limits.codepay)
      assert.isBelow(complaints, 0.1 * taken.length)
    })
  )
})

describe("refunds", () => {
  it.effect("go six a second once they fail, and at full speed again when they no longer do", () =>
    Effect.gen(function* () {
      const pacing = yield* makePacing
      const failing = refusal(403, "NOT_ENOUGH")
      const times: Array<number> = []
      const one = (outcome: Result.Result<string, PayRefused>) =>
        Effect.gen(function* () {
          yield* pacing.turn(merchant, "refund")
          times.push(yield* Clock.currentTimeMillis)
          yield* pacing.learn(merchant, "refund", outcome)
        })
      yield* Effect.orDie(one(failing))
      const failed = yield* many(30, Effect.ignore(one(failing)))
      for (let tick = 0; tick < 200; tick++) yield* TestClock.adjust("50 millis")
      yield* Fiber.join(failed)
      for (const from of times.slice(1))
        assert.isAtMost(times.filter((at) => at >= from && at < from + 1000).length, 7)

      times.length = 0
      const fine = yield* many(30, Effect.ignore(one(Result.succeed("accepted"))))
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fine)
      assert.strictEqual(times.length, 30)
    })
  )
})

describe("pacing", () => {
  it.live("costs next to nothing while there is room", () =>
    Effect.gen(function* () {
      const pacing = yield* makePacing
      const roomy: Merchant = { ...merchant, limits: { ...merchant.limits, orders: 1e12 } }
      const calls = 20_000
      const begun = process.cpuUsage()
      for (let call = 0; call < calls; call++) yield* pacing.turn(roomy, "native")
      const { system, user } = process.cpuUsage(begun)
      const micros = (user + system) / calls
      assert.isBelow(micros, 5)
    })
  )
})
