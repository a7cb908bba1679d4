import { Schema } from "effect"

/** What goes wrong at the old systems, on demand. */
export const Fault = Schema.Struct({
  fault: Schema.Literals([
    /** The connection breaks before anything was done. */
    "drop",
    /** The connection breaks after everything was done. */
    "reset",
    /** An error page of the web server, as HTTP 200; nothing was done. */
    "html",
    /** The session is over; nothing was done. */
    "lost-session",
    /** It says no, in its own words. */
    "refuse",
    /** The answer comes after `seconds`; 60 unless said. */
    "slow"
  ]),
  times: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 })),
  /** Strikes only where the path ends so: `Save.common.kdsvc`, `/house`. */
  path: Schema.optionalKey(Schema.String),
  seconds: Schema.optionalKey(
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 86_400 }))
  )
})
export type Fault = typeof Fault.Type

/** Faults of the running process: restarted, the old systems are well. */
export class Faults {
  #all: ReadonlyArray<Fault> = []

  get all(): ReadonlyArray<Fault> {
    return this.#all
  }

  set(fault: Fault): void {
    const others = this.#all.filter((it) => it.fault !== fault.fault || it.path !== fault.path)
    this.#all = [...others, fault]
  }

  clear(): void {
    this.#all = []
  }

  /** Uses one up, if one is set that strikes here. */
  take(name: Fault["fault"], path: string): Fault | undefined {
    const struck = this.#all.find((it) => it.fault === name && path.endsWith(it.path ?? ""))
    if (struck === undefined) return undefined
    const left = { ...struck, times: struck.times - 1 }
    this.#all = this.#all.flatMap((it) => (it !== struck ? it : left.times > 0 ? left : []))
    return struck
  }
}
