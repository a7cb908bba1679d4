import { assert, it } from "@effect/vitest"
import { Clock, Effect, Schema } from "effect"
import { CompiledQuery } from "kysely"
import { judge, rules } from "../../../core/audit/audit.ts"
import { Database } from "../../../core/database/database.ts"
import { lookInto } from "../../../core/database/looking.ts"
import type { Rule } from "../../../core/database/rule.ts"
import { hears, refund, reverse, sale, sold } from "../../plugins/pos/till.ts"
import { eachDatabase, type Kind } from "../../support/database.ts"
import { openWorld, pass, type World } from "../../support/world.ts"

/** A day with a bit of everything: paid, given back in part, undone, refused. */
const day = Effect.fnUntraced(function* (database: Kind) {
  const world = yield* openWorld(database)
  yield* sold(world)
  yield* hears(world, refund("900", "28.50"))
  yield* hears(world, { ...sale(yield* world.code("paid")), TicketNo: "372" })
  yield* hears(world, { ...reverse, TicketNo: "372" })
  yield* hears(world, { ...sale(yield* world.code("notenough")), TicketNo: "373" })
  yield* pass("2 minutes")
  return world
})

/** What would be wrong, by the rule that must see it: statements that make it so. */
const wrong: Readonly<Record<string, Readonly<Record<string, ReadonlyArray<string>>>>> = {
  "Every history is a path of the declared graph, its versions are 1, 2, 3 …": {
    "a step that is not in the graph": [
      "insert into weir_history select 'payment', id, version + 1, state, 'refused', 'by hand', null, 1 from weir_payments where state = 'paid'"
    ],
    "a step left out": ["delete from weir_history where subject = 'attempt' and version = 1"],
    "a step from elsewhere": [
      "insert into weir_history select 'payment', id, version + 1, 'open', 'paid', 'by hand', null, 1 from weir_payments where state = 'paid'"
    ]
  },
  "Every payment, attempt, reversal and refund stands where its history ends": {
    "a state changed by hand": ["update weir_payments set state = 'closed' where state = 'paid'"],
    "an older row": ["update weir_attempts set version = version - 1 where state = 'paid'"]
  },
  "There is no history of what is not there": {
    "a refund that was deleted": ["delete from weir_refunds"]
  },
  "Every amount is a whole number of fen above nothing": {
    nothing: ["update weir_payments set amount = 0"],
    "less than nothing": ["update weir_refunds set amount = -1"]
  },
  "A payment is paid by one attempt of its own, over its own sum, and by none otherwise": {
    "another sum": ["update weir_payments set amount = amount + 1 where state = 'paid'"],
    "nobody paid it": ["update weir_payments set paid_by = null where state = 'paid'"],
    "paid and open": ["update weir_payments set state = 'open' where state = 'paid'"]
  },
  "What is paid says when, and by which transaction": {
    "no transaction": ["update weir_attempts set transaction_id = null where state = 'paid'"]
  },
  "What was captured pays for its payment, is held for the cashier, or is being given back": {
    "a reversal that is gone": ["delete from weir_reversals"]
  },
  "No payment has two attempts that may still be paid": {
    "two at once": [
      "update weir_attempts set payment = 'both', number = 1, state = 'sent' where state = 'refused'",
      "update weir_attempts set payment = 'both', number = 2, state = 'sent' where id in (select paid_by from weir_payments)"
    ]
  },
  "WeChat's transaction belongs to one attempt": {
    "two of one": ["update weir_attempts set transaction_id = '4200000001' where state = 'paid'"]
  },
  "Refunds, done and pending, never exceed the capture, nor fifty": {
    "too much": ["update weir_refunds set amount = 12851"],
    "of what was never captured": [
      "update weir_attempts set state = 'refused' where state = 'paid'"
    ]
  },
  "A reversal gives back all that was captured, or nothing where nothing was": {
    "a part": ["update weir_reversals set returned = 1 where returned > 0"],
    nothing: ["update weir_reversals set returned = 0"]
  },
  "Every number at WeChat's follows from what it is for: reference, part and attempt": {
    "another reference": ["update weir_payments set reference = concat(reference, '0')"]
  },
  "One intention to give money back has one number for life": {
    "another intention": [
      "update weir_refunds set payment = (select max(id) from weir_payments where id != weir_refunds.payment)"
    ]
  },
  "Nothing is in doubt for an hour": {
    "a doubt of yesterday": [
      "update weir_attempts set state = 'unknown' where state = 'paid'",
      "update weir_history set at = at - 86400000"
    ]
  },
  "Whatever has no end is followed by a task until it has one": {
    "an attempt nobody asks about": [
      "update weir_attempts set state = 'paying', sent_at = 1 where state = 'paid'",
      "delete from weir_tasks"
    ],
    "a refund nobody asks about": [
      "update weir_refunds set state = 'processing', asked_at = 1",
      "delete from weir_tasks"
    ],
    "a reversal nobody carries out": [
      "update weir_reversals set state = 'asked', asked_at = 1",
      "delete from weir_tasks"
    ]
  },
  "Every task is reachable by its key": {
    "no key": ["insert into weir_tasks values ('lost', 1, 'x', '{}', 1, 0, null)"]
  },
  "A key is due when its first task is": {
    "no task": ["insert into weir_task_keys values ('empty', 2, 'x', 1, 1, 0, null)"]
  },
  "The tasks of a key are numbered on": {
    "a number too high": [
      "insert into weir_task_keys values ('jumped', 2, 'x', 1, 1, 0, null)",
      "insert into weir_tasks values ('jumped', 7, 'x', '{}', 1, 0, null)"
    ]
  },
  "What has its final answer is held by nobody": {
    "held for ever": [
      "update weir_journal set leased_until = 9000000000000 where answer is not null"
    ]
  },
  "An answer says when it was given": {
    "no time": ["update weir_journal set answered_at = null where answer is not null"]
  },
  "No payment code outlives its use": {
    "a code of yesterday": ["update weir_journal set secrets = '1-2', wipe_at = 1"]
  },
  "Every customer's number leads to somebody in one step": {
    "to nobody": ["update weir_customers set survivor = 'gone'"]
  },
  "Everything about a person hangs on a customer who is there": {
    "no customer": ["delete from weir_customers"]
  },
  "Of whom asked to be forgotten nobody can tell who it was": {
    "half forgotten": ["update weir_customers set erased_at = 1"]
  },
  "Who paid is somebody": {
    nobody: ["update weir_attempts set customer = 'gone' where state = 'paid'"]
  }
}

