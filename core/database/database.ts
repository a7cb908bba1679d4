import { Clock, Context, Effect, Layer, Predicate } from "effect"
import { addressOf } from "./address.ts"
import { DatabaseRefused, type Engine, type Sql as Handle, StorageFailed } from "./engine.ts"
import type { MysqlLimits } from "./mysql.ts"
import { openSqlite } from "./sqlite.ts"
import { makeWriter } from "./writer.ts"

/** A handle for SQL. Stores name their own tables: `sql.withTables<SlipTables>()`. */
export type Sql = Handle

/** Where everything durable is. SQL errors are bugs and die; `StorageFailed` dies too, and passes when the storage heals. */
export class Database extends Context.Service<
  Database,
  {
    /** Reads, on connections of their own; never inside a write. May be run again. */
    read<A>(query: (sql: Sql) => Promise<A>): Effect.Effect<A>
    /**
     * The only way to write. `order` names what the write is about, e.g. `payment:ID`: writes about one thing keep their order. What
     * `work` returns is durable; what it throws undoes it. It is SQL alone and may be run again. Interrupting the caller undoes
     * nothing.
     */
    write<A>(order: string, work: (sql: Sql) => Promise<A>): Effect.Effect<A>
    /** Changes tables, alone and under one lock of all processes. May be run again after half of it. For the migrator. */
    alter<A>(work: (sql: Sql) => Promise<A>): Effect.Effect<A>
    /** Whether no other process can be using it: whoever did before is gone. */
    readonly alone: boolean
  }
>()("weir/Database") {
  /** Opens what a `DATABASE_URL` names: `sqlite:.data/weir.db`, `mysql://user:password@host:3306/weir`. */
  static readonly layer = (
    url: string,
    limits: Partial<MysqlLimits> = {}
  ): Layer.Layer<Database, DatabaseRefused> =>
    Layer.effect(
      Database,
      Effect.gen(function* () {
        const engine = yield* Effect.acquireRelease(open(url, limits), (engine) =>
          Effect.promise(async () => engine.close())
        )
        const writers = yield* Effect.forEach(engine.lanes, (lane) => makeWriter(engine, lane))
        const write = <A>(order: string, work: (sql: Sql) => Promise<A>): Effect.Effect<A> =>
          Effect.suspend(() => laneOf(writers, order)(work))
        return Database.of({
          alone: engine.lanes.every(({ shared }) => !shared),
          read: (query) => Effect.promise(() => read(engine, query)),
          write,
          alter: (work) => {
            const { alter } = engine
            if (alter === undefined) return write("tables", work)
            return Effect.promise(() => alter(work).catch(raise(engine)))
          }
        })
      })
    )
}

/** Writes about one thing go one way, behind each other. (FNV-1a: spreads names evenly, and costs nothing.) */
const laneOf = <A>(lanes: ReadonlyArray<A>, order: string): A => {
  let hash = 0x811c9dc5
  for (let place = 0; place < order.length; place++)
    hash = Math.imul(hash ^ order.charCodeAt(place), 0x01000193)
  return lanes[(hash >>> 0) % lanes.length] as A
}

/** A connection may have broken while it lay idle, which is found out by using it. */
const read = <A>(engine: Engine, query: (sql: Sql) => Promise<A>): Promise<A> =>
  query(engine.reads)
    .catch((cause) => {
      if (engine.fault(cause) !== "lost") throw cause
      return query(engine.reads)
    })
    .catch(raise(engine))

const raise = (engine: Engine) => (cause: unknown) => {
  const fault = engine.fault(cause)
  if (fault === "work" || fault === "raced") throw cause
  throw new StorageFailed({ outcome: "nothing stored", cause })
}

const open = Effect.fnUntraced(function* (url: string, limits: Partial<MysqlLimits>) {
  const now = yield* Clock.currentTimeMillis
  return yield* Effect.tryPromise({
    try: async () => {
      const address = addressOf(url)
      if (address.kind === "sqlite") return await openSqlite(address.file)
      // The driver is loaded by those who use it: it takes time and memory of every start.
      const { openMysql } = await import("./mysql.ts")
      return await openMysql(address, now, limits)
    },
    catch: (error) =>
      error instanceof DatabaseRefused
        ? error
        : new DatabaseRefused({ reason: `The database cannot be opened: ${sentence(error)}` })
  })
})

const sentence = (error: unknown): string =>
  Predicate.isError(error) ? error.message : String(error)
