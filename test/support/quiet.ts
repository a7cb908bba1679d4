import { it } from "@effect/vitest"
import { Effect, Logger, type Scope } from "effect"

/** As `it.live`, for tests that break things on purpose: what is logged about it is of no use to whoever reads the results. */
export const quietly = <A, E>(name: string, test: () => Effect.Effect<A, E, Scope.Scope>) =>
  it.live(name, () => Effect.provide(test(), Logger.layer([])))
