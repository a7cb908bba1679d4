import { spawn } from "node:child_process"
import { assert, describe } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer } from "effect"
import { sql as raw } from "kysely"
import { Database, type Sql } from "../../../core/database/database.ts"
import { StorageFailed } from "../../../core/database/engine.ts"
import { databaseIn, noted, noteMigrations, notes } from "../../support/database.ts"
import { quietly } from "../../support/quiet.ts"
import { ask, client, mariadb, temporaryDatabaseOn } from "../../support/server.ts"

/** A gateway that reads on two connections and waits for nobody long. */
const open = Effect.gen(function* () {
  const url = yield* temporaryDatabaseOn(mariadb)
  yield* Effect.scoped(Layer.build(databaseIn(url, noteMigrations)))
  const limits = { reads: { most: 2, wait: 300 }, answer: { read: 600, write: 5_000 } }
  const services = yield* Layer.build(Database.layer(url, limits))
  const database = yield* Database.pipe(Effect.provideContext(services))
  return { admin: yield* client(url), database, noted: Effect.provideContext(noted, services) }
})

const one = (text: string) => async (sql: Sql) => {
  const { rows } = await sql.executeQuery<{ readonly it: number }>(raw.raw(text).compile(sql))
  return rows[0]?.it
}
const sleep = (seconds: number) => one(`select sleep(${seconds}) as it`)
const connection = one("select connection_id() as it")
const together = { concurrency: "unbounded" } as const
/** Stops this process for some seconds. When it goes on, its timers are due before it has heard what came meanwhile. */
const standStill = (seconds: string) =>
  Effect.callback<void>((resume) => {
    const { pid } = process
    const line = `kill -STOP ${pid}; sleep ${seconds}; kill -CONT ${pid}`
    spawn("sh", ["-c", line]).once("exit", () => resume(Effect.void))
  })
const isStorageFailed = (exit: Exit.Exit<unknown>) =>
  Exit.isFailure(exit) && Cause.squash(exit.cause) instanceof StorageFailed

describe.skipIf(mariadb === "")("a read", () => {
  quietly("whose caller is interrupted keeps its connection until it is answered", () =>
    Effect.gen(function* () {
      const { database } = yield* open
      const slow = yield* Effect.forkChild(database.read(sleep(0.4)), { startImmediately: true })
      yield* Effect.sleep("50 millis")
      yield* Fiber.interrupt(slow)
      const answers = yield* Effect.replicateEffect(database.read(one("select 7 as it")), 20)
      assert.deepStrictEqual([...new Set(answers)], [7])
    })
  )

  quietly("that is not answered in time ends its connection, and nobody gets its answer", () =>
    Effect.gen(function* () {
      const { admin, database } = yield* open
      const exit = yield* Effect.exit(database.read(sleep(3)))
      assert.isTrue(isStorageFailed(exit))
      const answers = yield* Effect.replicateEffect(database.read(one("select 7 as it")), 20)
      assert.deepStrictEqual([...new Set(answers)], [7])
      yield* Effect.sleep("200 millis")
      const rows = yield* ask(
        admin,
        "select count(*) as count from information_schema.processlist where db = database()"
      )
      // Four writers, two readers, who asks, and what the server has not missed yet.
      assert.isAtMost(Number(rows[0]?.count), 4 + 2 + 1 + 2)
    })
  )

  quietly("waits for a connection for a while, and not for ever", () =>
    Effect.gen(function* () {
      const { database } = yield* open
      const busy = yield* Effect.forEach([1, 2], () => Effect.forkChild(database.read(sleep(0.75))))
      yield* Effect.sleep("50 millis")
      assert.isTrue(isStorageFailed(yield* Effect.exit(database.read(connection))))
      yield* Fiber.joinAll(busy)
      const many = yield* Effect.all(
        Array.from({ length: 30 }, () => database.read(connection)),
        together
      )
      assert.isAtMost(new Set(many).size, 2)
    })
  )

  quietly("of a process that stood still for longer than it waits is answered all the same", () =>
    Effect.gen(function* () {
      const { database } = yield* open
      yield* Effect.all([database.read(sleep(0.1)), database.read(sleep(0.1))], together)
      // It may happen to be told of the answers first; four times in a row it is not.
      for (let round = 0; round < 4; round++) {
        const reads = yield* Effect.forEach([1, 2, 3], () =>
          Effect.forkChild(database.read(sleep(0.1)), { startImmediately: true })
        )
        yield* standStill("0.8")
        assert.deepStrictEqual(yield* Fiber.joinAll(reads), [0, 0, 0])
      }
    })
  )

  quietly("that leaves a transaction open takes its connection with it", () =>
    Effect.gen(function* () {
      const { database } = yield* open
      const left = yield* database.read(async (sql) => {
        const id = await connection(sql)
        await raw`begin`.execute(sql)
        return id
      })
      const ids = yield* Effect.replicateEffect(database.read(connection), 10)
      assert.notInclude(ids, left)
      const inTransaction = yield* database.read(one("select @@in_transaction as it"))
      assert.strictEqual(inTransaction, 0)
    })
  )

  quietly("takes values for what they are, and gives numbers and bytes back", () =>
    Effect.gen(function* () {
      const { database, noted } = yield* open
      const hostile = `x\\' or 1=1 -- `
      yield* database.write("note", (sql) =>
        notes(sql).insertInto("notes").values({ id: hostile, text: "a" }).execute()
      )
      assert.deepStrictEqual(yield* noted, [hostile])
      yield* database.write("note", (sql) =>
        raw`set session sql_mode = 'NO_BACKSLASH_ESCAPES'`.execute(sql)
      )
      const found = yield* database.write("note", (sql) =>
        notes(sql).selectFrom("notes").select("id").where("id", "=", "x\\' or 1=1 -- ").execute()
      )
      assert.strictEqual(found.length, 1)
      const none = yield* database.write("note", (sql) =>
        notes(sql).selectFrom("notes").select("id").where("id", "=", "x' or 1=1 -- ").execute()
      )
      assert.deepStrictEqual(none, [])
      const [row] = yield* database.read(
        async (sql) =>
          (
            await raw<object>`select ${9_007_199_254_740_991} as whole, ${0.5} as half, ${new Uint8Array([0, 200])} as bytes, ${null} as nothing`.execute(
              sql
            )
          ).rows
      )
      assert.deepEqual(row, {
        whole: 9_007_199_254_740_991,
        half: 0.5,
        bytes: Buffer.from([0, 200]),
        nothing: null
      })
    })
  )

  quietly("tells keys apart that differ in case, accent or a space at their end", () =>
    Effect.gen(function* () {
      const { database, noted } = yield* open
      const ids = ["a", "A", "á", "a "]
      for (const id of ids)
        yield* database.write("note", (sql) =>
          notes(sql).insertInto("notes").values({ id, text: "" }).execute()
        )
      assert.deepStrictEqual([...(yield* noted)].sort(), [...ids].sort())
    })
  )
})
