import { Effect } from "effect"
import { leaseMillis } from "../../../core/database/lease.ts"
import { note } from "../counter.ts"
import type { Fault, Scene } from "../round.ts"
import type { Gateway } from "../world.ts"
import { anyOf, killOne } from "./kills.ts"

/** Lets a gateway stand still for longer than anything is held for it; then it goes on as if nothing had happened. */
const pauseOne = Effect.fnUntraced(function* ({ chance, record, tally }: Scene, gateway: Gateway) {
  gateway.signal("SIGSTOP")
  note(record, `${gateway.name} stands still`)
  yield* Effect.sleep(leaseMillis + chance.between(500, 4_000)).pipe(
    Effect.ensuring(Effect.sync(() => gateway.signal("SIGCONT")))
  )
  tally.pauses++
  note(record, `${gateway.name} goes on`)
})

/** Pauses gateways, one after another, so many times; `kills` of the others beside each pause. */
export const pauses =
  (count: number, kills = 0): Fault =>
  (scene) =>
    Effect.gen(function* () {
      for (let done = 0; done < count; done++) {
        yield* Effect.sleep(scene.chance.between(500, 2_000))
        const paused = anyOf(scene)
        const others = scene.world.gateways.filter((gateway) => gateway !== paused)
        const killing = Effect.gen(function* () {
          for (let killed = 0; killed < kills; killed++) {
            yield* Effect.sleep(scene.chance.between(1_000, 6_000))
            yield* Effect.forEach(others, (other) => killOne(scene, other))
          }
        })
        yield* Effect.all([pauseOne(scene, paused), killing], { concurrency: 2 })
      }
    })
