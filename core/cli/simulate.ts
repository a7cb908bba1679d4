import { Effect, Schema } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"

/** What `simulation/main.ts` exports: lives through days of faults, and fails with the first that broke a promise. */
interface Simulation {
  simulate(days: {
    readonly seed: number
    readonly seeds: number
  }): Effect.Effect<void, { readonly _tag: string; readonly message: string }>
}

class NoSimulation extends Schema.TaggedError<NoSimulation>()("NoSimulation", {
  cause: Schema.Defect()
}) {
  override readonly message =
    `The simulation, which only the repository has, cannot be loaded: ${this.cause}`
}

/** By address, so that what ships does not bring it along. */
const main = new URL("../../simulation/main.ts", import.meta.url).href

const flags = {
  seed: Flag.Int("seed").pipe(Flag.withDescription("The first day; the same seed is the same day")),
  seeds: Flag.Int("seeds").pipe(Flag.withDefault(1), Flag.withDescription("How many days"))
}

/** `weir simulate` */
export const simulate = Command.make("simulate", flags, (days) =>
  Effect.tryPromise({
    try: (): Promise<Simulation> => import(main),
    catch: (cause) => new NoSimulation({ cause })
  }).pipe(Effect.flatMap((simulation) => simulation.simulate(days)))
).pipe(Command.withDescription("Lives through days of faults in a simulated world"))
