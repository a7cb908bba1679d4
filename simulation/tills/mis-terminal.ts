import { Effect, Schema } from "effect"
import { digest } from "../../core/values/numbers.ts"
import { bankMis, misFraming, types } from "../../plugins/pos/dialects/bank-mis.ts"
import type { Chance } from "../chance.ts"
import { bank } from "../gateway.ts"
import { ask, type Counter, type Heard, pause, type Question } from "./counter.ts"

const encode = Schema.encodeSync(bankMis.request)
const decode = Schema.decodeEffect(bankMis.reply)

interface MisHeard extends Heard {
  readonly rrn: string
}

const read = (bytes: Uint8Array): Effect.Effect<MisHeard> =>
  Effect.map(Effect.orDie(decode(bytes)), ({ ret = "", rrn = "" }) => ({ code: ret, rrn }))

/** A terminal behind its bank's library: no tickets, and no way to ask but by saying it again. */
export class MisTerminal {
  readonly #counter: Counter
  readonly #chance: Chance
  readonly #pos: string
  #checks = 0

  constructor(counter: Counter, pos: string) {
    this.#counter = counter
    this.#pos = pos
    this.#chance = counter.chance.of(`terminal ${pos}`)
  }

  day(customers: number): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (let served = 0; served < customers; served++) {
        yield* pause(this.#chance, 1, 30)
        yield* this.#serve()
      }
    })
  }

  #serve(): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      const amount = this.#chance.between(1, 30_000)
      const code = yield* this.#counter.payers.comes
      const reference = `${bank.store}/${this.#pos}/${digest(code)}`
      const heard = yield* this.#insist(this.#question("sale", reference, { amount, code }), 0.25)
      if (heard?.code !== "00") return
      const then = this.#chance.pick({ nothing: 4, void: 2, refund: 2 })
      if (then === "nothing") return
      yield* pause(this.#chance, 1, 20)
      const back = then === "void" ? {} : { amount: this.#chance.between(1, amount) }
      yield* this.#insist(this.#question(then, reference, { ...back, rrn: heard.rrn }), 0.1)
    })
  }

  /** Says the same until it hears an end, or has had enough: then the next customer's code comes. */
  #insist(question: Question, enough: number): Effect.Effect<MisHeard | undefined> {
    return Effect.gen({ self: this }, function* () {
      for (let tries = 0, waits = 0; tries < 300; tries++) {
        const heard = yield* ask(this.#counter, `${bank.store}/${this.#pos}`, question, read)
        const open = heard === undefined || heard.code === "P1" || heard.code === "P2"
        if (!open && !this.#chance.happens(0.15)) return heard
        if (open && this.#counter.isRough() && this.#chance.happens(enough)) return undefined
        // A customer who never pays is not waited for.
        if (heard !== undefined && open && ++waits > 8) return undefined
        yield* pause(this.#chance, 1, 8)
      }
      this.#counter.complain(`${question.call} ${question.reference} never comes to an end`)
      return undefined
    })
  }

  #question(
    call: "sale" | "void" | "refund",
    reference: string,
    {
      amount,
      code,
      rrn = ""
    }: { readonly amount?: number; readonly code?: string; readonly rrn?: string }
  ): Question {
    const type = Object.keys(types).find((type) => types[type] === call) ?? ""
    const whole = encode({
      pos: this.#pos,
      cashier: "0917",
      type,
      amount: String(amount ?? 0).padStart(12, "0"),
      oldDate: "",
      rrn,
      trace: "",
      check: String(++this.#checks).padStart(3, "0"),
      code: code ?? ""
    })
    return {
      call,
      reference,
      ...(amount !== undefined && { amount }),
      bytes: code === undefined ? whole.subarray(0, misFraming.shortest) : whole,
      inlet: "mis",
      patience: "60 seconds"
    }
  }
}
