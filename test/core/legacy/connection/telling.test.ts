import { assert, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import { Database } from "../../../../core/database/database.ts"
import { pulled } from "../../../../core/legacy/connection/pulling.ts"
import type { ToldHandler } from "../../../../core/legacy/connection/telling.ts"
import { Tasks } from "../../../../core/tasks/tasks.ts"
import { openTodos } from "../../../../core/tasks/todos.ts"
import { eachDatabase, note, noted, notes } from "../../../support/database.ts"
import { connect, Erp, ground, newNetwork, openErp, save, view } from "../../../support/old-erp.ts"
import { seedOf } from "../../../support/seed.ts"
import { passIn } from "../../../support/settling.ts"
import { pass, start } from "../../../support/tasks.ts"

const host = "http://erp.test"
const seed = seedOf("tellings")
const todos = Database.use((database) => database.read((sql) => openTodos(sql)))

eachDatabase("an old system that is told", (database) => {
  const open = () => {
    const network = newNetwork()
    const outcomes: Array<string> = []
    const hear: ToldHandler = (request, outcome) =>
      Effect.sync(() => void outcomes.push(`${(request as { no: string }).no} ${outcome.is}`))
    return {
      network,
      outcomes,
      handlers: new Map([["save", hear]]),
      erp: openErp(host, network),
      ground: ground(database, network)
    }
  }

  it.effect("hears all in order, once each, and its teller hears the end", () => {
    const { erp, ground, handlers, outcomes } = open()
    return Effect.gen(function* () {
      const { standing, tell } = yield* connect(host, { handlers })
      yield* start
      for (const amount of [1, 2, 3])
        yield* tell(save, { request: { no: `R-${amount}`, amount }, order: "sale" })
      yield* tell(save, { request: { no: "R-1", amount: 1 }, order: "sale" })
      yield* pass("5 seconds")
      assert.deepStrictEqual(
        erp.bills.map(({ no }) => no),
        ["R-1", "R-2", "R-3"]
      )
      assert.deepStrictEqual(outcomes, ["R-1 done", "R-2 done", "R-3 done"])
      assert.strictEqual((yield* standing(save, ["R-2"]))?.state, "done")
      assert.isUndefined(yield* standing(save, ["R-9"]))
    }).pipe(Effect.provide(ground), Effect.scoped)
  })

  it.effect("other contents under a key in use are refused, and nothing changes", () => {
    const { erp, ground } = open()
    return Effect.gen(function* () {
      const { tell } = yield* connect(host)
      yield* start
      yield* tell(save, { request: { no: "R-1", amount: 1 }, order: "a" })
      const failure = yield* Effect.flip(
        tell(save, { request: { no: "R-1", amount: 2 }, order: "a" })
      )
      assert.strictEqual(failure._tag, "ToldOtherwise")
      yield* pass("5 seconds")
      assert.deepStrictEqual(erp.bills, [{ no: "R-1", amount: 1 }])
    }).pipe(Effect.provide(ground), Effect.scoped)
  })

  it.effect("what it is told exists exactly when the rest of the write does", () => {
    const { erp, ground } = open()
    return Effect.gen(function* () {
      const { tellIn } = yield* connect(host)
      const database = yield* Database
      yield* start
      const write = (fails: boolean) =>
        database.write("note:1", async (sql) => {
          await tellIn(sql, save, { request: { no: "R-1", amount: 1 }, order: "a" })
          if (fails) throw new Error("undone")
        })
      yield* Effect.ignore(Effect.catchDefect(write(true), () => Effect.void))
      yield* pass("5 seconds")
      assert.deepStrictEqual(erp.bills, [])
      yield* write(false)
      yield* pass("5 seconds")
      assert.strictEqual(erp.bills.length, 1)
    }).pipe(Effect.provide(ground), Effect.scoped)
  })

  it.effect("is told all it missed, in order, when it comes back after eight hours", () => {
    const { erp, ground } = open()
    return Effect.gen(function* () {
      const { tell } = yield* connect(host)
      yield* start
      erp.fault("*", "dead")
      for (const amount of [1, 2, 3])
        yield* tell(save, { request: { no: `R-${amount}`, amount }, order: "sale" })
      yield* passIn(120_000, "8 hours")
      assert.deepStrictEqual(erp.bills, [])
      assert.isBelow(erp.seen.length, 150)
      assert.deepStrictEqual(
        (yield* todos).map(({ kind, subject }) => [kind, subject]),
        [["connection.away", "test/erp"]]
      )
      erp.heal()
      yield* passIn(15_000, "20 minutes")
      assert.deepStrictEqual(
        erp.bills.map(({ no }) => no),
        ["R-1", "R-2", "R-3"]
      )
      assert.deepStrictEqual(yield* todos, [])
    }).pipe(Effect.provide(ground), Effect.scoped)
  })

  it.effect("what it refuses waits for a person with the reason, and what is behind it too", () => {
    const { erp, ground, handlers, outcomes } = open()
    return Effect.gen(function* () {
      const { standing, tell } = yield* connect(host, { handlers })
      const tasks = yield* Tasks
      yield* start
      erp.fault("save", "refuse")
      for (const amount of [1, 2])
        yield* tell(save, { request: { no: `R-${amount}`, amount }, order: "sale" })
      yield* tell(save, { request: { no: "R-3", amount: 3 }, order: "another" })
      yield* passIn(15_000, "1 hour")
      assert.deepStrictEqual(
        erp.bills.map(({ no }) => no),
        ["R-3"]
      )
      assert.include(outcomes, "R-1 refused")
      assert.deepStrictEqual(yield* standing(save, ["R-1"]), {
        state: "refused",
        detail: "客户编码不存在"
      })
      const [todo] = yield* todos
      assert.deepStrictEqual(
        [todo?.kind, todo?.subject],
        ["connection.refused", "test/erp save R-1"]
      )
      const [parked] = yield* tasks.parked()
      assert.strictEqual(parked?.error, "Refused")

      yield* tasks.replay(parked?.key ?? "")
      yield* pass("1 minute")
      assert.deepStrictEqual(
        erp.bills.map(({ no }) => no),
        ["R-3", "R-1", "R-2"]
      )
      assert.deepStrictEqual(yield* todos, [])
    }).pipe(Effect.provide(ground), Effect.scoped)
  })

  it.effect(
    "whatever becomes of sessions and answers, each bill is there once and in order",
    () => {
      const { erp, ground } = open()
      return Effect.gen(function* () {
        const { tell } = yield* connect(host)
        yield* start
        const random = yield* Random.Random
        const kinds = ["lost session", "html", "busy", "break", "swallow"] as const
        const numbers = Array.from({ length: 30 }, (_, at) => `R-${at}`)
        for (const no of numbers) {
          const fault = kinds[Math.floor(random.nextDoubleUnsafe() * 9)]
          if (fault !== undefined)
            erp.fault(random.nextDoubleUnsafe() < 0.7 ? "save" : "view", fault)
          yield* tell(save, { request: { no, amount: 1 }, order: "sale" })
          if (random.nextDoubleUnsafe() < 0.3) yield* pass("20 seconds")
        }
        yield* passIn(15_000, "2 hours")
        assert.deepStrictEqual(
          erp.bills.map(({ no }) => no),
          numbers,
          `seed ${seed}`
        )
      }).pipe(Effect.provide(ground), Random.withSeed(seed), Effect.scoped)
    }
  )

  it.effect("a process that dies between sending and hearing leaves nothing twice", () => {
    const { erp, ground, network } = open()
    return Effect.gen(function* () {
      const { tell } = yield* connect(host)
      network.weather = ({ url }) => (url.endsWith("/save") ? "answer lost" : "fair")
      const worker = yield* Effect.forkChild(Effect.scoped(Tasks.use((tasks) => tasks.run)))
      yield* tell(save, { request: { no: "R-1", amount: 1 }, order: "sale" })
      yield* pass("5 seconds")
      worker.interruptUnsafe()
      network.weather = () => "fair"
      yield* start
      yield* pass("5 minutes")
      assert.deepStrictEqual(erp.bills, [{ no: "R-1", amount: 1 }])
    }).pipe(Effect.provide(ground), Effect.scoped)
  })

  it.effect("what is told is not in the database in clear", () => {
    const { ground } = open()
    return Effect.gen(function* () {
      const { tell } = yield* connect(host)
      yield* tell(save, { request: { no: "R-1", amount: 424_242 }, order: "sale" })
      const rows = yield* Database.use((database) =>
        database.read((sql) =>
          sql
            .withTables<{ weir_tellings: { request: Uint8Array } }>()
            .selectFrom("weir_tellings")
            .select("request")
            .execute()
        )
      )
      assert.strictEqual(rows.length, 1)
      assert.notInclude(Buffer.from(rows[0]?.request ?? []).toString("latin1"), "424242")
    }).pipe(Effect.provide(ground), Effect.scoped)
  })

  it.effect(
    "what it has for us is taken once, page by page, and acknowledged also after a cut",
    () => {
      const { erp, ground } = open()
      return Effect.gen(function* () {
        const connection = yield* connect(host)
        for (const no of ["R-0", "R-1"]) yield* connection.ask(save, { no, amount: 1 })
        const thanked: Array<string> = []
        const pulling = pulled(Erp, {
          name: "bills",
          errand: view,
          question: (place = "R-0") => ({ no: place }),
          page: ({ bill }) => ({
            rows: bill === undefined ? [] : [bill],
            place: bill === undefined ? "R-2" : `R-${Number(bill.no.slice(2)) + 1}`,
            more: bill !== undefined
          }),
          id: ({ no }) => no,
          take: (sql, { no }) =>
            notes(sql).insertInto("notes").values({ id: no, text: "" }).execute(),
          acknowledge: {
            errand: view,
            of: (ids) => {
              thanked.push(...ids)
              return { no: "none" }
            }
          }
        }).pipe(Effect.provideService(Erp, connection))

        erp.fault("view", "lost session")
        yield* pulling
        assert.deepStrictEqual(yield* noted, ["R-0", "R-1"])
        assert.deepStrictEqual(thanked, ["R-0", "R-1"])

        yield* connection.ask(save, { no: "R-2", amount: 1 })
        yield* note("R-9")
        const asking = connection.ask
        const broken = {
          ...connection,
          ask: ((errand: typeof view, request: { no: string }) =>
            request.no === "none"
              ? Effect.die("killed")
              : asking(errand, request)) as typeof connection.ask
        }
        const cut = pulled(Erp, {
          name: "bills",
          errand: view,
          question: (place = "R-0") => ({ no: place }),
          page: ({ bill }) => ({
            rows: bill === undefined ? [] : [bill],
            place: "R-3",
            more: false
          }),
          id: ({ no }) => no,
          take: (sql, { no }) =>
            notes(sql).insertInto("notes").values({ id: no, text: "" }).execute(),
          acknowledge: { errand: view, of: () => ({ no: "none" }) }
        }).pipe(Effect.provideService(Erp, broken))
        yield* Effect.exit(cut)
        thanked.length = 0
        yield* pulling
        assert.deepStrictEqual(thanked, ["R-2"])
        assert.deepStrictEqual(yield* noted, ["R-0", "R-1", "R-2", "R-9"])
      }).pipe(Effect.provide(ground), Effect.scoped)
    }
  )
})
