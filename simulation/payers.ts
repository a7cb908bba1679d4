import { Effect, FiberSet } from "effect"
import type { Outcome, PayerResult } from "../plugins/wechat-sandbox/model.ts"
import type { Chance } from "./chance.ts"
import type { History } from "./invariants/history.ts"
import type { Phones } from "./wechat.ts"

/** Where payers see what they are asked for. */
interface Seen {
  readonly wechat: ReadonlyArray<Pick<History["wechat"][number], "outTradeNo" | "authCode">>
}

/** People with phones: some pay at once, some dither, some never do. */
export class Payers {
  readonly #chance: Chance
  readonly #phones: Pick<Phones, "show" | "act">
  readonly #seen: Seen
  readonly #busy: FiberSet.FiberSet
  readonly #habits: Habits

  constructor(
    chance: Chance,
    phones: Pick<Phones, "show" | "act">,
    seen: Seen,
    busy: FiberSet.FiberSet,
    habits = usual
  ) {
    this.#chance = chance
    this.#phones = phones
    this.#seen = seen
    this.#busy = busy
    this.#habits = habits
  }

  /** Somebody comes to the counter and shows a payment code. */
  readonly comes = Effect.suspend(() => {
    const outcome = this.#chance.pick(this.#habits)
    return Effect.tap(this.#phones.show(outcome), (code) =>
      outcome === "userpaying" ? FiberSet.run(this.#busy, this.#dithers(code)) : Effect.void
    )
  })

  /** Somebody is shown a QR. */
  scans(codeUrl: string): Effect.Effect<unknown> {
    return FiberSet.run(
      this.#busy,
      Effect.suspend(() => this.#acts(codeUrl))
    )
  }

  #dithers(code: string): Effect.Effect<unknown> {
    return Effect.gen({ self: this }, function* () {
      for (let looks = 0; looks < 6; looks++) {
        yield* Effect.sleep(this.#chance.between(500, 8_000))
        const order = this.#seen.wechat.find(({ authCode }) => authCode === code)
        if (order !== undefined) return yield* this.#acts(order.outTradeNo)
      }
    })
  }

  #acts(number: string): Effect.Effect<unknown> {
    return Effect.gen({ self: this }, function* () {
      for (;;) {
        yield* Effect.sleep(this.#chance.between(1_000, 20_000))
        const result = this.#chance.pick(results)
        if (result === "never") return
        yield* this.#phones.act(number, result)
        if (result !== "wrongpassword") return
      }
    })
  }
}

/** How often which outcome comes of a payment code. */
type Habits = Readonly<Record<Outcome, number>>

const usual: Habits = {
  paid: 40,
  userpaying: 30,
  notenough: 6,
  expired: 5,
  bankerror: 5,
  systemerror: 8,
  late: 6
}

const results: Readonly<Record<PayerResult | "never", number>> = {
  paid: 60,
  cancel: 12,
  wrongpassword: 12,
  notenough: 5,
  never: 11
}
