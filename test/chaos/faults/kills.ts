import { Effect } from "effect"
import { canPlaceKills, durable, killAt } from "../../support/killer.ts"
import { note } from "../counter.ts"
import type { Fault, Scene } from "../round.ts"
import type { Gateway } from "../world.ts"

/** Kills a gateway when it has made so many things durable, or after a while; whichever comes first. */
const dies = Effect.fnUntraced(function* ({ chance, record, tally }: Scene, gateway: Gateway) {
  const { process } = gateway
  if (process === undefined) return
  const nth = chance.between(1, 40)
  const placed = canPlaceKills && chance.happens(0.5)
  if (placed) yield* killAt(process, durable, nth)
  const end = Effect.promise(() => process.end)
  yield* Effect.timeoutOption(end, placed ? 3_000 : chance.between(20, 1_500))
  yield* gateway.kill
  tally.kills++
  note(record, `${gateway.name} is killed${placed ? ` at sync ${nth}` : ""}`)
}, Effect.scoped)

/** Starts a gateway again, and notes how long that took. */
export const revive = Effect.fnUntraced(function* ({ record, tally }: Scene, gateway: Gateway) {
  const took = yield* gateway.boot
  tally.restart = Math.max(tally.restart, took)
  note(record, `${gateway.name} is up again after ${took.toFixed(0)} ms`)
})

export const killOne = Effect.fnUntraced(function* (scene: Scene, gateway: Gateway) {
  yield* dies(scene, gateway)
  if (scene.world.gateways.length > 1) yield* Effect.sleep(scene.chance.between(0, 3_000))
  yield* revive(scene, gateway)
})

export const anyOf = ({ chance, world: { gateways } }: Scene): Gateway => {
  const one = gateways[chance.between(0, gateways.length - 1)]
  if (one === undefined) throw new Error("A world has a gateway")
  return one
}

/** Kills gateways, so many times, at any step of what they do. */
export const kills =
  (count: number): Fault =>
  (scene) =>
    Effect.gen(function* () {
      for (let done = 0; done < count; done++) {
        yield* Effect.sleep(scene.chance.between(100, 800))
        yield* killOne(scene, anyOf(scene))
      }
    })
