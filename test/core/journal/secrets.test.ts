import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Database, type Sql } from "../../../core/database/database.ts"
import { Seal } from "../../../core/database/seal.ts"
import type { Arrival } from "../../../core/journal/entries.ts"
import { final, interim } from "../../../core/journal/journal.ts"
import { eachDatabase, stands } from "../../support/database.ts"
import { fresh, journalIn, once, sale, text } from "../../support/journal.ts"
import { passIn } from "../../support/settling.ts"

eachDatabase("a payment code", (database) => {
  const code = "134567890123456789"
  const coded: Arrival = {
    ...sale,
    key: `["S1","T1","${code}"]`,
    body: text(`<sale><code>${code}</code><again>${code}</again><name>王</name></sale>`),
    secrets: [code],
    lane: "S1/T1"
  }
  const bodyOf = (sql: Sql) =>
    sql
      .withTables<{ weir_journal: { id: string; body: Uint8Array } }>()
      .selectFrom("weir_journal")
      .select(["id", "body"])
      .executeTakeFirstOrThrow()
  const opened = Effect.gen(function* () {
    const { body, id } = yield* (yield* Database).read(bodyOf)
    return new TextDecoder().decode((yield* Seal).open(body, `weir_journal.body:${id}`))
  })
  const wiped = `<sale><code>${"*".repeat(18)}</code><again>${"*".repeat(18)}</again><name>王</name></sale>`

  it.effect(
    "is never in clear in the database, and wiped within its seal by the final answer",
    () =>
      Effect.gen(function* () {
        const url = yield* database.place
        yield* Effect.gen(function* () {
          yield* once(coded, Effect.succeed(interim("paying")))
          assert.include(yield* opened, code)
          yield* once(coded, Effect.succeed(final("paid")))
          assert.strictEqual(yield* opened, wiped)
        }).pipe(Effect.provide(journalIn(url)))
        assert.isFalse(yield* stands(url, code))
        assert.isTrue(yield* stands(url, "S1/T1"))
      })
  )

  it.effect("is wiped after five minutes where no final answer came", () =>
    Effect.gen(function* () {
      yield* once(coded, Effect.succeed(interim("paying")))
      yield* passIn(30_000, "4 minutes")
      assert.include(yield* opened, code)
      yield* passIn(30_000, "2 minutes")
      assert.strictEqual(yield* opened, wiped)
      assert.deepStrictEqual(
        (yield* once(coded, Effect.succeed(final("paid")))).answer,
        final("paid")
      )
    }).pipe(Effect.provide(fresh(database)))
  )
})
