import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { sql as raw } from "kysely"
import { Database } from "../../core/database/database.ts"
import { migrationsOf } from "../../core/gateway/gateway.ts"
import { invariants } from "../../simulation/invariants/all.ts"
import { changed, sound, withOrder, withRows } from "../simulation/history.ts"
import { databaseIn, eachDatabase } from "../support/database.ts"
import { booksOf, leftIn, lookInto } from "../support/payment-books.ts"
import { type Evidence, type Harm, sentences, violationsIn } from "./judge.ts"
import { staleWrites, watchFile, watchServer } from "./watch.ts"

const clean: Evidence = { history: sound, left: [], stale: [], complaints: [] }

/** For each kind of harm, evidence that the judge must find it in. */
const planted: Readonly<Record<Harm, Evidence>> = {
  lost: {
    ...clean,
    history: { ...sound, wechat: sound.wechat.filter(({ outTradeNo }) => outTradeNo !== "KEPT-2") }
  },
  double: {
    ...clean,
    history: withOrder("KEPT-1", { tradeState: "SUCCESS", transactionId: "4200003" })
  },
  unknown: { ...clean, left: ["attempt KEPT-2, unknown"] },
  stale: { ...clean, stale: ["weir_journal 1"] },
  other: { ...clean, complaints: ["01 MICROPAY 1 was answered E9"] }
}

describe("the judge", () => {
  it("finds nothing in sound evidence", () => {
    assert.deepEqual(violationsIn(clean), [])
  })

  for (const [harm, evidence] of Object.entries(planted))
    it(`finds what is ${harm}`, () => {
      assert.include(
        violationsIn(evidence).map(({ harm }) => harm),
        harm
      )
    })

  it("counts harm by sentences that are rules", () => {
    const known = invariants.map(({ sentence }) => sentence)
    assert.includeMembers(known, [...sentences])
  })
})

/** What has no end, by the rows it is seen in. */
const open: Readonly<Record<string, readonly [rows: typeof sound.rows, parked?: string]>> = {
  "attempt KEPT-2, unknown": [
    withRows(({ attempts }) => ({ attempts: changed(attempts, "KEPT-2", { state: "unknown" }) }))
      .rows
  ],
  "reversal UNDONE-1, asked": [
    withRows(({ reversals }) => ({ reversals: changed(reversals, "UNDONE-1", { state: "asked" }) }))
      .rows
  ],
  "what waits for a person, greeting": [sound.rows, "greeting"]
}

describe("what has no end yet", () => {
  for (const [what, [rows, parked]] of Object.entries(open))
    it(`is seen: ${what}`, () => {
      const keys = parked === undefined ? [] : [{ task_key: parked }]
      const pending = { tasks: [], parked: keys, entries: [], agenda: [] }
      assert.deepEqual(leftIn({ rows, pending }, 0), [what])
    })

  it("is also a task that nobody does, and a call that nobody answers", () => {
    const tasks = [{ task_key: "1", kind: "greet" }]
    const entries = [{ operation: "sale", leased_until: 1 }]
    const pending = { tasks, parked: [], entries, agenda: [] }
    assert.deepEqual(leftIn({ rows: sound.rows, pending }, 0), ["task greet 1", "call sale"])
  })
})

const entry = {
  id: "1",
  source: "till",
  operation: "sale",
  entry_key: "1",
  same: "",
  body: Buffer.alloc(1),
  answer: Buffer.from("paid"),
  epoch: 2,
  leased_until: 0,
  created_at: 0
}
const key = { task_key: "1", next_sequence: 2, kind: "greet", epoch: 2, leased_until: 0 }
const payment = { ...sound.rows.payments[0], version: 2, state: "paid" as const }

/** What a process must not write that went on where another has taken over, and what any process may. */
const writes: ReadonlyArray<readonly [write: string, stale: string | undefined]> = [
  ["update weir_journal set epoch = 3, answer = null", undefined],
  ["update weir_journal set answer = x'70616964'", undefined],
  ["update weir_journal set answer = x'6e6f'", "weir_journal 1"],
  ["update weir_journal set answer = null", "weir_journal 1"],
  ["update weir_journal set epoch = 1", "weir_journal 1"],
  ["update weir_task_keys set epoch = 3, leased_until = 9", undefined],
  ["update weir_task_keys set epoch = 1", "weir_task_keys 1"],
  ["update weir_task_keys set next_sequence = 1", "weir_task_keys 1"],
  ["update weir_payments set state = 'closed', version = 3", undefined],
  ["update weir_payments set asked_at = 9", undefined],
  ["update weir_payments set state = 'closed'", "weir_payments KEPT-1"],
  ["update weir_payments set version = 1", "weir_payments KEPT-1"]
]

eachDatabase("a watched database", ({ name, place }) => {
  it.effect("keeps a list of what must not be written", () =>
    Effect.gen(function* () {
      const url = yield* place
      yield* Effect.gen(function* () {
        const { write } = yield* Database
        yield* name === "SQLite" ? watchFile(url.slice("sqlite:".length)) : watchServer(url)
        const look = yield* lookInto(url)
        for (const [statement, stale] of writes) {
          yield* write("planted", async (sql) => {
            const tables = sql.withTables<Record<string, Record<string, unknown>>>()
            for (const table of ["chaos_stale", "weir_journal", "weir_task_keys", "weir_payments"])
              await tables.deleteFrom(table).execute()
            await tables.insertInto("weir_journal").values(entry).execute()
            await tables.insertInto("weir_task_keys").values(key).execute()
            await tables.insertInto("weir_payments").values(payment).execute()
            await raw.raw(statement).execute(sql)
          })
          const expected = stale === undefined ? [] : [stale]
          assert.deepEqual(yield* staleWrites(look), expected, statement)
        }
        // What it tells of the books can be read beside whoever writes them.
        const order = name === "SQLite" ? "rowid" : "seq"
        const { rows } = yield* booksOf(look, order)
        assert.deepEqual(
          rows.payments.map(({ id }) => id),
          ["KEPT-1"]
        )
      }).pipe(Effect.provide(databaseIn(url, migrationsOf([]))))
    })
  )
})
