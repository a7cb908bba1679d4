import { Clock, Duration, Effect, Fiber, FiberSet, type Scope } from "effect"
import { Chance } from "../../simulation/chance.ts"
import { HouseTill } from "../../simulation/tills/house-till.ts"
import type { Ground } from "../support/ground.ts"
import { hurried, newRecord, note, openCounter, type Record, type Stall } from "./counter.ts"
import { evidenceOf, violationsIn } from "./judge.ts"
import { newTally, type Tally } from "./tally.ts"
import { type Dress, openWorld, type Place, type World } from "./world.ts"

/** What somebody who breaks things finds. */
export interface Scene {
  readonly world: World
  readonly chance: Chance
  readonly record: Record
  readonly tally: Tally
}

/** Breaks something while the tills work. When it is done, all that it broke is whole again. */
export type Fault = (scene: Scene) => Effect.Effect<void, never, Scope.Scope | Ground>

/** What people do at the counters of a world until they are told to come to an end. */
export type Load = (
  counter: Stall,
  world: World,
  goesOn: () => boolean
) => Effect.Effect<unknown, never, Scope.Scope | Ground>

/** How a round is set. */
export interface Setting {
  readonly place: Place
  readonly gateways?: number
  readonly dress?: Dress
  readonly load: Load
  readonly fault: Fault
  /** Whether the storage fails in it: then a till may hear that the gateway cannot do its part. */
  readonly stores?: "badly"
}

/** No refunds in parts: WeChat wants a minute between two of them. */
const habits = { nothing: 6, part: 0, whole: 2, "too much": 1, undo: 2, "other amount": 1 }

/** So many tills that sell one thing after another; their people are `pace` times as quick as people are. */
export const tills =
  (count: number, pace: number): Load =>
  (counter, { store }, goesOn) =>
    Effect.gen(function* () {
      const work = (number: number) => {
        const id = { store, pos: String(number).padStart(4, "0") }
        const till = new HouseTill(counter, id, habits)
        return Effect.whileLoop({ while: goesOn, body: () => till.day(1), step: () => {} })
      }
      const all = Array.from({ length: count }, (_, number) => work(number))
      const haste = yield* hurried(pace)
      yield* Effect.all(all, { concurrency: "unbounded", discard: true }).pipe(
        Effect.provideService(Clock.Clock, haste)
      )
    })

/** One life of a world: its tills sell, things break, all is mended, everything comes to its end, and is judged. */
export const live = Effect.fnUntraced(function* (setting: Setting, seed: number) {
  const chance = new Chance(`chaos ${seed}`)
  const world = yield* openWorld(setting.place, setting)
  const record = newRecord()
  const tally: Tally = { ...newTally(), rounds: 1 }
  const payers = yield* FiberSet.make()
  const counter = yield* openCounter(world, record, chance, payers)
  let open = true
  const load = yield* Effect.forkScoped(setting.load(counter, world, () => open))
  yield* setting.fault({ world, chance: chance.of("fault"), record, tally })
  open = false
  yield* ends("the tills", record, Fiber.join(load))
  yield* ends("the payers", record, FiberSet.awaitEmpty(payers))
  tally.rest = yield* rests(world)
  const { complaints, ...evidence } = yield* evidenceOf(world, record)
  const failure = / was answered E9$/
  const held = complaints.filter((one) => setting.stores !== "badly" || !failure.test(one))
  tally.sales = new Set(record.talk.filter(isPaid).map(({ answer }) => answer.outTradeNo)).size
  tally.violations.push(...violationsIn({ ...evidence, complaints: held }))
  for (const { detail, rule } of tally.violations) note(record, `VIOLATED ${rule}: ${detail}`)
  return { tally, story: record.story, evidence }
}, Effect.scoped)

const isPaid = ({ answer, call }: Record["talk"][number]) =>
  answer.code === "00" && (call === "MICROPAY" || call === "QUERY")

const ends = (who: string, { complaints }: Record, what: Effect.Effect<unknown>) =>
  Effect.timeoutOrElse(what, {
    duration: "6 minutes",
    orElse: () => Effect.sync(() => complaints.push(`${who} never come to an end`))
  })

/** How long it may take from the last fault until nothing is left to do. */
const patience = Duration.toMillis("2 minutes")

/** Waits for that, and tells how long it took. */
const rests = Effect.fnUntraced(function* ({ left }: World) {
  const since = performance.now()
  for (;;) {
    const passed = performance.now() - since
    if ((yield* left).length === 0 || passed > patience) return passed
    yield* Effect.sleep("500 millis")
  }
})
