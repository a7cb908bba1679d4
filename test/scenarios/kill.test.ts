import { assert, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer, type Scope } from "effect"
import { type Fen, formatYuan } from "#core"
import { Ground, installed, orderOf } from "../support/ground.ts"
import {
  eventually,
  type Installation,
  kill,
  type Launched,
  start,
  stop
} from "../support/installation.ts"
import { canPlaceKills, durable, killAt } from "../support/killer.ts"
import { faultsIn } from "../support/payment-books.ts"
import { about, house, post, sale, says, type Texts } from "../support/store.ts"

/** An installation that has been started once. */
class Model extends Context.Service<Model, Installation>()("Model") {
  static readonly layer = Layer.effect(
    Model,
    Effect.tap(installed(), (model) => Effect.flatMap(start(model), stop))
  ).pipe(Layer.provideMerge(Ground.layer))
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
  const { wechat } = yield* Ground
  const at = yield* installed({ like: yield* Model })
  const gateway = yield* start(at)
  return { at, ticket, gateway, code: yield* wechat.code(outcome) } satisfies Victim
})

const at =
  (calls: string, nth: number): Harm =>
  ({ gateway }) =>
    Effect.as(killAt(gateway, calls, nth), Effect.void)

const isUnfinished = (code = "") => code === "P1" || code === "P2"

/** A till says the same again until it hears how it ended. */
const insists = (at: Installation, message: Uint8Array): Effect.Effect<Uint8Array> => {
  const said = post(at, "/pos/xml", message).pipe(
    Effect.flatMap((bytes) =>
      Effect.map(house.read(bytes), ({ RetCode }) => (isUnfinished(RetCode) ? undefined : bytes))
    ),
    Effect.orElseSucceed(() => undefined)
  )
  return eventually("the till hears how it ended", said, "5 minutes", "500 millis")
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
  yield* start(at)
  // What a dead process held is taken up after the 15 seconds of its lease; a reversal then waits for 15 more.
  const bytes = yield* Effect.timeout(Fiber.join(heard), "60 seconds")
  for (let again = 0; again < 3; again++)
    assert.deepEqual(yield* post(at, "/pos/xml", message), bytes)
  return { killed, told: yield* house.read(bytes) }
})

/** Also while the gateway runs: what it still had to do it does by itself. */
const endsSound = ({ at }: Victim) => {
  const faults = Effect.map(faultsIn(at), (faults) => faults.length === 0 || undefined)
  return eventually("its books are sound", faults)
}

/**
 * Sells, and tells whether the gateway was killed before the till had heard of it. Where WeChat never had the sale, or its code has
 * expired meanwhile, that is what the till hears, and it scans again.
 */
