import { spawn } from "node:child_process"
import { assert, describe } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer } from "effect"
import { sql as raw } from "kysely"
import { Database } from "../../../core/database/database.ts"
import { databaseIn, note, noted, noteMigrations, notes } from "../../support/database.ts"
import { eventually } from "../../support/installation.ts"
import { quietly } from "../../support/quiet.ts"
import { mariadb, temporaryDatabaseOn } from "../../support/server.ts"

const noteTaker = new URL("../../support/note-taker.ts", import.meta.url).pathname

describe.skipIf(mariadb === "")("a process that stands still", () => {
  quietly(
    "in its transaction holds others up no longer than ten seconds, and begins it again",
    () =>
      Effect.gen(function* () {
        const url = yield* temporaryDatabaseOn(mariadb)
        const still = yield* Layer.build(databaseIn(url, noteMigrations))
        const other = yield* Layer.build(Layer.fresh(Database.layer(url)))
        yield* Effect.provideContext(note("row"), still)
        const append = (text: string) =>
          raw`update notes set text = concat(text, ${text}) where id = 'row'`
        let runs = 0
        const standing = yield* Effect.forkChild(
          Database.use(({ write }) =>
            write("row", async (sql) => {
              await append("still ").execute(sql)
              if (runs++ === 0) await Effect.runPromise(Effect.sleep("14 seconds"))
              await append("begun anew ").execute(sql)
            })
          ).pipe(Effect.provideContext(still)),
          { startImmediately: true }
        )
        yield* Effect.sleep("200 millis")
        const passing = Database.use(({ write }) =>
          write("row", (sql) => append("other ").execute(sql))
        )
        yield* eventually(
          "the other process gets past",
          Effect.map(Effect.exit(Effect.provideContext(passing, other)), (exit) =>
            Exit.isSuccess(exit) ? true : undefined
          ),
          "14 seconds"
        )
        assert.isUndefined(standing.pollUnsafe())
        yield* Fiber.join(standing)
        const rows = yield* Effect.provideContext(
          Database.use(({ read }) =>
            read((sql) => notes(sql).selectFrom("notes").selectAll().execute())
          ),
          other
        )
        assert.deepEqual(rows, [{ id: "row", text: "other still begun anew " }])
        assert.strictEqual(runs, 2)
      })
  )

  quietly("and goes on later has stored what it says it has, and nothing else", () =>
    Effect.gen(function* () {
      const url = yield* temporaryDatabaseOn(mariadb)
      const services = yield* Layer.build(databaseIn(url, noteMigrations))
      const command = [noteTaker, url, "400", "7", "0"]
      const child = spawn(process.execPath, command, { stdio: ["ignore", "pipe", "ignore"] })
      yield* Effect.addFinalizer(() => Effect.sync(() => child.kill("SIGKILL")))
      let output = ""
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        output += text
      })
      const ended = new Promise((resolve) => child.once("close", resolve))
      for (let lines = 20; lines <= 200; lines += 60) {
        yield* eventually(
          "it writes",
          Effect.sync(() => (output.split("\n").length > lines ? true : undefined)),
          "20 seconds"
        )
        child.kill("SIGSTOP")
        yield* Effect.sleep("150 millis")
        yield* Effect.provideContext(note(`beside ${lines}`), services)
        child.kill("SIGCONT")
      }
      yield* Effect.promise(() => ended)
      const ids = yield* Effect.provideContext(noted, services)
      const stored = [...output.matchAll(/^stored (\d+)$/gm)].map(([, id = ""]) => id)
      assert.strictEqual(stored.length, 400)
      assert.deepStrictEqual(ids.filter((id) => !id.startsWith("beside")).sort(), stored.sort())
    })
  )
})
