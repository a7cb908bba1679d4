import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber } from "effect"
import { copySqlite } from "../../../core/database/backup.ts"
import { rememberMode } from "../../../core/database/settings.ts"
import { databaseIn, noted } from "../../support/database.ts"
import { developing, type } from "./typed.ts"

const noteTaker = new URL("../../support/note-taker.ts", import.meta.url).pathname

/** A database as a first start leaves it, and what `megabytes` of notes add to it. */
const database = Effect.fnUntraced(function* ({ megabytes = 0 } = {}) {
  const settings = yield* developing
  const file = settings.DATABASE_URL.slice("sqlite:".length)
  yield* type("migrate up", settings)
  yield* Effect.provide(rememberMode("development"), databaseIn(file))
  const raw = new DatabaseSync(file)
  raw.exec("create table ballast (bytes blob)")
  for (let i = 0; i < megabytes; i++) raw.exec("insert into ballast values (randomblob(1000000))")
  raw.close()
  return { settings, file, folder: dirname(file), to: join(dirname(file), "copy.db") }
})

/** A process that writes one note after another, and what it has said so far of each. */
const writing = (file: string) =>
  Effect.acquireRelease(
    Effect.promise(async () => {
      const child = spawn(process.execPath, [noteTaker, file, "1000000", "1"])
      const told: Array<string> = []
      child.stdout.setEncoding("utf8").on("data", (text: string) => {
        told.push(...[...text.matchAll(/stored (\d+)/g)].map(([, id = ""]) => id))
      })
      await once(child.stdout, "data")
      return { child, told }
    }),
    ({ child }) => Effect.sync(() => child.kill("SIGKILL"))
  )

const left = (folder: string, name: string) =>
  readdirSync(folder).filter((found) => found.startsWith(name))

describe("weir backup", () => {
  it.live(
    "copies what a running gateway had stored when it began, while that goes on writing",
    () =>
      Effect.gen(function* () {
        const { file, settings, to } = yield* database({ megabytes: 30 })
        const { told } = yield* writing(file)
        const before = [...told]
        const { code, stderr, stdout } = yield* type(`backup ${to}`, settings)
        assert.strictEqual(code, 0, stderr)
        const meanwhile = told.length

        assert.isAbove(before.length, 0)
        assert.isAbove(meanwhile, before.length)
        const ids = yield* Effect.provide(noted, databaseIn(to))
        assert.deepEqual(ids.slice(0, before.length), before)
        assert.deepEqual(
          ids,
          ids.map((_, index) => String(index).padStart(8, "0"))
        )
        assert.match(stderr, /^\d0 % copied$/m)
        assert.match(stdout, /copy\.db: 3\d\.\d MB in .* s, whole; development, \d+ migrations\n/)
        assert.match(stdout, /^To restore it: stop the gateway, remove .*-wal/m)
        assert.strictEqual(statSync(to).mode & 0o777, 0o600)
      })
  )

  it.live("does not begin anew, however often the gateway commits meanwhile", () =>
    Effect.gen(function* () {
      const { file, to } = yield* database({ megabytes: 60 })
      yield* writing(file)
      const shares: Array<number> = []
      yield* copySqlite(file, to, (share) => shares.push(share))
      assert.isAbove(shares.length, 5)
      assert.deepEqual(
        shares,
        [...new Set(shares)].toSorted((a, b) => a - b)
      )
    })
  )

  it.live("overwrites nothing", () =>
    Effect.gen(function* () {
      const { settings, to } = yield* database()
      writeFileSync(to, "yesterday's")
      const { code, stderr } = yield* type(`backup ${to}`, settings)
      assert.strictEqual(code, 1)
      assert.match(stderr, /copy\.db is there already/)
      assert.strictEqual(readFileSync(to, "utf8"), "yesterday's")
    })
  )

  it.live("leaves nothing behind of a database that is damaged or not a gateway's", () =>
    Effect.gen(function* () {
      const damaged = yield* database({ megabytes: 1 })
      const bytes = readFileSync(damaged.file)
      bytes.fill(1, bytes.length >> 1, (bytes.length >> 1) + 8_192)
      writeFileSync(damaged.file, bytes)
      const first = yield* type(`backup ${damaged.to}`, damaged.settings)
      assert.match(first.stderr, /^The database is damaged: /)

      const other = yield* database()
      const raw = new DatabaseSync(other.file)
      raw.exec("drop table weir_settings")
      raw.close()
      const second = yield* type(`backup ${other.to}`, other.settings)
      assert.match(second.stderr, /^The database is not that of a gateway/)

      assert.deepEqual(
        [
          first.code,
          second.code,
          ...[damaged, other].flatMap(({ folder }) => left(folder, "copy"))
        ],
        [1, 1]
      )
    })
  )

  it.live("leaves nothing behind when it is told to stop", () =>
    Effect.gen(function* () {
      const { file, folder, to } = yield* database({ megabytes: 30 })
      const begun = yield* Deferred.make<void>()
      const copying = yield* Effect.forkChild(
        copySqlite(file, to, () => Deferred.doneUnsafe(begun, Effect.void))
      )
      yield* Deferred.await(begun)
      yield* Fiber.interrupt(copying)
      assert.deepEqual(left(folder, "copy"), [])
    })
  )

  it.live("says that there is no database yet, and makes none", () =>
    Effect.gen(function* () {
      const settings = yield* developing
      const file = settings.DATABASE_URL.slice("sqlite:".length)
      const { code, stderr } = yield* type(`backup ${file}-copy`, settings)
      assert.strictEqual(code, 1)
      assert.match(stderr, /^There is no database at /)
      assert.isFalse(existsSync(file))
    })
  )
})
