import { assert, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, type Scope } from "effect"
import {
  eventually,
  type Installation,
  install,
  kill,
  type Launched,
  start,
  startSandbox,
  stop
} from "../support/installation.ts"
import { canPlaceKills, durable, killAt } from "../support/killer.ts"
import { faultsIn } from "../support/payment-books.ts"
import { house, post, sale, says } from "../support/store.ts"
import { wechatOf } from "../support/wechat.ts"

const open = Effect.gen(function* () {
  const outside = yield* install()
  yield* startSandbox(outside)
  const model = yield* install({ sandbox: outside.ports.sandbox })
  yield* stop(yield* start(model))
  return { model, wechat: wechatOf(outside) }
})

/** One WeChat that outlives every gateway, and an installation that has been started once. */
class Ground extends Context.Service<Ground, Effect.Success<typeof open>>()("Ground") {
  static readonly layer = Layer.effect(Ground, open)
}

/** A gateway of its own that is about to be killed. */
interface Victim {
  readonly at: Installation
  readonly gateway: Launched
  readonly ticket: string
  /** On the customer's phone. */
  readonly code: string
}

/** Arranges the end of a gateway; what it returns is done once the till has spoken. */
type Harm = (victim: Victim) => Effect.Effect<Effect.Effect<unknown>, never, Ground | Scope.Scope>

const victim = Effect.fnUntraced(function* (ticket: string, outcome = "paid") {
  const { model, wechat } = yield* Ground
  const at = yield* install({ like: model, sandbox: model.ports.sandbox })
  const gateway = yield* start(at)
  return { at, ticket, gateway, code: yield* wechat.code(outcome) } satisfies Victim
})

const at =
  (calls: string, nth: number): Harm =>
  ({ gateway }) =>
    Effect.as(killAt(gateway, calls, nth), Effect.void)

const isUnfinished = (code = "") => code === "P1" || code === "P2"

/** A till says the same again until it hears how it ended. */
const insists = (at: Installation, message: Uint8Array) => {
  const said = post(at, "/pos/xml", message).pipe(
    Effect.flatMap((bytes) =>
      Effect.map(house.read(bytes), ({ RetCode }) => (isUnfinished(RetCode) ? undefined : bytes))
    ),
    Effect.orElseSucceed(() => undefined)
  )
  return eventually("the till hears how it ended", said, "80 seconds")
}

/**
 * Says something to a gateway that is killed meanwhile, or right after its answer has left, and starts another on the same files.
 * The till hears one answer and no other ever after, and the books are sound.
 */
const outlives = Effect.fnUntraced(function* (it: Victim, message: Uint8Array, harm: Harm) {
  const { at, gateway } = it
  const then = yield* harm(it)
  const heard = yield* Effect.forkChild(insists(at, message))
  yield* Effect.forkChild(then)
  const killed = yield* Effect.raceFirst(
    Effect.as(
      Effect.promise(() => gateway.end),
      true
    ),
    Effect.as(Fiber.join(heard), false)
  )
  if (!killed) yield* kill(gateway)
  const next = yield* start(at)
  const bytes = yield* Fiber.join(heard)
  for (let again = 0; again < 3; again++)
    assert.deepEqual(yield* post(at, "/pos/xml", message), bytes)
  return { killed, next, told: yield* house.read(bytes) }
})

const endsSound = Effect.fnUntraced(function* ({ at }: Victim, gateway: Launched) {
  yield* stop(gateway)
  assert.deepEqual(yield* faultsIn(at), [])
})

/** Sells, and tells whether the gateway was killed before the till had heard of it. */
const sells = Effect.fnUntraced(function* (it: Victim, harm: Harm, expected = "00") {
  const { wechat } = yield* Ground
  const message = yield* house.write(sale(it.ticket, it.code))
  const { killed, next, told } = yield* outlives(it, message, harm)
  assert.strictEqual(told.RetCode, expected, it.ticket)
  const paid =
    expected === "00" ? told : yield* says(it.at, sale(it.ticket, yield* wechat.code("paid")))
  assert.strictEqual(paid.RetCode, "00", it.ticket)
  const success = (yield* wechat.ordersOf(paid.OutTradeNo ?? "")).filter(
    ({ tradeState }) => tradeState === "SUCCESS"
  )
  assert.deepEqual(
    success.map(({ outTradeNo }) => outTradeNo),
    [paid.OutTradeNo]
  )
  yield* endsSound(it, next)
  return killed
})

const codepay = "/v3/pay/transactions/codepay"

/** Kills it when WeChat has come so far with its sale. */
const once =
  (moment: (victim: Victim) => Effect.Effect<true | undefined, never, Ground>, arm: Harm): Harm =>
  (it) =>
    Effect.gen(function* () {
      const context = yield* Effect.context<Ground>()
      yield* arm(it)
      const come = Effect.provide(moment(it), context)
      return Effect.andThen(eventually(`${it.ticket}: its moment`, come), kill(it.gateway))
    })

const struck =
  (fault: string, how: object = {}): Harm =>
  () =>
    Effect.flatMap(Ground, ({ wechat }) =>
      Effect.as(wechat.fault(fault, { path: codepay, ...how }), Effect.void)
    )

const hasStruck = () =>
  Effect.flatMap(Ground, ({ wechat }) =>
    Effect.map(wechat.faults, (all) => (all.length === 0 ? (true as const) : undefined))
  )

const isOrdered = ({ code }: Victim) =>
  Effect.flatMap(Ground, ({ wechat }) =>
    Effect.map(wechat.orders, (all) =>
      all.some(({ authCode }) => authCode === code) ? (true as const) : undefined
    )
  )

/** What happens on the line to WeChat: one at a time, as they share it. */
const onTheLine: ReadonlyArray<readonly [ticket: string, harm: Harm, expected?: string]> = [
  ["taken-and-held", once(isOrdered, struck("slow", { seconds: 8 }))],
  ["taken-and-lost", once(hasStruck, struck("reset"))],
  ["never-taken", once(hasStruck, struck("drop")), "R0"]
]

layer(Ground.layer, { excludeTestServices: true, timeout: "90 seconds" })("a kill", (it) => {
  it.effect.skipIf(!canPlaceKills)(
    "at any step of a sale ends in one right sale",
    () =>
      Effect.gen(function* () {
        const { wechat } = yield* Ground
        const ended = []
        for (const [ticket, harm, expected] of onTheLine) {
          const one = yield* victim(ticket)
          ended.push(yield* Effect.forkChild(sells(one, harm, expected)))
          yield* Effect.promise(() => one.gateway.end)
        }
        const steps = yield* Effect.forEach(
          [1, 2, 3, 4, 5, 6],
          (nth) => Effect.flatMap(victim(`stored-${nth}`), (one) => sells(one, at(durable, nth))),
          { concurrency: 6 }
        )
        // The message, the attempt, WeChat's word, the answer; then nothing is left to be stored.
        assert.deepEqual(steps.slice(0, 4), [true, true, true, true])
        assert.include(steps, false)
        yield* Effect.forEach(ended, Fiber.join)
      }),
    90_000
  )
})
