import { Effect } from "effect"
import type { Fen } from "../../core/values/money.ts"
import type { Chance } from "../chance.ts"
import { ask, type Counter, pause, type Question } from "./counter.ts"
import {
  type HouseHeard,
  micropay,
  nameOf,
  native,
  query,
  read,
  refund,
  reverse,
  type Sale,
  type TillId
} from "./house-message.ts"

/** What a cashier does next. */
type Step = "repeat" | "query" | "reverse" | "rescan" | "same code" | "leave"

/** How often a cashier does what with a sale that is paid. */
type Habits = typeof usual

const usual = { nothing: 3, part: 3, whole: 2, "too much": 1, undo: 2, "other amount": 1 }

/** A chain's own till, and who stands at it: repeats, asks, scans again, gives up, gives back. */
export class HouseTill {
  readonly #counter: Counter
  readonly #chance: Chance
  readonly #id: TillId
  readonly #habits: Habits
  #tickets = 0

  constructor(counter: Counter, id: TillId, habits = usual) {
    this.#counter = counter
    this.#id = id
    this.#habits = habits
    this.#chance = counter.chance.of(`till ${nameOf(id)}`)
  }

  /** Serves some customers, one after another. */
  day(customers: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (let served = 0; served < customers; served++) {
        yield* pause(this.#chance, 1, 25)
        yield* this.#serve()
      }
    })
  }

  #ticket(): string {
    return String(++this.#tickets).padStart(6, "0")
  }

  #ask(question: Question): Effect.Effect<HouseHeard | undefined> {
    return ask(this.#counter, nameOf(this.#id), question, read)
  }

  #serve(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const sale: Sale = {
        till: this.#id,
        ticket: this.#ticket(),
        amount: this.#chance.between(1, 30_000) as Fen,
        at: Math.floor(this.#counter.now() / 1000) * 1000
      }
      const paid = yield* this.#chance.happens(0.2) ? this.#shows(sale) : this.#scans(sale)
      if (paid) yield* this.#afterwards(sale)
    })
  }

  /** A sale by QR; some are finished by scanning the customer's code instead. */
  #shows(sale: Sale): Effect.Effect<boolean> {
    return Effect.gen({ self: this }, function* () {
      const message = native(sale)
      let heard = yield* this.#ask(message)
      while (heard === undefined && this.#chance.happens(0.8)) {
        yield* pause(this.#chance, 1, 5)
        heard = yield* this.#ask(message)
      }
      if (heard?.codeUrl !== undefined) yield* this.#counter.payers.scans(heard.codeUrl)
      if (this.#chance.happens(0.15)) return yield* this.#scans(sale)
      return yield* this.#seeThrough(sale, heard, message)
    })
  }

  #scans(sale: Sale): Effect.Effect<boolean> {
    return Effect.gen({ self: this }, function* () {
      const message = micropay(sale, yield* this.#counter.payers.comes)
      return yield* this.#seeThrough(sale, yield* this.#ask(message), message)
    })
  }

  /** Goes on until the sale has an end, or the cashier has had enough. */
  #seeThrough(
    sale: Sale,
    first: HouseHeard | undefined,
    message: Question
  ): Effect.Effect<boolean> {
    return Effect.gen({ self: this }, function* () {
      let heard = first
      let last = message
      for (let turns = 0; turns < 300; turns++) {
        if (heard?.code === "00") return true
        if (heard?.code === "E3" || heard?.code === "E5") return false
        const step = this.#next(heard?.code, turns)
        switch (step) {
          case "leave":
            return false
          case "repeat":
          case "same code":
            heard = yield* this.#after(1, 5, last)
            break
          case "query":
            heard = yield* this.#after(8, 12, query(sale))
            break
          case "reverse":
            heard = yield* this.#after(0, 6, reverse(sale))
            break
          case "rescan":
            last = micropay(sale, yield* this.#counter.payers.comes)
            heard = yield* this.#after(1, 8, last)
        }
      }
      this.#counter.complain(`ticket ${nameOf(this.#id)}/${sale.ticket} never comes to an end`)
      return false
    })
  }

  #after(least: number, most: number, question: Question) {
    return Effect.andThen(pause(this.#chance, least, most), this.#ask(question))
  }

  #next(code: string | undefined, turns: number): Step {
    const rough = this.#counter.isRough() ? 1 : 0
    switch (code) {
      case undefined:
        return this.#chance.pick<Step>({ repeat: 5, query: 2, reverse: 1.5, leave: 0.2 * rough })
      case "P1":
      case "P2":
        return this.#chance.pick<Step>({
          repeat: 2,
          query: 6,
          reverse: turns > 6 ? 4 : 0.7,
          leave: 0.15 * rough
        })
      case "R0":
      case "F1":
      case "F2":
      case "F3":
      case "E8":
        return this.#chance.pick<Step>({
          rescan: turns < 12 ? 4 : 0,
          "same code": 0.7,
          query: 0.5,
          reverse: code === "R0" ? 0 : 1,
          leave: 2
        })
      // The gateway's own failure says nothing about the money.
      case "E9":
        return this.#chance.pick<Step>({ repeat: 3, leave: rough })
      default:
        return this.#chance.pick<Step>({ repeat: 3, leave: 1 })
    }
  }

  /** The money is there. What can still happen to a sale does happen to some. */
  #afterwards(sale: Sale): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const then = this.#chance.pick(this.#habits)
      yield* pause(this.#chance, 1, 20)
      const { amount } = sale
      switch (then) {
        case "nothing":
          return
        case "part":
          for (let left = amount as number; left > 1 && this.#chance.happens(0.7); ) {
            const part = this.#chance.between(1, left - 1)
            yield* this.#returns(sale, part as Fen)
            left -= part
          }
          return
        case "whole":
          return yield* this.#returns(sale, amount)
        case "too much":
          yield* this.#returns(sale, amount)
          return yield* this.#returns(sale, amount)
        case "undo":
          yield* this.#seeThrough(sale, undefined, reverse(sale))
          return
        case "other amount": {
          const other = (amount + 1) as Fen
          yield* this.#ask(micropay(sale, yield* this.#counter.payers.comes, other))
        }
      }
    })
  }

  /** One refund, asked for until it has an answer, and sometimes once more. */
  #returns(sale: Sale, amount: Fen): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const message = refund(sale, this.#ticket(), amount)
      for (let tries = 0; tries < 300; tries++) {
        const heard = yield* this.#ask(message)
        const open = heard === undefined || heard.code === "P2"
        if (!open && !this.#chance.happens(0.3)) return
        if (open && this.#counter.isRough() && this.#chance.happens(0.1)) return
        yield* pause(this.#chance, 2, 12)
      }
      this.#counter.complain(`a refund of ${nameOf(this.#id)}/${sale.ticket} never comes to an end`)
    })
  }
}
