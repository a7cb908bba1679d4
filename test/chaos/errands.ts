import { Effect } from "effect"
import type { Fen } from "../../core/values/money.ts"
import { ask, type Question } from "../../simulation/tills/counter.ts"
import {
  type HouseHeard,
  micropay,
  nameOf,
  native,
  query,
  read,
  refund,
  reverse,
  type Sale
} from "../../simulation/tills/house-message.ts"
import { Ground, orderOf } from "../support/ground.ts"
import { eventually } from "../support/installation.ts"
import type { Stall } from "./counter.ts"
import type { World } from "./world.ts"

/** A till with one customer, and who stands at it sees everything through. */
export class Desk {
  readonly counter: Stall
  readonly world: World
  readonly sale: Sale
  /** What the customer's phone shows. */
  code = ""

  constructor(counter: Stall, world: World) {
    this.counter = counter
    this.world = world
    const at = Math.floor(counter.now() / 1000) * 1000
    const till = { store: world.store, pos: "01" }
    this.sale = { till, ticket: "1", amount: 12_850 as Fen, at }
  }

  /** Another code on the customer's phone. */
  readonly shows = (outcome: string) =>
    Effect.flatMap(this.counter.shows(outcome), (code) =>
      Effect.sync(() => {
        this.code = code
      })
    )

  /** Says the same until it hears how it ended, and then some times more: it hears that and nothing else ever after. */
  readonly insists = Effect.fnUntraced({ self: this }, function* (question: Question) {
    const { bytes, heard } = yield* eventually(
      `${question.call} ${question.reference} has an end`,
      this.#asks(question),
      "5 minutes",
      "500 millis"
    )
    for (let again = 0; again < 3; again++) {
      const { talk } = this.counter
      yield* this.#asks(question)
      if (talk.at(-1)?.answer.bytes !== bytes)
        this.counter.complain(
          `${question.call} heard ${talk.at(-1)?.answer.code} after ${heard.code}`
        )
    }
    return heard
  })

  /** Once; `undefined`: there is no end yet. */
  #asks(question: Question) {
    const { counter, sale } = this
    return Effect.map(ask(counter, nameOf(sale.till), question, read), (heard) =>
      heard === undefined || heard.code === "P1" || heard.code === "P2"
        ? undefined
        : { heard, bytes: counter.talk.at(-1)?.answer.bytes }
    )
  }

  /** Complains about any other end than this. */
  readonly must = (code: string) => (heard: HouseHeard) =>
    Effect.sync(() => {
      if (heard.code !== code)
        this.counter.complain(
          `${this.sale.ticket} was to end with ${code}, and heard ${heard.code}`
        )
    })

  /** Sells. Where WeChat never had the sale, or its code is of no use any more, the customer shows another. */
  readonly sells = Effect.gen({ self: this }, function* () {
    const first = yield* this.insists(micropay(this.sale, this.code))
    if (first.code !== "R0" && first.code !== "F1") return first
    yield* this.shows("paid")
    return yield* this.insists(micropay(this.sale, this.code))
  })
}

/** Something that a till does. What must come before is done first; what it gives back is the rest, which harm may come to. */
export type Errand = (
  desk: Desk
) => Effect.Effect<Effect.Effect<unknown, never, Ground>, never, Ground>

/** Has sold something, without any trouble. */
const sold = (desk: Desk) =>
  Effect.andThen(desk.shows("paid"), Effect.flatMap(desk.sells, desk.must("00")))

/** A sale, whose code does on the phone what is said. */
export const sells =
  (outcome = "paid"): Errand =>
  (desk) =>
    Effect.as(desk.shows(outcome), Effect.flatMap(desk.sells, desk.must("00")))

export const reverses: Errand = (desk) =>
  Effect.as(sold(desk), Effect.flatMap(desk.insists(reverse(desk.sale)), desk.must("R0")))

export const refunds: Errand = (desk) => {
  const back = refund(desk.sale, "back", desk.sale.amount)
  return Effect.as(sold(desk), Effect.flatMap(desk.insists(back), desk.must("00")))
}

/** A QR that is paid. WeChat's notify is acknowledged once it is stored, so WeChat repeats one that met a dying gateway. */
export const isNotified: Errand = Effect.fnUntraced(function* (desk) {
  const { counter, sale, world } = desk
  const shown = yield* ask(counter, nameOf(sale.till), native(sale), read)
  return Effect.gen(function* () {
    const { wechat } = yield* Ground
    yield* wechat.pays(shown?.codeUrl ?? "")
    const home = `http://127.0.0.1:${world.gateways[0]?.at.ports.public}/`
    const acknowledged = Effect.map(wechat.notifies, (all) =>
      all.find(
        ({ deliveries, url }) =>
          url.startsWith(home) && deliveries.some(({ status }) => status === 200)
      )
    )
    yield* eventually("its notify is acknowledged", acknowledged, "5 minutes", "500 millis")
    yield* Effect.flatMap(desk.insists(query(sale)), desk.must("00"))
  })
})

/** Whether WeChat has the sale. */
export const isOrdered = ({ code }: Desk) =>
  Effect.map(orderOf(code), (order) => (order === undefined ? undefined : order.outTradeNo))
