import { assert, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import { eachDatabase } from "../../support/database.ts"
import { predictSends } from "../../support/reach.ts"
import { seedOf } from "../../support/seed.ts"

/** More on request: REACH_SENDS=100000. */
const sends = Number(process.env.REACH_SENDS ?? 500)

eachDatabase("What reach says", (database) => {
  it.effect(
    "is what WeChat then does, in 999 of 1000 sends",
    () =>
      Effect.gen(function* () {
        const { sends: all, wrong } = yield* predictSends(database, { people: 50, sends })
        // WeChat never tells who blocks an account before a message to them failed, so a short run may meet some.
        assert.isAtMost(wrong.length, Math.max(5, all / 1_000), wrong.join("\n"))
      }).pipe(Random.withSeed(seedOf("reach"))),
    3_600_000
  )
})
