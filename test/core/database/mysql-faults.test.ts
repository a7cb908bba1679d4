import { assert, describe } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer } from "effect"
import { sql as raw } from "kysely"
import { Database, type Sql } from "../../../core/database/database.ts"
import { StorageFailed } from "../../../core/database/engine.ts"
import { databaseIn, note, noted, noteMigrations, notes } from "../../support/database.ts"
import { type Fate, openLine } from "../../support/line.ts"
import { quietly } from "../../support/quiet.ts"
import { ask, client, mariadb, temporaryDatabaseOn } from "../../support/server.ts"

/** One writer, so that all share what happens; a database, a client of its own beside it, and how often each work ran. */
const open = Effect.gen(function* () {
  const url = yield* temporaryDatabaseOn(mariadb)
  const line = yield* openLine(url)
  const other = yield* client(url)
  const services = yield* Layer.build(databaseIn(url, noteMigrations)).pipe(
    Effect.andThen(Layer.build(Database.layer(line.url, { lanes: 1 })))
  )
  const database = yield* Database.pipe(Effect.provideContext(services))
  const insert = (sql: Sql, id: string, text = "") =>
    notes(sql).insertInto("notes").values({ id, text }).execute()
  return {
    line,
    other,
    database,
    insert,
    write: <A>(work: (sql: Sql) => Promise<A>) => database.write("one", work),
    noted: Effect.provideContext(noted, services),
    note: (id: string) => Effect.provideContext(note(id), services)
  }
})

const connectionOf = async (sql: Sql): Promise<number> =>
  (await raw<{ id: number }>`select connection_id() as id`.execute(sql)).rows[0]?.id ?? 0

const together = { concurrency: "unbounded" } as const
const failure = (exit: Exit.Exit<unknown>) => Exit.isFailure(exit) && Cause.squash(exit.cause)

const server = describe.skipIf(mariadb === "")

server("a connection that is killed", () => {
  quietly("in the middle of a transaction is replaced, and all of it is run again", () =>
    Effect.gen(function* () {
      const { database, insert, noted, other, write } = yield* open
      let runs = 0
      const killed = write(async (sql) => {
        await insert(sql, "first half")
        if (runs++ === 0) await other.query(`kill ${await connectionOf(sql)}`)
        await insert(sql, "second half")
        return runs
      })
      const before = write((sql) => insert(sql, "before"))
      const behind = write((sql) => insert(sql, "behind"))
      const [, ran] = yield* Effect.all([before, killed, behind], together)
      assert.strictEqual(ran, 2)
      assert.deepStrictEqual(yield* noted, ["before", "behind", "first half", "second half"])
      assert.strictEqual(yield* database.read(async () => "reads"), "reads")
    })
  )

  quietly("while nobody used it is not noticed by whoever comes next", () =>
    Effect.gen(function* () {
      const { database, insert, noted, other, write } = yield* open
      const ids = [yield* write(connectionOf), yield* database.read(connectionOf)]
      for (const id of ids) yield* ask(other, `kill ${id}`)
      yield* write((sql) => insert(sql, "after"))
      assert.deepStrictEqual(yield* noted, ["after"])
      assert.notInclude(ids, yield* database.read(connectionOf))
    })
  )

  quietly("in the middle of a read is replaced, and the read is run again", () =>
    Effect.gen(function* () {
      const { database, other } = yield* open
      let runs = 0
      const read = database.read(async (sql) => {
        const id = await connectionOf(sql)
        if (runs++ > 0) return id
        await Promise.all([raw`select sleep(5)`.execute(sql), other.query(`kill ${id}`)])
        return 0
      })
      assert.isAbove(yield* read, 0)
      assert.strictEqual(runs, 2)
    })
  )
})

