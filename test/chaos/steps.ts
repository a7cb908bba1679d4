import { Deferred, Effect, type Scope } from "effect"
import { Ground } from "../support/ground.ts"
import { eventually } from "../support/installation.ts"
import { durable, killAt } from "../support/killer.ts"
import { Desk, type Errand, isNotified, isOrdered, refunds, reverses, sells } from "./errands.ts"
import { revive } from "./faults/kills.ts"
import type { Scene, Setting } from "./round.ts"
import type { Gateway } from "./world.ts"

/** Arranges the end of a gateway that is about to serve a desk; what it gives back is done once the till has spoken. */
export type Harm = (
  gateway: Gateway,
  desk: Desk
) => Effect.Effect<Effect.Effect<unknown, never, Ground>, never, Ground | Scope.Scope>

/** One errand and one harm. */
export interface Step {
  readonly name: string
  readonly errand: Errand
  readonly harm: Harm
}

/** At the nth thing from now on that is made durable, before it is. */
const atSync =
  (nth: number): Harm =>
  ({ process }) =>
    Effect.as(process === undefined ? Effect.void : killAt(process, durable, nth), Effect.void)

const atEach = (name: string, errand: Errand, nths: ReadonlyArray<number>): ReadonlyArray<Step> =>
  nths.map((nth) => ({ name: `${name}, sync ${nth}`, errand, harm: atSync(nth) }))

/** Kills it when something has come about; then the world does something else. */
const once =
  (
    moment: (desk: Desk) => Effect.Effect<unknown, never, Ground>,
    arm: Effect.Effect<void, never, Ground> = Effect.void,
    then: (desk: Desk) => Effect.Effect<unknown, never, Ground> = () => Effect.void
  ): Harm =>
  (gateway, desk) =>
    Effect.as(
      arm,
      eventually("its moment has come", moment(desk)).pipe(
        Effect.andThen(gateway.kill),
        Effect.andThen(then(desk))
      )
    )

const struck = (fault: string, how: object = {}) =>
  Ground.use(({ wechat }) => wechat.fault(fault, { path: "/v3/pay/transactions/codepay", ...how }))

const hasStruck = () =>
  Ground.use(({ wechat }) =>
    Effect.map(wechat.faults, (all) => (all.length === 0 ? true : undefined))
  )

/** Its payer types the password while nobody is there to be told. */
const paysMeanwhile = (desk: Desk) =>
  Effect.gen(function* () {
    const { wechat } = yield* Ground
    yield* wechat.pays((yield* isOrdered(desk)) ?? "")
  })

/** What happens on the line to WeChat. It strikes whoever comes next, so one at a time. */
export const onTheLine: ReadonlyArray<Step> = [
  {
    name: "a sale that WeChat has taken, and holds",
    errand: sells(),
    harm: once(isOrdered, struck("slow", { seconds: 8 }))
  },
  {
    name: "a sale that WeChat has taken, its answer lost",
    errand: sells(),
    harm: once(hasStruck, struck("reset"))
  },
  {
    name: "a sale that WeChat never had",
    errand: sells(),
    harm: once(hasStruck, struck("drop"))
  }
]

/** The message, the attempt, WeChat's word, the answer; then nothing is left to be stored. */
export const ofASale = atEach("a sale", sells(), [1, 2, 3, 4, 5, 6])

export const ofWhatFollows: ReadonlyArray<Step> = [
  ...atEach("a reversal", reverses, [1, 2, 4, 6]),
  ...atEach("a refund", refunds, [1, 2, 3, 4]),
  ...atEach("a notify", isNotified, [1, 2]),
  {
    name: "a sale that is paid meanwhile",
    errand: sells("userpaying"),
    harm: once(isOrdered, Effect.void, paysMeanwhile)
  }
]

/** A step as a round, and its moments: when the gateway was killed, and whether the till had heard the end by then. */
export const stepped = Effect.fnUntraced(function* ({ errand, harm }: Step) {
  const ready = yield* Deferred.make<Desk>()
  const armed = yield* Deferred.make<void>()
  const heard = yield* Deferred.make<void>()
  const killed = yield* Deferred.make<boolean>()

  const load: Setting["load"] = (counter, world) =>
    Effect.gen(function* () {
      const desk = new Desk(counter, world)
      const rest = yield* errand(desk)
      yield* Deferred.succeed(ready, desk)
      yield* Deferred.await(armed)
      yield* rest
    }).pipe(Effect.ensuring(Deferred.succeed(heard, undefined)))

  const fault = (scene: Scene) =>
    Effect.gen(function* () {
      const desk = yield* Deferred.await(ready)
      const [gateway] = scene.world.gateways
      const process = gateway?.process
      if (gateway === undefined || process === undefined) return
      const then = yield* harm(gateway, desk)
      yield* Deferred.succeed(armed, undefined)
      yield* Effect.forkScoped(then)
      const early = yield* Effect.raceFirst(
        Effect.as(
          Effect.promise(() => process.end),
          true
        ),
        Effect.as(Deferred.await(heard), false)
      )
      if (!early) yield* gateway.kill
      scene.tally.kills++
      yield* Deferred.succeed(killed, early)
      yield* revive(scene, gateway)
    })
  return { place: "sqlite", load, fault, killed: Deferred.await(killed) } as const
})
