import { type Duration, type Effect, Schema } from "effect"
import type { NoAnswer, NotSent, Transport } from "../transport.ts"

/** What may be said to an action as `--name`: a text that a Schema reads, or a switch that is on or off. */
export interface Flag {
  readonly summary: string
  readonly value: Schema.ConstraintCodec<unknown, string> | "switch"
}

type Flags = { readonly [name: string]: Flag }
type Said<F extends Flags> = {
  readonly [K in keyof F]: F[K]["value"] extends infer V extends Schema.Top
    ? V["Type"] | undefined
    : boolean
}

/** What an old system has in reach when it is played from the command line. */
export interface World {
  /** Where the plugin's inlets over HTTP are: `http://127.0.0.1:3001/pos`. */
  readonly door: string
  /** WeChat's sandbox, in development. */
  readonly sandbox: string | undefined
  /** Sends bytes over a connection of their own, and returns the first `expect` bytes that come back, or all until the peer closes. */
  readonly tcp: (question: {
    readonly host: string
    readonly port: number
    readonly bytes: Uint8Array
    readonly expect?: number
    readonly timeout: Duration.Input
  }) => Effect.Effect<Uint8Array, NotSent | NoAnswer>
  /** A line for the person at the command line. */
  readonly say: (line: string) => Effect.Effect<void>
  /** What one command leaves for the next. */
  readonly memory: {
    readonly read: Effect.Effect<string | undefined>
    readonly write: (text: string) => Effect.Effect<void>
  }
}

/** Why an action could not be played, in words for the person at the command line. */
export class PlayFailed extends Schema.TaggedError<PlayFailed>()("PlayFailed", {
  reason: Schema.String
}) {
  override readonly message = this.reason
}

/** Something the old system does. `O`: what it needs to know of the plugin's options. */
export interface Action<in O> {
  readonly summary: string
  readonly flags: Flags
  readonly run: (
    said: never,
    world: World,
    options: O
  ) => Effect.Effect<void, PlayFailed, Transport>
}

/** Declares an action of a played system. Every flag may be left out; a switch is then off. */
export const action = <const F extends Flags, O>(declared: {
  readonly summary: string
  readonly flags: F
  readonly run: (
    said: Said<F>,
    world: World,
    options: O
  ) => Effect.Effect<void, PlayFailed, Transport>
}): Action<O> => declared

/** How a person plays the old system at the other end: `weir <name> <action>`. It speaks by the plugin's own dialects. */
export interface Play<in O> {
  readonly name: string
  readonly summary: string
  readonly actions: { readonly [name: string]: Action<O> }
  /** Commands to begin with, shown when the gateway starts in development. */
  readonly firstSteps: (world: Pick<World, "door">) => ReadonlyArray<string>
}
