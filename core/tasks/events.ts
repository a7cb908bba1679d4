import { Context, Effect, Layer, type Schema } from "effect"
import type { Sql } from "../database/database.ts"
import { task } from "./kind.ts"
import { Tasks } from "./tasks.ts"

/** A fact other parts may act on, in the past tense. */
export interface EventType<A> {
  readonly name: string
  readonly schema: Schema.Codec<A, unknown>
}

export const event = <A>(name: string, schema: Schema.Codec<A, unknown>): EventType<A> => ({
  name,
  schema
})

/** What a plugin does about an event. Runs as a task: at least once, in order per key. */
export interface Subscription<out R> {
  readonly event: EventType<never>
  readonly handle: (fact: never) => Effect.Effect<void, unknown, R>
}

/** Declares that a plugin acts on an event about what it asked for itself. The handler may run twice for one event. */
export const on = <A, E, R>(
  event: EventType<A>,
  handle: (fact: A) => Effect.Effect<void, E, R>
): Subscription<R> => ({ event: event as EventType<never>, handle })

const kindOf = <A>(plugin: string, { name, schema }: EventType<A>) =>
  task(`event:${name}:${plugin}`, schema)

/** Carries facts to the plugins they concern: a task per subscriber, written with the fact. */
export class Events extends Context.Service<
  Events,
  {
    subscribe<A, E>(
      plugin: string,
      event: EventType<A>,
      handle: (fact: A) => Effect.Effect<void, E>
    ): Effect.Effect<void>
    /** Adds the subscriber's task inside a write; `key` keeps facts about one thing in order. */
    publish<A>(sql: Sql, plugin: string, event: EventType<A>, key: string, fact: A): Promise<void>
  }
>()("weir/Events") {
  static readonly layer = Layer.effect(
    Events,
    Effect.gen(function* () {
      const tasks = yield* Tasks
      const subscribed = new Set<string>()
      return Events.of({
        subscribe: (plugin, event, handle) => {
          const kind = kindOf(plugin, event)
          subscribed.add(kind.kind)
          return tasks.handle(kind, handle)
        },
        publish: async (sql, plugin, event, key, fact) => {
          const kind = kindOf(plugin, event)
          if (subscribed.has(kind.kind)) await tasks.add(sql, kind, { key, payload: fact })
        }
      })
    })
  )
}
