import { assert, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { Database } from "../../../core/database/database.ts"
import { statement } from "../../../core/database/statement.ts"
import { append } from "../../../core/database/works.ts"
import {
  eachDatabase,
  note,
  noted,
  noteMigrations,
  notes,
  temporaryDatabase
} from "../../support/database.ts"

const together = { concurrency: "unbounded" } as const

const adding = (...ids: ReadonlyArray<string>) =>
  Database.use(({ write }) =>
    write(`append:${ids[0]}`, async (sql) => {
      for (const id of ids) append(sql, "notes", { id, text: `of ${ids[0]}` })
      if (ids.includes("no further")) throw new RangeError("no further")
    })
  )

eachDatabase("rows that a write appends", (database) => {
  const fresh = temporaryDatabase(database, noteMigrations)
  const ids = Array.from({ length: 90 }, (_, place) => String(place).padStart(2, "0"))

  it.effect("are stored with it, those of many writes together", () =>
    Effect.gen(function* () {
      yield* Effect.forEach(ids, (id) => adding(id, `${id} too`), together)
      assert.deepStrictEqual(
        yield* noted,
        ids.flatMap((id) => [id, `${id} too`])
      )
    }).pipe(Effect.provide(fresh))
  )

  it.effect("are undone with it, and no others are", () =>
    Effect.gen(function* () {
      yield* note("c")
      const writes = [adding("a"), adding("b", "no further"), adding("c"), adding("d")]
      const exits = yield* Effect.forEach(writes, Effect.exit, together)
      assert.deepStrictEqual(exits.map(Exit.isSuccess), [true, false, false, true])
      assert.deepStrictEqual(yield* noted, ["a", "c", "d"])
    }).pipe(Effect.provide(fresh))
  )
})

const find = statement((sql, { id }: { readonly id: string }) =>
  notes(sql).selectFrom("notes").selectAll().where("id", "=", id)
)
const change = statement((sql, { id, text }: { readonly id: string; readonly text: string }) =>
  notes(sql).updateTable("notes").set({ text }).where("id", "=", id)
)
const fixed = statement((sql, _: { readonly id: string }) =>
  notes(sql).selectFrom("notes").selectAll().where("id", "=", "a")
)

eachDatabase("a statement", (database) => {
  const fresh = temporaryDatabase(database, noteMigrations)

  it.effect("takes other values each time it is used", () =>
    Effect.gen(function* () {
      yield* note("a")
      yield* note("b")
      const { read, write } = yield* Database
      for (const id of ["a", "b", "c"]) {
        const { rows } = yield* read((sql) => find(sql, { id }))
        assert.deepStrictEqual(
          rows.map((row) => row.id),
          id === "c" ? [] : [id]
        )
      }
      const changed = yield* write("notes", (sql) => change(sql, { id: "b", text: "new" }))
      assert.strictEqual(changed.changed, 1)
      const [row] = (yield* read((sql) => find(sql, { id: "b" }))).rows
      assert.strictEqual(row?.text, "new")
      assert.strictEqual(
        (yield* write("notes", (sql) => change(sql, { id: "c", text: "new" }))).changed,
        0
      )
    }).pipe(Effect.provide(fresh))
  )

  it.effect("refuses to be compiled with a value that it would keep for ever", () =>
    Effect.gen(function* () {
      const { read } = yield* Database
      assert.isTrue(Exit.isFailure(yield* Effect.exit(read((sql) => fixed(sql, { id: "a" })))))
    }).pipe(Effect.provide(fresh))
  )
})
