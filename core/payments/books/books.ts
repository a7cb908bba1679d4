import { Clock, Context, Effect, Layer } from "effect"
import { Database } from "../../database/database.ts"
import { Tasks } from "../../tasks/tasks.ts"
import { Cashier } from "../cashier.ts"
import { type DayRefused, makeClosing } from "./closing.ts"
import { explainDifference, type Key } from "./differences.ts"
import { makeFetching } from "./fetching.ts"
import { FetchDay, fetchKey, MatchDay } from "./kinds.ts"
import { makeMatch } from "./match.ts"
import type { DayAhead, Kept, SalesFile } from "./model.ts"
import { makeSales } from "./sales.ts"

/**
 * The books: what an old system sold, what our ledger says, what WeChat billed and what moved on the merchant's account, matched day by
 * day. Bills are fetched by themselves from ten o'clock of the next day.
 */
export class BookKeeping extends Context.Service<
  BookKeeping,
  {
    /** Takes in what a till sold. */
    sales(plugin: string, file: SalesFile): Effect.Effect<Kept, DayAhead>
    /** Has a day's bills fetched now, as soon as WeChat has them. */
    fetch(merchant: string, day: string): Effect.Effect<void>
    /** Matches a merchant's day now; answers how many lines and rows were looked at. */
    match(merchant: string, day: string): Effect.Effect<number>
    /** A person explains a difference; `false`: there is no such difference, or it is over. */
    explain(key: Key, note: string): Effect.Effect<boolean>
    /** Closes a day whose differences are explained; another only for a reason. What it comes to is told as `BooksBalanced`. */
    close(merchant: string, day: string, reason?: string): Effect.Effect<void, DayRefused>
    lock(merchant: string, day: string, reason: string): Effect.Effect<void, DayRefused>
    reopen(merchant: string, day: string, reason: string): Effect.Effect<void, DayRefused>
    /** The old system has a posting. */
    posted(posting: string): Effect.Effect<void>
  }
>()("weir/BookKeeping") {
  static readonly layer = Layer.effect(
    BookKeeping,
    Effect.gen(function* () {
      const database = yield* Database
      const tasks = yield* Tasks
      const { look } = yield* Cashier
      const sales = yield* makeSales
      const match = yield* makeMatch(look)
      const closing = yield* makeClosing
      yield* makeFetching

      /** A day that balances is closed by itself. */
      yield* tasks.handle(MatchDay, ({ day, merchant }) =>
        Effect.andThen(match(merchant, day), closing.close(merchant, day)).pipe(
          Effect.catchTags({
            DayUnknown: () => Effect.void,
            DayElsewhere: () => Effect.void,
            DifferencesOpen: () => Effect.void
          })
        )
      )

      return BookKeeping.of({
        sales,
        match,
        fetch: (merchant, day) =>
          database.write(`books:${merchant}`, (sql) =>
            tasks.ensure(sql, FetchDay, {
              key: fetchKey(merchant, day),
              payload: { merchant, day }
            })
          ),
        ...closing,
        explain: Effect.fnUntraced(function* (key, note) {
          const now = yield* Clock.currentTimeMillis
          return yield* database.write(`books:${key.merchant}`, (sql) =>
            explainDifference(sql, key, note, now)
          )
        })
      })
    })
  )
}

/** The books, for one plugin. */
export class Books extends Context.Service<
  Books,
  {
    /** Takes in what a till sold on one day, or in one shift of it. The same file twice counts once; a corrected one replaces it. */
    sales(file: SalesFile): Effect.Effect<Kept, DayAhead>
    /** Says that a posting told as `BooksBalanced` is in the old system's books; with its last one a day is locked. May be said again. */
    posted(posting: string): Effect.Effect<void>
  }
>()("weir/Books") {
  static readonly layer = (plugin: string) =>
    Layer.effect(
      Books,
      Effect.map(BookKeeping, ({ posted, sales }) =>
        Books.of({ posted, sales: (file) => sales(plugin, file) })
      )
    )
}
