import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Scope } from "effect"
import { sql as raw } from "kysely"
import { Database, type Sql } from "../../../core/database/database.ts"
import { StorageFailed } from "../../../core/database/engine.ts"
import { afterCommit } from "../../../core/database/works.ts"
import {
  commits,
  databaseIn,
  eachDatabase,
  type Kind,
  note,
  noted,
  noteMigrations,
  notes,
  temporaryDatabase,
  temporaryFile
} from "../../support/database.ts"

const fresh = (database: Kind) => temporaryDatabase(database, noteMigrations)
const sqlite = Layer.unwrap(Effect.map(temporaryFile, (file) => databaseIn(file, noteMigrations)))
const numbers = (count: number) => Array.from({ length: count }, (_, place) => `n${place}`)
const together = { concurrency: "unbounded" } as const

eachDatabase("a write", (database) => {
  it.effect("shares its commit with all that wait beside it", () =>
    Effect.gen(function* () {
      const before = yield* commits
      yield* Effect.forEach(numbers(64), (id) => note(id), together)
      assert.strictEqual((yield* noted).length, 64)
      // On a server, four writers take what waits for each.
      assert.isAtMost((yield* commits) - before, database.name === "SQLite" ? 2 : 8)
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("that throws is undone and fails alone, with what it threw", () =>
    Effect.gen(function* () {
      const { write } = yield* Database
      const insert = (sql: Sql, id: string) =>
        notes(sql).insertInto("notes").values({ id, text: "" }).execute()
      const note = (id: string) => write("note", (sql) => insert(sql, id))
      const broken = write("note", async (sql) => {
        await insert(sql, "half")
        throw new RangeError("no further")
      })
      const exits = yield* Effect.forEach(
        [note("a"), broken, note("b"), note("a"), note("c")],
        Effect.exit,
        together
      )
      assert.deepStrictEqual(exits.map(Exit.isSuccess), [true, false, true, false, true])
      const [, thrown, , twice] = exits.map((exit) =>
        Exit.isFailure(exit) ? Cause.squash(exit.cause) : undefined
      )
      assert.instanceOf(thrown, RangeError)
      assert.match(String(twice), /UNIQUE|Duplicate/)
      assert.deepStrictEqual(yield* noted, ["a", "b", "c"])
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("returns what its work returns", () =>
    Effect.gen(function* () {
      const database = yield* Database
      assert.strictEqual(yield* database.write("note", async () => 42), 42)
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("cannot contain another transaction", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const exit = yield* Effect.exit(
        database.write("note", (sql) => sql.transaction().execute(async () => "never"))
      )
      assert.isTrue(Exit.isFailure(exit))
      yield* note("still works")
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("that ends the transaction it shares stores nothing, alone or with the others", () =>
    Effect.gen(function* () {
      const { write } = yield* Database
      const insert = (sql: Sql, id: string) =>
        notes(sql).insertInto("notes").values({ id, text: "" }).execute()
      const exits = yield* Effect.forEach(
        [
          write("note", (sql) => insert(sql, "a")),
          write("note", async (sql) => {
            await raw`rollback`.execute(sql)
            await insert(sql, "stray")
          }),
          write("note", (sql) => insert(sql, "b"))
        ],
        Effect.exit,
        together
      )
      assert.deepStrictEqual(exits.map(Exit.isSuccess), [false, false, false])
      assert.deepStrictEqual(yield* noted, [])
      yield* note("c")
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("is not undone when its caller is interrupted", () =>
    Effect.gen(function* () {
      const caller = yield* Effect.forkChild(note("a"), { startImmediately: true })
      yield* Fiber.interrupt(caller)
      yield* note("b")
      // Writes about different things need not end in the order they began.
      while ((yield* noted).length < 2) yield* Effect.yieldNow
      assert.deepStrictEqual(yield* noted, ["a", "b"])
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("that waits is stored before the database closes", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      const scope = yield* Scope.make()
      const services = yield* Layer.buildWithScope(databaseIn(url, noteMigrations), scope)
      const callers = yield* Effect.forEach(numbers(300), (id) =>
        Effect.forkChild(Effect.provideContext(note(id), services), { startImmediately: true })
      )
      yield* Scope.close(scope, Exit.void)
      yield* Fiber.joinAll(callers)
      const late = yield* Effect.exit(Effect.provideContext(note("late"), services))
      assert.instanceOf(Exit.isFailure(late) && Cause.squash(late.cause), StorageFailed)
      assert.strictEqual((yield* Effect.provide(noted, databaseIn(url))).length, 300)
    })
  )
})

eachDatabase("afterCommit", (database) => {
  it.effect("runs once the write can be read, through any handle of its transaction", () =>
    Effect.gen(function* () {
      const { write } = yield* Database
      const look = Effect.provideContext(noted, yield* Effect.context<Database>())
      const seen: Array<Promise<ReadonlyArray<string>>> = []
      yield* write("note", async (sql) => {
        afterCommit(sql.withTables<{ other: { id: string } }>(), () => {
          seen.push(Effect.runPromise(look))
        })
        await notes(sql).insertInto("notes").values({ id: "a", text: "" }).execute()
        assert.deepStrictEqual(seen, [])
      })
      assert.deepStrictEqual(yield* Effect.promise(() => Promise.all(seen)), [["a"]])
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("does not run for a work that was undone, whoever shared its commit", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const ran: Array<string> = []
      const write = (name: string, fails: boolean) =>
        database.write("note", async (sql) => {
          afterCommit(sql, () => ran.push(name))
          if (fails) throw new Error("no")
        })
      yield* Effect.forEach(
        [write("a", false), write("b", true), write("c", false)],
        Effect.exit,
        together
      )
      assert.deepStrictEqual(ran, ["a", "c"])
    }).pipe(Effect.provide(fresh(database)))
  )
})

eachDatabase("a read", (database) => {
  it.effect("writes nothing", () =>
    Effect.gen(function* () {
      const { read } = yield* Database
      const exit = yield* Effect.exit(
        read((sql) => notes(sql).insertInto("notes").values({ id: "a", text: "" }).execute())
      )
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(yield* noted, [])
    }).pipe(Effect.provide(fresh(database)))
  )

  it.effect("is not the place for a transaction", () =>
    Effect.gen(function* () {
      const { read } = yield* Database
      const exit = yield* Effect.exit(
        read((sql) =>
          sql
            .transaction()
            .execute((sql) =>
              notes(sql).insertInto("notes").values({ id: "a", text: "" }).execute()
            )
        )
      )
      assert.isTrue(Exit.isFailure(exit))
      assert.deepStrictEqual(yield* noted, [])
    }).pipe(Effect.provide(fresh(database)))
  )
})

describe("a SQLite database", () => {
  it.live("waits for another program that holds the file", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      yield* Effect.gen(function* () {
        const other = new DatabaseSync(file)
        other.exec("begin immediate")
        const caller = yield* Effect.forkChild(note("a"), { startImmediately: true })
        yield* Effect.sleep("200 millis")
        assert.isUndefined(caller.pollUnsafe())
        other.close()
        yield* Fiber.join(caller)
      }).pipe(Effect.provide(databaseIn(file, noteMigrations)))
    })
  )

  it.effect("keeps what it acknowledged when the power fails", () =>
    Effect.gen(function* () {
      const database = yield* Database
      const ask = (pragma: string) =>
        database.write("pragma", async (sql) =>
          Object.values(
            (await raw<object>`${raw.raw(`pragma ${pragma}`)}`.execute(sql)).rows[0] ?? {}
          )
        )
      assert.deepStrictEqual(yield* ask("journal_mode"), ["wal"])
      assert.deepStrictEqual(yield* ask("synchronous"), [2])
      assert.deepStrictEqual(yield* ask("foreign_keys"), [1])
    }).pipe(Effect.provide(sqlite))
  )

  it.effect("lives in a file, and says so of any other address", () =>
    Effect.gen(function* () {
      for (const url of ["postgres://here", "sqlite:", "sqlite::memory:", ""]) {
        const error = yield* Effect.flip(Layer.build(Database.layer(url)))
        assert.include(error.message, "DATABASE_URL must name a file")
      }
    })
  )
})
