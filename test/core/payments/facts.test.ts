import { assert, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import { eachDatabase } from "../../support/database.ts"
import { meanwhile, pass } from "../../support/world.ts"
import { basket, openShop } from "./shop.ts"

const seeds = [11, 23, 37, 51, 64, 78]

/** What may follow what, of one payment: a fact is told once, and none before what it speaks of. */
const follows: { readonly [fact: string]: ReadonlyArray<string> } = {
  nothing: ["paid", "closed"],
  closed: ["paid", "closed"],
  paid: ["reversed"],
  reversed: ["paid", "closed"]
}

eachDatabase("what a plugin hears of its payments", (database) => {
  for (const seed of seeds)
    it.effect(`is one story, in order, whatever overtakes what (seed ${seed})`, () =>
      Effect.gen(function* () {
        const lateSuccess = seed % 2 === 0 ? "hold" : "give back"
        const shop = yield* openShop(database, {
          settings: () => ({ stores: [{ store: basket.store, lateSuccess, holdMinutes: 1 }] })
        })
        const luck = (of: number) => Random.nextIntBetween(0, of)
        for (let turn = 0; turn < 8; turn++) {
          const weather = (["fair", "answer lost", "held", "lost", "fair"] as const)[yield* luck(5)]
          shop.network.weather = ({ url }) =>
            url.includes("/v3/pay") ? (weather ?? "fair") : "fair"
          const outcome = ["paid", "userpaying", "notenough", "systemerror", "late"][yield* luck(5)]
          const code = yield* shop.code(outcome ?? "paid")
          const { payWithin: _, ...order } = basket
          yield* meanwhile(
            shop.pays((payments) =>
              payments
                .collect({ ...order, code })
                .pipe(Effect.timeoutOption("12 seconds"), Effect.ignore)
            )
          )
          shop.network.weather = () => "fair"
          const next = yield* luck(4)
          const { reference } = basket
          if (next === 0) yield* shop.arrive
          if (next <= 1)
            yield* meanwhile(
              shop.pays((payments) =>
                payments
                  .reverse({ reference })
                  .pipe(Effect.timeoutOption("30 seconds"), Effect.ignore)
              )
            )
          if (next === 2) yield* shop.restart
          yield* pass("15 seconds")
        }
        yield* shop.arrive
        yield* pass("12 minutes")

        const story = shop.heard.map(({ is }) => is)
        // Told at least once: what came twice in a row is one fact.
        let last = "nothing"
        for (const is of story) {
          if (is === last && is !== "closed") continue
          assert.include(follows[last] ?? [], is, `seed ${seed}: ${story.join(" ")}`)
          last = is
        }
        const kept = (yield* shop.kept).length
        assert.strictEqual(kept, last === "paid" ? 1 : 0, `seed ${seed}: ${story.join(" ")}`)
      }).pipe(Random.withSeed(seed))
    )
})