server("a COMMIT", () => {
  const commits = (fate: Fate, runs: number) =>
    Effect.gen(function* () {
      const { insert, line, note, noted, write } = yield* open
      let ran = 0
      line.fates.push(fate)
      const counted = write(async (sql) => {
        ran++
        await insert(sql, "a")
      })
      yield* Effect.all([counted, write((sql) => insert(sql, "b"))], together)
      assert.strictEqual(ran, runs)
      assert.deepStrictEqual(yield* noted, ["a", "b"])
      yield* note("c")
    })

  quietly("whose answer is lost is found to have been carried out", () => commits("swallowed", 1))

  quietly("that never arrived is found not to have been carried out, and all is run again", () =>
    commits("lost", 2)
  )

  quietly("that is still under way is waited for, and nothing is run twice", () =>
    commits("late", 1)
  )

  quietly("that a cluster refused is run again", () => commits("refused", 2))

  quietly("that is lost each time ends, and says that nothing was stored", () =>
    Effect.gen(function* () {
      const { insert, line, note, noted, write } = yield* open
      line.fates.push(...Array.from({ length: 8 }, () => "lost" as const))
      const exit = yield* Effect.exit(write((sql) => insert(sql, "a")))
      assert.deepInclude(failure(exit), { _tag: "StorageFailed", outcome: "nothing stored" })
      assert.deepStrictEqual(yield* noted, [])
      yield* note("b")
    })
  )

  quietly("of whose end nobody can be asked is said to be unknown", () =>
    Effect.gen(function* () {
      const { insert, line, note, noted, write } = yield* open
      line.late = 1_500
      line.fates.push("late")
      const exit = yield* Effect.exit(write((sql) => insert(sql, "a")))
      assert.deepInclude(failure(exit), { _tag: "StorageFailed", outcome: "unknown" })
      yield* Effect.sleep("1 second")
      yield* note("b")
      assert.deepStrictEqual(yield* noted, ["a", "b"])
    })
  )
})

server("another client", () => {
  quietly(
    "in a deadlock with a write lets all of it be run again, and no half of it is stored",
    () =>
      Effect.gen(function* () {
        const { insert, noted, other, write } = yield* open
        yield* write(async (sql) => {
          for (const id of ["x", "y"]) await insert(sql, id)
        })
        yield* ask(other, "begin")
        // Whoever has changed less is made to give way.
        for (let id = 0; id < 20; id++)
          yield* ask(other, `insert into notes values ('other ${id}', '')`)
        yield* ask(other, "update notes set text = 'other' where id = 'y'")
        let runs = 0
        const deadlocked = write(async (sql) => {
          runs++
          await insert(sql, "half")
          await raw`update notes set text = 'ours' where id = 'x'`.execute(sql)
          if (runs === 1) void other.query("update notes set text = 'other' where id = 'x'")
          const overlooked = raw`update notes set text = 'ours' where id = 'y'`.execute(sql)
          await overlooked.catch(() => {})
          await insert(sql, "whole")
        })
        const beside = write((sql) => insert(sql, "beside"))
        const all = yield* Effect.forkChild(Effect.all([beside, deadlocked], together))
        yield* Effect.sleep("500 millis")
        assert.strictEqual(runs, 2)
        yield* ask(other, "rollback")
        yield* Fiber.join(all)
        assert.deepStrictEqual(yield* noted, ["beside", "half", "whole", "x", "y"])
      })
  )

  quietly("that holds a row for long is waited for by those alone who want it", () =>
    Effect.gen(function* () {
      const { insert, noted, other, write } = yield* open
      yield* write((sql) => insert(sql, "held"))
      yield* ask(other, "begin")
      yield* ask(other, "update notes set text = 'other' where id = 'held'")
      const stuck = write(async (sql) => {
        await insert(sql, "half")
        await raw`update notes set text = 'ours' where id = 'held'`.execute(sql)
      })
      const [first, beside] = yield* Effect.all(
        [Effect.exit(stuck), Effect.exit(write((sql) => insert(sql, "beside")))],
        together
      )
      assert.instanceOf(failure(first), StorageFailed)
      assert.isTrue(Exit.isSuccess(beside))
      assert.deepStrictEqual(yield* noted, ["beside", "held"])
      const again = yield* Effect.forkChild(stuck)
      yield* Effect.sleep("300 millis")
      yield* ask(other, "rollback")
      yield* Fiber.join(again)
      assert.deepStrictEqual(yield* noted, ["beside", "half", "held"])
    })
  )
})
