import { Context, Effect, Layer } from "effect"

export interface Standing {
  readonly ready: boolean
  /** What must be ready, and why it is not: `{ database: "ready", recovery: "starting" }`. */
  readonly checks: Readonly<Record<string, string>>
}

/** Whether work may be sent here. It begins with "not yet", and ends with draining. */
export class Readiness extends Context.Service<
  Readiness,
  {
    ready(name: string): Effect.Effect<void>
    notReady(name: string, why: string): Effect.Effect<void>
    /** What is looked at anew each time somebody asks: `look` says "ready", or why not. */
    watch(name: string, look: Effect.Effect<string>): Effect.Effect<void>
    /** No more, whatever the checks say. */
    readonly drain: Effect.Effect<void>
    readonly standing: Effect.Effect<Standing>
  }
>()("weir/Readiness") {
  /** `names`: all that must be ready. */
  static readonly layer = (names: ReadonlyArray<string>) =>
    Layer.sync(Readiness, () => {
      const checks = new Map(names.map((name) => [name, "starting"]))
      const looks = new Map<string, Effect.Effect<string>>()
      let draining = false
      return Readiness.of({
        ready: (name) => Effect.sync(() => void checks.set(name, "ready")),
        notReady: (name, why) => Effect.sync(() => void checks.set(name, why)),
        drain: Effect.sync(() => {
          draining = true
        }),
        watch: (name, look) => Effect.sync(() => void looks.set(name, look)),
        standing: Effect.gen(function* () {
          const all = new Map(checks)
          for (const [name, look] of looks) all.set(name, yield* look)
          if (draining) all.set("door", "draining")
          const ready = [...all.values()].every((check) => check === "ready")
          return { ready, checks: Object.fromEntries(all) }
        })
      })
    })
}
