import { Effect, Option, Schema } from "effect"
import { Fen, type World } from "#core"

const Sale = Schema.Struct({
  store: Schema.String,
  pos: Schema.String,
  ticket: Schema.String,
  /** The business date: tickets restart every day. */
  date: Schema.String,
  amount: Fen
})

const Slip = Schema.Struct({
  pos: Schema.String,
  date: Schema.String,
  rrn: Schema.String,
  amount: Fen
})

/** The last sale of a till, so that "query" needs no arguments. */
const Memory = Schema.Struct({ sale: Schema.optionalKey(Sale), slip: Schema.optionalKey(Slip) })
export type Memory = typeof Memory.Type

const Text = Schema.fromJsonString(Memory)

/** What no longer reads as a memory is forgotten. */
export const recall = (world: World): Effect.Effect<Memory> =>
  Effect.map(world.memory.read, (text) =>
    text === undefined ? {} : Option.getOrElse(Schema.decodeUnknownOption(Text)(text), () => ({}))
  )

export const remember = Effect.fnUntraced(function* (world: World, more: Memory) {
  const known = yield* recall(world)
  yield* world.memory.write(Schema.encodeSync(Text)({ ...known, ...more }))
})
