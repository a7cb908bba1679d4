import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { eachDatabase } from "../../../support/database.ts"
import { passIn } from "../../../support/settling.ts"
import { openWorld } from "../../../support/world.ts"
import {
  books,
  day,
  file,
  keep,
  lines,
  morningAfter,
  open,
  rows,
  spoil,
  traded
} from "./store-day.ts"

eachDatabase("the books of a day", (database) => {
  it.effect("balance by themselves on the next morning, are closed, posted and locked", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* traded(world)
      assert.include(yield* keep(world, file), { is: "new", lines: 2 })
      assert.include(yield* keep(world, file), { is: "known" })
      yield* morningAfter(world)
      assert.deepStrictEqual(yield* open(world), [])
      assert.include((yield* rows(world, "weir_book_days"))[0], { day, state: "closed" })
      const [total, ...others] = yield* rows(world, "weir_book_totals")
      assert.lengthOf(others, 0)
      assert.include(total, {
        ...{ store: "GZ0013", till: "02", plugin: "pos" },
        ...{ trade_gross: 22_750, trade_refunds: 12_750, trade_fee: 60_000 },
        ...{ ledger_gross: 22_750, ledger_refunds: 12_750 },
        ...{ sales_gross: 12_850, sales_refunds: 2_850 },
        ...{ funds_gross: 22_750, funds_refunds: 12_750, funds_fee: 60_000 }
      })
      const [posting] = yield* rows(world, "weir_book_postings")
      assert.include(posting, {
        ...{ store: "GZ0013", day, posted_in: day, confirmed_at: null },
        ...{ gross: 22_750, refunds: 12_750, fee: 60_000, net: 9_940_000 }
      })
      yield* books(world, ({ posted }) => posted(posting?.id ?? ""))
      assert.include((yield* rows(world, "weir_book_days"))[0], { state: "locked" })
    })
  )

  it.effect("wait where a bill is spoiled, and go on when a whole one comes", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* traded(world)
      yield* spoil(world, "bill-hash")
      yield* spoil(world, "bill-cut", "/v3/bill/fundflowbill")
      yield* world.control("POST", "/clock", { advance: "24 hours" })
      yield* books(world, ({ fetch }) => fetch(world.credentials.mchid, day))
      yield* passIn(5_000, "2 minutes")
      assert.deepStrictEqual(yield* rows(world, "weir_book_files"), [])
      assert.include((yield* world.todos)[0], { kind: "books.bill" })
      yield* passIn(30_000, "65 minutes")
      assert.include((yield* rows(world, "weir_book_days"))[0], { state: "closed" })
      assert.lengthOf(
        (yield* rows(world, "weir_book_files")).filter(({ state }) => state === "current"),
        2
      )
      assert.deepStrictEqual(yield* world.todos, [])
    })
  )

  it.effect("stay open while they differ, and close when a corrected sales file explains it", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const number = yield* traded(world)
      const [, gaveBack] = file.lines
      if (gaveBack === undefined) throw new Error("The file has two lines")
      yield* keep(world, { ...file, lines: [lines.sold("371", 12_800), gaveBack] })
      yield* morningAfter(world)
      assert.deepStrictEqual(yield* open(world), [`sales-amount ${number}`])
      assert.include((yield* rows(world, "weir_book_days"))[0], { state: "matched" })
      assert.include((yield* world.todos)[0], { kind: "books.difference" })
      assert.include(yield* keep(world, file), { is: "replaced" })
      yield* passIn(60_000, "5 minutes")
      assert.deepStrictEqual(yield* open(world), [])
      assert.deepStrictEqual(yield* world.todos, [])
      assert.include((yield* rows(world, "weir_book_days"))[0], { state: "closed" })
      assert.lengthOf(yield* rows(world, "weir_book_files"), 4)
    })
  )

  it.effect("are closed over a difference only for a reason, and a person may explain it", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const number = yield* traded(world)
      yield* spoil(world, "bill-missing")
      yield* morningAfter(world)
      assert.deepStrictEqual(
        yield* open(world),
        [`only-ledger ${number}`, `only-funds ${number}`].sort()
      )
      const merchant = world.credentials.mchid
      const refused = yield* Effect.flip(books(world, ({ close }) => close(merchant, day)))
      assert.include(refused, { _tag: "DifferencesOpen", count: 2 })
      yield* books(world, ({ explain }) =>
        explain({ merchant, number, cause: "only-funds" }, "账单缺行，已联系微信")
      )
      assert.deepStrictEqual(yield* open(world), [`only-ledger ${number}`])
      yield* books(world, ({ close }) => close(merchant, day, "账单缺行"))
      assert.include((yield* rows(world, "weir_book_days"))[0], { state: "closed" })
      const again = yield* Effect.flip(books(world, ({ close }) => close(merchant, day, "again")))
      assert.include(again, { _tag: "DayElsewhere", state: "closed" })
    })
  )

  it.effect("name what only WeChat has: a number nobody here gave out", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* traded(world)
      yield* spoil(world, "bill-extra")
      yield* morningAfter(world)
      assert.deepStrictEqual(yield* open(world), [
        "not-in-funds elsewhere-0001",
        "only-bill elsewhere-0001"
      ])
    })
  )

  it.effect("of two days are kept apart, and a day without trade is an empty one", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* traded(world)
      yield* morningAfter(world)
      yield* morningAfter(world, "20261125")
      const states = (yield* rows(world, "weir_book_days")).map(
        ({ day, state }) => `${day} ${state}`
      )
      assert.deepStrictEqual(states, ["20261124 closed", "20261125 locked"])
    })
  )
})
