import { Effect, Schema } from "effect"
import { Database, type Sql } from "../database/database.ts"
import { malformed } from "../legacy/codec/two-way.ts"
import { BookKeeping } from "../payments/books/books.ts"
import { DayUnknown } from "../payments/books/closing.ts"
import type { SalesFile } from "../payments/books/model.ts"
import { dayPage } from "../payments/books/pages/day.ts"
import { daysPage } from "../payments/books/pages/days.ts"
import {
  csv,
  daysSheet,
  differencesSheet,
  type Sheet,
  totalsSheet
} from "../payments/books/sheets.ts"
import { daysOf, dayView, differencesOf } from "../payments/books/view.ts"
import { type RawRequest, route } from "../plugin/route.ts"

/** The file is none that this plugin's old system writes. */
class SalesUnreadable extends Schema.TaggedError<SalesUnreadable>()("SalesUnreadable", {
  field: Schema.optionalKey(Schema.String),
  reason: Schema.String
}) {
  readonly status = 422
  override readonly message =
    this.field === undefined ? this.reason : `${this.field}: ${this.reason}`
}

/** No plugin of this name says how its old system writes down what it sold. */
class NoSalesFiles extends Schema.TaggedError<NoSalesFiles>()("NoSalesFiles", {}) {
  readonly status = 404
  override readonly message = "No plugin of this name reads sales files"
}

/** There is no such difference, or it is over. */
class DifferenceUnknown extends Schema.TaggedError<DifferenceUnknown>()("DifferenceUnknown", {}) {
  readonly status = 404
  override readonly message = "There is no such difference, or it is over"
}

/** How each plugin's old system writes down what it sold. */
export type SalesReaders = ReadonlyMap<string, Schema.Codec<SalesFile, Uint8Array>>

const read = <A>(look: (sql: Sql) => Promise<A>) => Database.use((database) => database.read(look))

const asked = ({ query }: RawRequest) => ({
  format: query.get("format") ?? "html",
  charset: query.get("charset") === "gbk" ? ("gbk" as const) : ("utf-8" as const)
})

/** A sheet or a value in the form that was asked for; `page` where a person looks. */
const shown = (request: RawRequest, sheet: Sheet, value: unknown, page: () => unknown) => {
  const { charset, format } = asked(request)
  const reply = (type: string, body: Uint8Array | string) => ({
    status: 200,
    headers: { "content-type": type, "cache-control": "no-store" },
    body
  })
  if (format === "json") return reply("application/json", JSON.stringify(value))
  if (format !== "csv") return reply("text/html; charset=utf-8", String(page()))
  return reply(`text/csv; charset=${charset}`, csv(sheet, charset))
}

const PAGE = 100

const days = Effect.fnUntraced(function* (request: RawRequest) {
  const before = request.query.get("before") ?? undefined
  const lines = yield* read((sql) => daysOf(sql, before === undefined ? {} : { before }))
  const more = lines.length < 31 ? undefined : lines.at(-1)?.day
  return shown(request, daysSheet(lines), lines, () => daysPage(lines, more))
})

const of = ({ params }: RawRequest) => [params.merchant ?? "", params.day ?? ""] as const

const day = Effect.fnUntraced(function* (request: RawRequest) {
  const [merchant, on] = of(request)
  const view = yield* read((sql) => dayView(sql, merchant, on))
  if (view === undefined) return yield* new DayUnknown({ day: on })
  const after = request.query.get("after") ?? ""
  const found = yield* read((sql) => differencesOf(sql, merchant, on, { after, limit: PAGE }))
  const last = found.length < PAGE ? undefined : found.at(-1)
  const more = last === undefined ? undefined : encodeURIComponent(`${last.number} ${last.cause}`)
  return shown(request, totalsSheet(view.totals), view, () => dayPage(view, found, more))
})

const differences = Effect.fnUntraced(function* (request: RawRequest) {
  const [merchant, on] = of(request)
  const after = request.query.get("after") ?? ""
  const limit = asked(request).format === "csv" ? 100_000 : PAGE
  const found = yield* read((sql) => differencesOf(sql, merchant, on, { after, limit }))
  return shown(request, differencesSheet(found), found, () => "")
})

const sales = (readers: SalesReaders) =>
  Effect.fnUntraced(function* ({ body, query }: RawRequest) {
    const plugin = query.get("plugin") ?? ""
    const reader = readers.get(plugin)
    if (reader === undefined) return yield* new NoSalesFiles()
    const file = yield* Schema.decodeEffect(reader)(body).pipe(
      Effect.mapError((error) => {
        const { field, message } = malformed(error)
        return new SalesUnreadable({ ...(field !== undefined && { field }), reason: message })
      })
    )
    const kept = yield* BookKeeping.use((books) => books.sales(plugin, file))
    return {
      status: 200,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(kept)
    }
  })

const Reason = Schema.String.check(Schema.isBetweenLength(1, 255))
const ofDay = { merchant: Schema.String, day: Schema.String.check(Schema.isPattern(/^\d{8}$/)) }
const nothing = Schema.Struct({})
const done = <E, R>(work: Effect.Effect<unknown, E, R>) => Effect.as(work, {})

/** The books, for people and programs at the operator door: what was matched, what differs, and what is decided about it. */
export const bookRoutes = (readers: SalesReaders) => [
  route.raw("GET", "/books", days),
  route.raw("POST", "/books/sales", sales(readers)),
  route.raw("GET", "/books/:merchant/:day", day),
  route.raw("GET", "/books/:merchant/:day/differences", differences),
  route.post("/books/:merchant/:day/fetch", {
    input: ofDay,
    output: nothing,
    handle: ({ day, merchant }) => done(BookKeeping.use((books) => books.fetch(merchant, day)))
  }),
  route.post("/books/:merchant/:day/close", {
    input: { ...ofDay, reason: Schema.optionalKey(Reason) },
    output: nothing,
    handle: ({ day, merchant, reason }) =>
      done(BookKeeping.use((books) => books.close(merchant, day, reason)))
  }),
  route.post("/books/:merchant/:day/lock", {
    input: { ...ofDay, reason: Reason },
    output: nothing,
    handle: ({ day, merchant, reason }) =>
      done(BookKeeping.use((books) => books.lock(merchant, day, reason)))
  }),
  route.post("/books/:merchant/:day/reopen", {
    input: { ...ofDay, reason: Reason },
    output: nothing,
    handle: ({ day, merchant, reason }) =>
      done(BookKeeping.use((books) => books.reopen(merchant, day, reason)))
  }),
  route.post("/books/:merchant/explanations", {
    input: { merchant: Schema.String, number: Schema.String, cause: Schema.String, note: Reason },
    output: nothing,
    handle: ({ cause, merchant, note, number }) =>
      BookKeeping.use((books) => books.explain({ merchant, number, cause }, note)).pipe(
        Effect.flatMap((known) =>
          known ? Effect.succeed({}) : Effect.fail(new DifferenceUnknown())
        )
      )
  })
]
