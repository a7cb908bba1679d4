import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { migrations } from "../../../plugins/pos/migrations.ts"
import { Slips } from "../../../plugins/pos/store.ts"
import { eachDatabase, processesOn } from "../../support/database.ts"

const terminal = { store: "GZ0013", till: "02" }

eachDatabase("a terminal's sales", (database) => {
  it.live("have numbers of their own, from whichever processes they come at once", () =>
    Effect.gen(function* () {
      const begin = yield* processesOn(database, migrations)
      const [one, other] = [yield* begin(Slips.layer), yield* begin(Slips.layer)]
      const sales = Array.from({ length: 20 }, (_, sale) => sale)
      const slips = yield* Effect.forEach(
        sales,
        (sale) =>
          Slips.use((slips) => slips.of(terminal, `sale ${sale % 10} of ${sale % 2}`)).pipe(
            Effect.provideContext(sale < 10 ? one : other)
          ),
        { concurrency: "unbounded" }
      )
      const numbers = new Map(slips.map(({ reference, trace }) => [reference, trace]))
      assert.strictEqual(new Set(slips.map(({ trace }) => trace)).size, numbers.size)
      assert.deepStrictEqual(
        [...numbers.values()].sort((a, b) => a - b),
        Array.from(numbers, (_, place) => place + 1)
      )
    })
  )
})
