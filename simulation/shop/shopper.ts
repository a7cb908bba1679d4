import { Effect, Schema } from "effect"
import type { Fen } from "../../core/values/money.ts"
import type { Chance } from "../chance.ts"
import type { Talk } from "../invariants/history.ts"
import { type Counter, pause, record } from "../tills/counter.ts"
import { Said } from "./plugin.ts"

/** What a shop's client asks of one order. */
export interface Wish {
  readonly path: "invite" | "prepare" | "ask" | "reverse" | "refund"
  readonly order: string
  readonly body: Readonly<Record<string, string | number>>
}

/** The way to the shop: what it answers, or nothing that arrives in time. */
export type Visit = (wish: Wish) => Effect.Effect<string | undefined>

const decode = Schema.decodeEffect(Schema.fromJsonString(Said))

/** As what the judge knows it: what takes money, what asks, what gives back. */
const calls: Readonly<Record<Wish["path"], Talk["call"]>> = {
  invite: "NATIVE",
  prepare: "NATIVE",
  ask: "QUERY",
  reverse: "REVERSE",
  refund: "REFUND"
}

type Step = "prepare" | "two at once" | "ask" | "give up" | "leave"

/** Somebody who buys in a web shop: opens it on a phone and on a desk, begins, goes back, gives up, sends things back. */
export class Shopper {
  readonly #counter: Counter
  readonly #visit: Visit
  readonly #chance: Chance
  readonly #name: string
  readonly #openid: () => string
  #orders = 0

  constructor(counter: Counter, visit: Visit, name: string, openid: () => string) {
    this.#counter = counter
    this.#visit = visit
    this.#name = name
    this.#openid = openid
    this.#chance = counter.chance.of(`shopper ${name}`)
  }

  /** Buys some things, one after another. */
  day(orders: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (let bought = 0; bought < orders; bought++) {
        yield* pause(this.#chance, 1, 40)
        yield* this.#buys(`${this.#name}-${++this.#orders}`, this.#chance.between(1, 30_000) as Fen)
      }
    })
  }

  #buys(order: string, amount: Fen): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      let heard = yield* this.#asks({ path: "invite", order, body: { amount } }, amount)
      for (let turns = 0; turns < 300; turns++) {
        if (heard?.code === "00") return yield* this.#afterwards(order, amount)
        if (heard?.code === "R0") return
        yield* pause(this.#chance, 1, 12)
        switch (this.#next(heard?.code, turns)) {
          case "leave":
            return
          case "prepare":
            heard = yield* this.#prepares(order, amount)
            break
          case "two at once":
            ;[heard] = yield* Effect.all(
              [this.#prepares(order, amount), this.#prepares(order, amount)],
              { concurrency: 2 }
            )
            break
          case "ask":
            heard = yield* this.#asks({ path: "ask", order, body: {} })
            // Whoever never heard of the invitation asks for it again.
            if (heard?.code === "E4")
              heard = yield* this.#asks({ path: "invite", order, body: { amount } }, amount)
            break
          case "give up":
            heard = yield* this.#asks({ path: "reverse", order, body: {} })
        }
      }
      this.#counter.complain(`order ${order} never comes to an end`)
    })
  }

  #next(code: string | undefined, turns: number): Step {
    const rough = this.#counter.isRough() ? 1 : 0
    return this.#chance.pick<Step>({
      prepare: code === undefined || turns > 20 ? 0 : 5,
      "two at once": code === undefined || turns > 20 ? 0 : 1,
      ask: 6,
      "give up": turns > 12 ? 3 : 0.4,
      leave: 0.15 * rough
    })
  }

  #prepares(order: string, amount: Fen) {
    return Effect.gen({ self: this }, function* () {
      const way = this.#chance.pick({ native: 2, h5: 1, jsapi: 3 })
      const body = { amount, way, openid: this.#openid() }
      const heard = yield* this.#asks({ path: "prepare", order, body }, amount)
      if (heard?.prepay !== undefined) yield* this.#counter.payers.scans(heard.prepay)
      return heard
    })
  }

  #afterwards(order: string, amount: Fen): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      if (this.#chance.happens(0.4)) return
      if (this.#chance.happens(0.2))
        return void (yield* this.#insists({ path: "reverse", order, body: {} }))
      for (let left = amount as number, part = 1; left > 0 && this.#chance.happens(0.7); part++) {
        const back = this.#chance.happens(0.3) ? left : this.#chance.between(1, left)
        const body = { key: `return ${part}`, amount: back }
        yield* this.#insists({ path: "refund", order, body }, back as Fen)
        left -= back
      }
    })
  }

  /** Until it has an answer that is an end. */
  #insists(wish: Wish, amount?: Fen): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (let turns = 0; turns < 60; turns++) {
        const heard = yield* this.#asks(wish, amount)
        if (heard !== undefined && heard.code !== "P2" && heard.code !== "E9") return
        if (this.#counter.isRough() && this.#chance.happens(0.05)) return
        yield* pause(this.#chance, 2, 20)
      }
    })
  }

  #asks(wish: Wish, amount?: Fen) {
    const said = {
      call: calls[wish.path],
      reference: wish.order,
      ...(amount !== undefined && { amount })
    }
    const bytes = JSON.stringify(wish)
    return record(this.#counter, this.#name, said, bytes, this.#visit(wish), (answer) =>
      Effect.orDie(decode(answer))
    )
  }
}