const sells = Effect.fnUntraced(function* (it: Victim, harm: Harm) {
  const { wechat } = yield* Ground
  const message = yield* house.write(sale(it.ticket, it.code))
  const { killed, told } = yield* outlives(it, message, harm)
  const success = (outTradeNo = "") =>
    Effect.map(wechat.ordersOf(outTradeNo), (all) =>
      all.filter(({ tradeState }) => tradeState === "SUCCESS").map(({ outTradeNo }) => outTradeNo)
    )
  let paid = told
  if (told.RetCode === "R0" || told.RetCode === "F1") {
    assert.deepEqual(yield* success(told.OutTradeNo), [])
    paid = yield* says(it.at, sale(it.ticket, yield* wechat.code("paid")))
  }
  assert.strictEqual(paid.RetCode, "00", it.ticket)
  assert.deepEqual(yield* success(paid.OutTradeNo), [paid.OutTradeNo])
  yield* endsSound(it)
  return { killed, said: told.RetCode }
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
  Effect.map(orderOf(code), (order) => (order === undefined ? undefined : true))

/** What happens on the line to WeChat: one at a time, as they share it. */
const onTheLine: ReadonlyArray<readonly [ticket: string, harm: Harm]> = [
  ["taken-and-held", once(isOrdered, struck("slow", { seconds: 8 }))],
  ["taken-and-lost", once(hasStruck, struck("reset"))],
  ["never-taken", once(hasStruck, struck("drop"))]
]

/** Something that a till does with a sale it has made, and what WeChat's books must say in the end. */
const follows =
  (name: string, message: (ticket: string) => Texts, expected: object) => (nth: number) =>
    Effect.gen(function* () {
      const { wechat } = yield* Ground
      const one = yield* victim(`${name}-${nth}`)
      const sold = yield* says(one.at, sale(one.ticket, one.code))
      const bytes = yield* house.write(message(one.ticket))
      const { killed, told } = yield* outlives(one, bytes, at(durable, nth))
      assert.include(told, { RetCode: name === "reversed" ? "R0" : "00", RefundFee: "128.50" })
      const [order, ...others] = yield* wechat.ordersOf(sold.OutTradeNo ?? "")
      assert.lengthOf(others, 0)
      assert.containSubset(order, expected)
      yield* endsSound(one)
      return killed
    })

const reversed = follows("reversed", (ticket) => ({ TranCode: "REVERSE", ...about(ticket) }), {
  tradeState: "REVOKED"
})

const refunded = follows(
  "refunded",
  (ticket) => ({
    TranCode: "REFUND",
    ...about(`back-${ticket}`),
    OrigTicketNo: ticket,
    RefundFee: "128.50"
  }),
  { tradeState: "REFUND", refunds: [{ amount: 12_850 }] }
)

/** Its payer types the password while nobody is there to be told. */
const paidMeanwhile = Effect.gen(function* () {
  const { wechat } = yield* Ground
  const one = yield* victim("paid-meanwhile", "userpaying")
  const message = yield* house.write(sale(one.ticket, one.code))
  const pays = Effect.flatMap(wechat.orders, (all) =>
    wechat.pays(all.find(({ authCode }) => authCode === one.code)?.outTradeNo ?? "")
  )
  const harm = once(isOrdered, () => Effect.succeed(Effect.void))
  const { told } = yield* outlives(one, message, (it) =>
    Effect.map(harm(it), (ends) => Effect.andThen(ends, pays))
  )
  assert.strictEqual(told.RetCode, "00")
  yield* endsSound(one)
})

/** A notify is acknowledged once it is stored, so WeChat repeats one that met a dying gateway. */
const notified = (nth: number) =>
  Effect.gen(function* () {
    const { wechat } = yield* Ground
    const one = yield* victim(`notified-${nth}`)
    const { at, gateway, ticket } = one
    const total = 1_000 + nth
    const query = { TranCode: "QUERY", ...about(ticket) }
    const asked = { ...query, TranCode: "NATIVE", TotalFee: formatYuan(total as Fen) }
    const bytes = yield* house.write(asked)
    const shown = yield* house.read(yield* post(at, "/pos/qr", bytes))
    assert.match(shown.CodeUrl ?? "", /^weixin:/)
    const [order] = (yield* wechat.orders).filter((order) => order.total === total)
    yield* killAt(gateway, durable, nth)
    yield* wechat.pays(order?.outTradeNo ?? "")
    yield* Effect.promise(() => gateway.end)
    yield* start(at)
    const acknowledged = Effect.map(wechat.notifies, (all) =>
      all.find(
        ({ deliveries, url }) =>
          url.startsWith(`http://127.0.0.1:${at.ports.public}/`) &&
          deliveries.some(({ status }) => status === 200)
      )
    )
    yield* eventually("its notify is acknowledged", acknowledged, "40 seconds", "500 millis")
    assert.include(yield* says(at, query), { RetCode: "00", OutTradeNo: order?.outTradeNo })
    yield* endsSound(one)
  })

/** Most of the time each of them waits. */
const together = { concurrency: "unbounded" } as const

/** What happens on the line strikes whoever comes next, so it happens before all else; how it ends is waited for later. */
const harmLine = Effect.gen(function* () {
  const held = yield* Effect.forEach(
    onTheLine,
    ([ticket, harm]) => Effect.map(victim(ticket), (one) => [one, harm] as const),
    together
  )
  const ends = []
  for (const [one, harm] of held) {
    ends.push(yield* Effect.forkScoped(sells(one, harm)))
    yield* Effect.promise(() => one.gateway.end)
  }
  return ends
})

class Line extends Context.Service<Line, Effect.Success<typeof harmLine>>()("Line") {
  static readonly layer = Layer.effect(Line, harmLine).pipe(Layer.provideMerge(Model.layer))
}

const options = { excludeTestServices: true, timeout: "2 minutes", concurrent: true } as const

layer(Line.layer, options)("a kill", (it) => {
  const kills = it.effect.skipIf(!canPlaceKills)

  kills(
    "while WeChat is asked for money ends in one right sale",
    () =>
      Effect.gen(function* () {
        const ends = yield* Effect.forEach(yield* Line, Fiber.join)
        const said = ends.map(({ said }) => said)
        assert.deepEqual(said, ["00", "00", "R0"])
      }),
    240_000
  )

  kills(
    "at any durable step of a sale ends in one right sale",
    () =>
      Effect.gen(function* () {
        const step = (nth: number) =>
          Effect.flatMap(victim(`stored-${nth}`), (one) => sells(one, at(durable, nth)))
        const steps = [1, 2, 3, 4, 5, 6].map((nth) => Effect.scoped(step(nth)))
        const killed = (yield* Effect.all(steps, together)).map(({ killed }) => killed)
        // The message, the attempt, WeChat's word, the answer; then nothing is left to be stored.
        assert.deepEqual(killed.slice(0, 4), [true, true, true, true])
        assert.include(killed, false)
      }),
    240_000
  )

  kills(
    "at any durable step of what follows a sale ends in one right end of it",
    () =>
      Effect.gen(function* () {
        const all = [
          ...[1, 2, 4, 6].map(reversed),
          paidMeanwhile,
          ...[1, 2].map(notified),
          ...[1, 2, 3, 4].map(refunded)
        ]
        yield* Effect.all(all.map(Effect.scoped), together)
      }),
    240_000
  )
})
