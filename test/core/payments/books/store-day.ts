import { Effect } from "effect"
import { Database } from "../../../../core/database/database.ts"
import { BookKeeping } from "../../../../core/payments/books/books.ts"
import type { SalesFile } from "../../../../core/payments/books/model.ts"
import { type BookTables, tables } from "../../../../core/payments/books/store.ts"
import { Fen } from "../../../../core/values/money.ts"
import { hears, refund, reverse, sale } from "../../../plugins/pos/till.ts"
import { passIn } from "../../../support/settling.ts"
import type { World } from "../../../support/world.ts"

export const day = "20261124"

/** All rows of a table of the books. */
export const rows = <T extends keyof BookTables>(world: World, table: T) =>
  world.within(
    Database.use((database) =>
      database.read((sql) =>
        tables(sql)
          .selectFrom(table as "weir_book_days")
          .selectAll()
          .execute()
      )
    )
  ) as unknown as Effect.Effect<ReadonlyArray<BookTables[T]>>

/** A store that has sold twice, given 28.50 of the first back and undone the second. Answers the first one's number. */
export const traded = Effect.fnUntraced(function* (world: World) {
  const one = yield* hears(world, sale(yield* world.code("paid")))
  yield* hears(world, refund("372", "28.50"))
  yield* hears(world, { ...sale(yield* world.code("paid"), "99.00"), TicketNo: "373" })
  yield* hears(world, { ...reverse, TicketNo: "373" })
  return one.OutTradeNo ?? ""
})

const sold = (name: string, amount: number): SalesFile["lines"][number] => ({
  kind: "sale",
  name,
  reference: `GZ0013/02/${day}/${name}`,
  amount: Fen.make(amount),
  at: Date.parse("2026-11-24T12:00:00+08:00")
})

const gaveBack = (name: string, amount: number): SalesFile["lines"][number] => ({
  kind: "refund",
  name,
  key: `GZ0013/02/${day}/${name}`,
  amount: Fen.make(amount),
  at: Date.parse("2026-11-24T12:00:00+08:00")
})

export const lines = { sold, gaveBack }

/** What the till of that store wrote down of it. */
export const file: SalesFile = {
  store: "GZ0013",
  till: "02",
  day,
  shift: "",
  lines: [sold("371", 12_850), gaveBack("372", 2_850)]
}

export const keep = (world: World, given: SalesFile) =>
  world.within(BookKeeping.use((books) => books.sales("pos", given)))

/** At WeChat's it is the same time of the next day, and the bills of the one before are asked for. Our own clock hardly moves. */
export const morningAfter = Effect.fnUntraced(function* (world: World, of = day) {
  yield* world.control("POST", "/clock", { advance: "24 hours" })
  yield* world.within(BookKeeping.use(({ fetch }) => fetch(world.credentials.mchid, of)))
  yield* passIn(5_000, "1 minute")
  // Unpacking takes time of its own.
  while ((yield* unfinished(world)) > 0) yield* passIn(5_000, "5 seconds")
})

/** Tasks of the books that are due. */
const unfinished = (world: World) =>
  Effect.map(
    world.within(
      Database.use((database) =>
        database.read((sql) =>
          sql
            .withTables<{ weir_tasks: { kind: string; due: number } }>()
            .selectFrom("weir_tasks")
            .select(["kind"])
            .where("kind", "in", ["books.fetch", "books.match"])
            .execute()
        )
      )
    ),
    (all) => all.length
  )

/** Open differences: cause and number. */
export const open = (world: World) =>
  Effect.map(rows(world, "weir_book_differences"), (all) =>
    all
      .filter(({ state }) => state === "open")
      .map(({ cause, number }) => `${cause} ${number}`)
      .sort()
  )

export const books = <A, E>(
  world: World,
  use: (books: BookKeeping["Service"]) => Effect.Effect<A, E>
) => world.within(BookKeeping.use(use))

export const spoil = (world: World, fault: string, path = "/v3/bill/tradebill", times = 1) =>
  world.control("PUT", "/faults", { fault, path, times })
