import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { text } from "node:stream/consumers"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Random } from "effect"
import { Database } from "../../../core/database/database.ts"
import { databaseIn, note, noted, temporaryFile } from "../../support/database.ts"

const noteTaker = new URL("../../support/note-taker.ts", import.meta.url).pathname

/** Runs a note taker in a process of its own, below another program where one is named. */
const run = (
  file: string,
  notes: { readonly count: number; readonly together: number; readonly first?: number },
  below: ReadonlyArray<string> = []
) => {
  const numbers = [notes.count, notes.together, notes.first ?? 0].map(String)
  const command = [...below, process.execPath, noteTaker, file, ...numbers]
  return spawn(command[0] ?? "", command.slice(1), { stdio: ["ignore", "pipe", "inherit"] })
}

/** What a note taker said of each note. */
const said = (child: ReturnType<typeof run>) =>
  Effect.promise(() => text(child.stdout)).pipe(
    Effect.map((output) => {
      const of = (outcome: string) =>
        [...output.matchAll(new RegExp(`^${outcome} (\\d+)$`, "gm"))].map(([, id = ""]) => id)
      return {
        output,
        stored: of("stored"),
        nothing: of("nothing stored:"),
        unknown: of("unknown:")
      }
    })
  )

const found = (file: string) =>
  Effect.map(Effect.provide(noted, databaseIn(file)), (ids) => new Set(ids))

const keepsItsWord = Effect.fnUntraced(function* (
  file: string,
  {
    nothing,
    stored
  }: { readonly stored: ReadonlyArray<string>; readonly nothing: ReadonlyArray<string> }
) {
  const ids = yield* found(file)
  assert.deepStrictEqual(
    stored.filter((id) => !ids.has(id)),
    []
  )
  assert.deepStrictEqual(
    nothing.filter((id) => ids.has(id)),
    []
  )
})

const one = { count: 1, together: 1 }

describe("a killed process", () => {
  it.live("has stored every note it acknowledged, and the next process takes over at once", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      for (let round = 0; round < 3; round++) {
        const child = run(file, { count: 100_000, together: 7, first: round * 1_000_000 })
        const after = yield* Random.nextIntBetween(5, 60)
        let lines = 0
        child.stdout.on("data", (bytes: Buffer) => {
          lines += bytes.toString().split("\n").length
          if (lines > after) child.kill("SIGKILL")
        })
        const outcome = yield* said(child)
        assert.isAbove(outcome.stored.length, 0)
        yield* keepsItsWord(file, outcome)
        yield* Effect.provide(note(`after ${round}`), databaseIn(file))
      }
    })
  )
})

describe("a second gateway", () => {
  it.live("is refused a file that is in use, with a sentence that says what to do", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      yield* Effect.gen(function* () {
        const { output } = yield* said(run(file, one))
        assert.include(output, `Another gateway is using ${file}`)
        assert.include(output, "DATABASE_URL")
        const here = yield* Effect.flip(Layer.build(Layer.fresh(Database.layer(`sqlite:${file}`))))
        assert.include(here.message, "Another gateway")
      }).pipe(Effect.provide(databaseIn(file)))
      assert.deepStrictEqual((yield* said(run(file, one))).stored, ["00000000"])
    })
  )
})

const strace = existsSync("/usr/bin/strace")

describe("a failing disk", () => {
  it.live("that is full now and then loses nothing acknowledged, and heals without a restart", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      // A file may not grow beyond 300 KB: COMMIT fails whenever the log gets there.
      const limited = ["/bin/bash", "-c", `trap "" XFSZ; ulimit -f 300; exec "$0" "$@"`]
      const outcome = yield* said(run(file, { count: 1_000, together: 5 }, limited))
      assert.isAbove(outcome.nothing.length, 0)
      assert.isAbove(outcome.stored.length, 800)
      yield* keepsItsWord(file, outcome)
    })
  )

  const failing = (when: string) => [
    "/usr/bin/strace",
    ..."-f -qq -o /dev/null -e trace=fsync,fdatasync".split(" "),
    ...["-e", `inject=fsync,fdatasync:error=EIO:when=${when}`]
  ]

  it.live.skipIf(!strace)("once, while committing: nothing was stored, and that is known", () =>
    Effect.gen(function* () {
      const file = yield* temporaryFile
      const outcome = yield* said(run(file, { count: 60, together: 3 }, failing("25")))
      assert.strictEqual(outcome.nothing.length, 3)
      assert.strictEqual(outcome.stored.length, 57)
      yield* keepsItsWord(file, outcome)
    })
  )

  it.live.skipIf(!strace)(
    "twice: COMMIT said no, but what it stored is found and acknowledged",
    () =>
      Effect.gen(function* () {
        const file = yield* temporaryFile
        const outcome = yield* said(run(file, { count: 60, together: 3 }, failing("25..26")))
        assert.strictEqual(outcome.stored.length, 60)
        yield* keepsItsWord(file, outcome)
      })
  )

  it.live.skipIf(!strace)(
    "for a while: the outcome is unknown and said to be, until it heals",
    () =>
      Effect.gen(function* () {
        const file = yield* temporaryFile
        const outcome = yield* said(run(file, { count: 200, together: 3 }, failing("25..40")))
        assert.strictEqual(outcome.unknown.length, 3)
        assert.isAbove(outcome.nothing.length, 0)
        assert.include(outcome.stored, "00000199")
        yield* keepsItsWord(file, outcome)
      })
  )
})
