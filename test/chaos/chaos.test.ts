import { DatabaseSync } from "node:sqlite"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { Audited } from "../support/installation.ts"
import { mariadb } from "../support/server.ts"
import { sells } from "./errands.ts"
import { kills } from "./faults/kills.ts"
import { type Fault, live, tills } from "./round.ts"
import { stepped } from "./steps.ts"
import { Model, type Place } from "./world.ts"

/** A fen more in the gateway's own rows, as a bug would have it: the books of the others say otherwise. */
const forges: Fault = ({ world: { gateways } }) =>
  Effect.sync(() => {
    const file = gateways[0]?.at.environment.DATABASE_URL?.replace("sqlite:", "")
    const database = new DatabaseSync(file ?? "", { timeout: 5_000 })
    database.exec("update weir_attempts set amount = amount + 1")
    database.close()
  })

const options = { excludeTestServices: true, timeout: "2 minutes", concurrent: true } as const

layer(Model.layer, options)("a world", (it) => {
  const places: ReadonlyArray<readonly [name: string, place: Place, gateways: number]> = [
    ["a gateway on SQLite", "sqlite", 1],
    ["two gateways on MariaDB", { server: mariadb }, 2]
  ]
  for (const [name, place, gateways] of places)
    it.effect.skipIf(place !== "sqlite" && mariadb === "")(
      `of ${name} that are killed under load keeps every promise about money`,
      () =>
        Effect.gen(function* () {
          const setting = { place, gateways, load: tills(4, 20), fault: kills(2) }
          const { tally } = yield* live(setting, 1)
          assert.deepEqual(tally.violations, [])
          assert.strictEqual(tally.kills, 2)
          assert.isAbove(tally.sales, 0)
        }),
      400_000
    )

  it.effect(
    "whose books are forged is found out",
    () =>
      Effect.gen(function* () {
        const { fault, ...setting } = yield* stepped({
          name: "a sale",
          errand: sells(),
          harm: () => Effect.succeed(Effect.void)
        })
        const harmed: Fault = (scene) => Effect.andThen(fault(scene), forges(scene))
        const { tally } = yield* live({ ...setting, fault: harmed }, 1)
        assert.include(
          tally.violations.map(({ harm }) => harm),
          "lost"
        )
      }).pipe(Effect.provideService(Audited, false)),
    400_000
  )
})