class Undone extends Schema.TaggedError<Undone>()("Undone", {
  found: Schema.Array(Schema.String)
}) {}

/** What a rule finds once these statements have run; then all is as before. */
const foundAfter = (world: World, { find }: Rule, statements: ReadonlyArray<string>) =>
  world
    .within(
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Database.use((database) =>
          database.write("by hand", async (sql) => {
            for (const statement of statements) await sql.executeQuery(CompiledQuery.raw(statement))
            throw new Undone({ found: await find(sql, now, 20) })
          })
        )
      )
    )
    .pipe(
      Effect.catchDefect((thrown) =>
        thrown instanceof Undone ? Effect.succeed(thrown.found) : Effect.die(thrown)
      )
    )

eachDatabase("an audit", (database) => {
  it.effect("finds nothing wrong with a day that went as days go", () =>
    Effect.gen(function* () {
      const world = yield* day(database)
      const sql = yield* lookInto(world.url)
      const judged = yield* Effect.forEach(rules, (rule) => judge(sql, rule))
      assert.deepEqual(
        judged.filter(({ against }) => against.length > 0),
        []
      )
    })
  )

  it.effect("names whatever contradicts each of its rules", () =>
    Effect.gen(function* () {
      const world = yield* day(database)
      for (const rule of rules) {
        const cases = Object.entries(wrong[rule.sentence] ?? {})
        assert.isAbove(cases.length, 0, `nothing shows that this can be broken: ${rule.sentence}`)
        for (const [what, statements] of cases) {
          const found = yield* foundAfter(world, rule, statements)
          assert.isAbove(found.length, 0, `${rule.sentence}: ${what}`)
        }
      }
    })
  )

  it.effect("can write nothing", () =>
    Effect.gen(function* () {
      const world = yield* day(database)
      const sql = yield* lookInto(world.url)
      const changed = yield* Effect.exit(
        Effect.promise(() =>
          sql.executeQuery(CompiledQuery.raw("update weir_payments set amount = 1"))
        )
      )
      assert.strictEqual(changed._tag, "Failure")
    })
  )
})
