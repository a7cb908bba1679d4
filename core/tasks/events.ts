import { Context, Effect, Layer, type Schema } from "effect"
import type { Sql } from "../database/database.ts"
import { Seal } from "../database/seal.ts"
import { type TaskKind, task } from "./kind.ts"
import { Tasks } from "./tasks.ts"

/** A fact other parts may act on, in the past tense. */
export interface EventType<A> {
  readonly name: string
  readonly schema: Schema.Codec<A, unknown>
  /** Whether it says something about a person; it is then sealed while it waits. */
  readonly personal: boolean
}

export const event = <A>(
  name: string,
  schema: Schema.Codec<A, unknown>,
  { personal = false }: { readonly personal?: boolean } = {}
): EventType<A> => ({ name, schema, personal })

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

const kindOf = <A>(
  { open, seal }: Seal["Service"],
  plugin: string,
  { name, personal, schema }: EventType<A>
): TaskKind<A> => {
  const kind = task(`event:${name}:${plugin}`, schema)
  if (!personal) return kind
  const about = `weir_tasks.payload:${kind.kind}`
  return {
    ...kind,
    encode: (fact) => Buffer.from(seal(Buffer.from(kind.encode(fact)), about)).toString("base64"),
    decode: (text) => kind.decode(Buffer.from(open(Buffer.from(text, "base64"), about)).toString())
  }
}

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
    /** The same for every plugin that subscribed: for facts that belong to none of them. Their tasks do not wait for each other. */
    publishToAll<A>(sql: Sql, event: EventType<A>, key: string, fact: A): Promise<void>
  }
>()("weir/Events") {
  static readonly layer = Layer.effect(
    Events,
    Effect.gen(function* () {
      const tasks = yield* Tasks
      const seal = yield* Seal
      /** By the name of an event and the plugin. */
      const subscribed = new Map<string, Map<string, TaskKind<never>>>()

      const publish: Events["Service"]["publish"] = async (sql, plugin, { name }, key, fact) => {
        const kind = subscribed.get(name)?.get(plugin)
        if (kind !== undefined) await tasks.add(sql, kind, { key, payload: fact as never })
      }
      return Events.of({
        publish,
        publishToAll: async (sql, event, key, fact) => {
          for (const plugin of subscribed.get(event.name)?.keys() ?? [])
            await publish(sql, plugin, event, `${key}:${plugin}`, fact)
        },
        subscribe: (plugin, event, handle) => {
          const kind = kindOf(seal, plugin, event)
          const plugins = subscribed.get(event.name) ?? new Map()
          subscribed.set(event.name, plugins.set(plugin, kind))
          return tasks.handle(kind, handle)
        }
      })
    })
  )
}
