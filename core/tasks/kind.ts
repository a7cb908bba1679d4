import { Duration, Schema } from "effect"

/** One kind of task: what it carries, and what its handler is allowed. */
export interface TaskKind<in out P> {
  /** Stored with each task, so it stays as it is. */
  readonly kind: string
  readonly encode: (payload: P) => string
  readonly decode: (text: string) => P
  readonly limits: Limits
}

export interface Limits {
  /** How often a task may fail in a row before its key is parked for a person. */
  readonly attempts: number
  /** How long one try may take. */
  readonly within: Duration.Input
  /** How many of the kind a process does at once, so that one dead party holds up nobody else. */
  readonly together: number
}

/** Declares a kind of task; `limits` where it needs other than the usual ones. */
export const task = <P>(
  kind: string,
  payload: Schema.Codec<P, unknown>,
  limits: Partial<Limits> = {}
): TaskKind<P> => {
  const text = Schema.fromJsonString(Schema.toCodecJson(payload))
  return {
    kind,
    encode: Schema.encodeSync(text),
    decode: Schema.decodeSync(text),
    limits: { attempts: 10, within: "1 minute", together: 20, ...limits }
  }
}

/** Neither done nor failed: to be asked about later. */
export class Again {
  readonly after: Duration.Duration

  constructor(after: Duration.Duration) {
    this.after = after
  }
}

/** What a handler returns when it is to be asked again later; it does not count as a failure. */
export const again = (after: Duration.Input): Again => new Again(Duration.fromInputUnsafe(after))

/** It cannot be done as things are, and trying again alone changes nothing: a person must. */
export class Stuck {
  /** The name of the trouble, for who looks at what is parked. */
  readonly why: string

  constructor(why: string) {
    this.why = why
  }
}

/** What a handler returns when its key is to be parked at once. */
export const stuck = (why: string): Stuck => new Stuck(why)

/** What a handler has to say at its end: nothing, that it is to be asked again, or that a person must see to it. */
// biome-ignore lint/suspicious/noConfusingVoidType: an effect with nothing to say is an Effect<void>
export type Handled = void | Again | Stuck
