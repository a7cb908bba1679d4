import { Effect } from "effect"
import type { Fault, PayFault } from "../plugins/wechat-sandbox/faults.ts"
import type { Chance } from "./chance.ts"
import { calm, type Line, type Weather } from "./network.ts"
import type { Ground, Party } from "./party.ts"
import type { Phones } from "./wechat.ts"

/** What goes wrong in this world. Each world has its own mixture, so that no fault always hides behind another. */
export const makeChaos = (
  ground: Ground,
  {
    gateway,
    lines,
    phones,
    wechat
  }: {
    readonly gateway: Party<unknown>
    readonly wechat: Party<unknown>
    readonly lines: ReadonlyArray<Line>
    readonly phones: Phones
  }
) => {
  const chance = ground.chance.of("chaos")
  const { loop, trace } = ground
  const every = (least: number, most: number, happens: () => Effect.Effect<unknown>) =>
    Effect.suspend(() => Effect.sleep(chance.between(least * 1000, most * 1000))).pipe(
      Effect.andThen(Effect.suspend(happens)),
      Effect.forever
    )

  const jams = jammed[chance.pick({ never: 3, sometimes: 4, often: 3 })]
  const weather = (line: Line) =>
    every(5, 60, () => Effect.sync(() => line.turn(weatherOf(chance, jams))))

  let over = false
  /** Between any two steps: what is half done then stays half done. */
  const death = (party: Party<unknown>, least: number, most: number) =>
    every(least, most, () => {
      loop.interject(chance.between(0, 400), () => over || party.kill())
      return Effect.andThen(Effect.sleep(chance.between(500, 20_000)), revive(party))
    })

  const revive = (party: Party<unknown>) =>
    Effect.suspend(() => (party.life === undefined ? party.boot : Effect.void))

  let thrown = false
  const switches = every(8, 50, () => {
    const fault = faultOf(chance)
    thrown = true
    trace.add(`WeChat's switch: ${JSON.stringify(fault)}`)
    return phones.break(fault)
  })

  const storms = [
    ...lines.map((line) => [0.85, weather(line)] as const),
    [0.6, death(gateway, 20, 150)] as const,
    [0.2, death(wechat, 60, 300)] as const,
    [0.6, switches] as const
  ]
    .filter(([likely]) => chance.happens(likely))
    .map(([, storm]) => storm)

  return {
    /** Until it is interrupted. */
    raging: Effect.all(storms, { concurrency: "unbounded", discard: true }),
    /** Everything is well again, and stays so. */
    ending: Effect.gen(function* () {
      over = true
      for (const line of lines) line.turn(calm)
      yield* revive(wechat)
      yield* revive(gateway)
      yield* phones.mend
      thrown = false
    }),
    /** Whether WeChat may still do what it should not. */
    isThrown: () => thrown
  }
}

/** Next to the other weathers. */
const jammed = { never: 0, sometimes: 2, often: 12 } as const

const weatherOf = (chance: Chance, jams: number): Weather => {
  const name = chance.pick({ calm: 4, lossy: 4, slow: 2, jammed: jams, cut: 1.5 })
  switch (name) {
    case "calm":
      return calm
    case "lossy":
      return { name, loses: 0.25, doubles: 0.15, holds: 0.05, delay: [5, 1_500], cut: false }
    case "slow":
      return { name, loses: 0.03, doubles: 0.05, holds: 0.05, delay: [400, 9_000], cut: false }
    case "jammed":
      return { name, loses: 0.03, doubles: 0.3, holds: 0.5, delay: [5, 1_500], cut: false }
    case "cut":
      return { name, loses: 1, doubles: 0, holds: 0, delay: [1, 3_000], cut: true }
  }
}

const faultOf = (chance: Chance): Fault => {
  const fault = chance.pick(likely)
  const times = chance.between(1, 3)
  const path = chance.pick({ "": 2, "/v3/pay/transactions": 1, "/v3/refund": 1 })
  return {
    fault,
    times,
    ...(path !== "" && (fault === "forge" || fault === "probe" || chance.happens(0.5)) && { path }),
    ...(fault === "slow" && { seconds: chance.between(1, 25) }),
    ...(fault === "5xx" && { status: ([500, 502, 503] as const)[chance.between(0, 2)] ?? 500 })
  }
}

const likely: Readonly<Record<typeof PayFault.Type, number>> = {
  slow: 3,
  drop: 3,
  reset: 4,
  "5xx": 3,
  quota: 2,
  late: 2,
  rotation: 1,
  lost: 2,
  duplicate: 2,
  reorder: 2,
  forge: 2,
  probe: 2,
  "refund-notenough": 1,
  "refund-abnormal": 1,
  "refund-closed": 1
}
