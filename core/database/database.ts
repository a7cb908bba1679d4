import { Context, Effect, Layer, Predicate } from "effect"
import { hooksOf } from "./commit.ts"
import { DatabaseRefused, type Engine, type Sql as Handle, StorageFailed } from "./engine.ts"
import { openSqlite } from "./sqlite.ts"
import { makeWriter } from "./writer.ts"

/** A handle for SQL. Stores name their own tables: `sql.withTables<SlipTables>()`. */
export type Sql = Handle

/** Where everything durable is. SQL errors are bugs and die; `StorageFailed` dies too, and passes when the storage heals. */
export class Database extends Context.Service<
  Database,
  {
    /** Reads, on connections of their own; never inside a write. */
    read<A>(query: (sql: Sql) => Promise<A>): Effect.Effect<A>
    /**
     * The only way to write. `order` names what the write is about, e.g. `payment:ID`: writes about one thing keep their order. What
     * `work` returns is durable; what it throws undoes it. It is SQL alone and may be run again. Interrupting the caller undoes
     * nothing.
     */
    write<A>(order: string, work: (sql: Sql) => Promise<A>): Effect.Effect<A>
    /** Changes tables, alone and under one lock of all processes. May be run again after half of it. For the migrator. */
    alter<A>(work: (sql: Sql) => Promise<A>): Effect.Effect<A>
  }
>()("weir/Database") {
  /** Opens what a `DATABASE_URL` names, e.g. `sqlite:.data/weir.db`. */
  static readonly layer = (url: string): Layer.Layer<Database, DatabaseRefused> =>
    Layer.effect(
      Database,
      Effect.gen(function* () {
        const engine = yield* Effect.acquireRelease(open(url), (engine) =>
          Effect.promise(async () => engine.close())
        )
        const write = yield* makeWriter(engine)
        return Database.of({
          read: (query) => Effect.promise(() => query(engine.reads).catch(raise(engine))),
          // One loop writes to a SQLite file, so all orders are kept; its tables change as its rows do.
          write: (_order, work) => write(work),
          alter: write
        })
      })
    )
}

/** Runs something once the write that `sql` belongs to is durable; not at all when it is undone. */
export const afterCommit = (sql: Pick<Sql, "getExecutor">, run: () => void): void => {
  const hooks = hooksOf.get(sql.getExecutor())
  if (hooks === undefined) throw new Error("`afterCommit` needs the `sql` of a write")
  hooks.push(run)
}

const raise = (engine: Engine) => (cause: unknown) => {
  if (engine.fault(cause) === "work") throw cause
  throw new StorageFailed({ outcome: "nothing stored", cause })
}

const open = (url: string): Effect.Effect<Engine, DatabaseRefused> =>
  Effect.try({
    try: () => {
      const [, file] = /^sqlite:(?!:)(.+)$/.exec(url) ?? []
      if (file !== undefined) return openSqlite(file)
      throw new DatabaseRefused({ reason: "DATABASE_URL must name a file: sqlite:.data/weir.db" })
    },
    catch: (error) =>
      error instanceof DatabaseRefused
        ? error
        : new DatabaseRefused({ reason: `The database cannot be opened: ${sentence(error)}` })
  })

const sentence = (error: unknown): string =>
  Predicate.isError(error) ? error.message : String(error)
