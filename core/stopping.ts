import { Context, Effect, Latch, Layer } from "effect"

/** That the process is about to end: whoever waits for something long tells its caller how things stand, and lets go. */
export class Stopping extends Context.Service<
  Stopping,
  {
    /** Says so to everybody. */
    readonly begin: Effect.Effect<void>
    /** Resolves once it has been said. */
    readonly begun: Effect.Effect<void>
  }
>()("weir/Stopping") {
  static readonly layer = Layer.sync(Stopping, () => {
    const latch = Latch.makeUnsafe(false)
    return Stopping.of({ begin: Effect.asVoid(latch.open), begun: latch.await })
  })
}
