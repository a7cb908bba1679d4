import { Context, Effect, Layer, type Scope } from "effect"
import { Database, type Sql } from "../../database/database.ts"
import type { Seal } from "../../database/seal.ts"
import type { Tasks } from "../../tasks/tasks.ts"
import { Urgency } from "../../tasks/urgency.ts"
import type { Transport } from "../../transport.ts"
import { makeRun } from "./asking.ts"
import { type AnyErrand, type Errand, erased, type SomeErrand } from "./errand.ts"
import { type AskFailure, NotReached } from "./failures.ts"
import { forgetTellings } from "./forgetting.ts"
import type { ConnectionSettings } from "./settings.ts"
import type { TellingRow } from "./store.ts"
import {
  makeTeller,
  type Telling,
  type ToldHandler,
  ToldOtherwise,
  type ToldOutcome
} from "./telling.ts"

/** Where something told stands, in words a plugin needs. */
export interface ToldStanding {
  readonly state: TellingRow["state"]
  /** What the old system said when it refused. */
  readonly detail: string | null
}

/** An old system as a plugin's handlers reach it. */
export interface Connection {
  /** Whether the configuration names it at all. */
  readonly there: boolean
  /** Wants the answer now; inside a task, others go first. Fails as `Refused`, `NotReached` (nothing happened there) or `OutcomeUnknown`. */
  ask<Request, Reply>(
    errand: Errand<Request, Reply>,
    request: Request
  ): Effect.Effect<Reply, AskFailure>
  /**
   * Sees to it that the old system hears it: at least once, once by our own key, in the order of the tellings under one `order`, also when
   * it is away for days. What becomes of it is heard by `told`.
   */
  tell<Request, Reply>(
    errand: Errand<Request, Reply>,
    telling: Telling<Request>
  ): Effect.Effect<void, ToldOtherwise>
  /** The same inside a write, so that it is told exactly when the rest of the write is done. */
  tellIn<Request, Reply>(
    sql: Sql,
    errand: Errand<Request, Reply>,
    telling: Telling<Request>
  ): Promise<void>
  /** Where it stands; `undefined`: it was never told. */
  standing(errand: SomeErrand, key: ReadonlyArray<string>): Effect.Effect<ToldStanding | undefined>
}

/** An old system that a plugin calls, and under which name its handlers find it. */
export interface Connecting<out I> {
  readonly key: Context.Key<I, Connection>
  readonly name: string
  /** `undefined`: the configuration names none; whoever asks hears that. */
  readonly settings: ConnectionSettings | undefined
  /** What may be told. */
  readonly errands: ReadonlyArray<AnyErrand>
}

/**
 * Declares an old system that a plugin calls: address × dialect × errands, as an inlet is carrier × dialect × calls.
 *
 * `key` is a service of the plugin's own: `class Erp extends Context.Service<Erp, Connection>()("pos/Erp") {}`.
 */
export const connection = <I, M = never, A = never>(
  key: Context.Key<I, Connection>,
  name: string,
  settings: ConnectionSettings<M, A> | undefined,
  errands: ReadonlyArray<SomeErrand> = []
): Connecting<I> => ({
  key,
  name,
  settings: settings as ConnectionSettings | undefined,
  errands: errands.map(erased)
})

/** What a plugin does when something it told has come to an end. */
export interface Told<out R> {
  readonly toldBy: string
  readonly errand: string
  readonly hear: (
    request: unknown,
    outcome: ToldOutcome<unknown>
  ) => Effect.Effect<void, unknown, R>
}

/** Declares what a plugin does when an errand it told is done or refused. The handler may run twice. */
export const told = <Request, Reply, E, R>(
  connection: string,
  errand: Errand<Request, Reply>,
  hear: (request: Request, outcome: ToldOutcome<Reply>) => Effect.Effect<void, E, R>
): Told<R> => ({
  toldBy: connection,
  errand: errand.name,
  hear: hear as Told<R>["hear"]
})

/** Opens the connections of plugins. */
export class Connections extends Context.Service<
  Connections,
  {
    open(
      plugin: string,
      connecting: Connecting<unknown>,
      handlers: ReadonlyMap<string, ToldHandler>
    ): Effect.Effect<Connection, never, Scope.Scope>
  }
>()("weir/Connections") {
  static readonly layer = Layer.effect(
    Connections,
    Effect.gen(function* () {
      const context = yield* Effect.context<Transport | Database | Seal | Tasks>()
      yield* forgetTellings
      return Connections.of({
        open: (plugin, connecting, handlers) =>
          open(plugin, connecting, handlers).pipe(Effect.provideContext(context))
      })
    })
  )
}

const open = Effect.fnUntraced(function* (
  plugin: string,
  { errands, name, settings }: Connecting<unknown>,
  handlers: ReadonlyMap<string, ToldHandler>
) {
  const full = `${plugin}/${name}`
  const database = yield* Database
  const absent = new NotReached({ connection: full, reason: "the configuration does not name it" })
  const run = settings === undefined ? () => absent : yield* makeRun(full, settings)
  const together = Math.max(1, (settings?.limits?.together ?? 8) - 1)
  const { find, tellIn } = yield* makeTeller({ connection: full, run, errands, handlers, together })
  return {
    there: settings !== undefined,
    ask: (errand, request) => Effect.flatMap(Urgency, (lane) => run(errand, request, { lane })),
    tell: (errand, telling) =>
      database
        .write(`${full}:${telling.order}`, (sql) => tellIn(sql, errand, telling))
        .pipe(
          Effect.catchDefect((defect) =>
            defect instanceof ToldOtherwise ? Effect.fail(defect) : Effect.die(defect)
          )
        ),
    tellIn,
    standing: (errand, key) =>
      Effect.map(find(erased(errand), key), (row) =>
        row === undefined ? undefined : { state: row.state, detail: row.detail }
      )
  } satisfies Connection
})
