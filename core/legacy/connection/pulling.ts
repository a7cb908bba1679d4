import { Clock, type Context, Effect, Schema } from "effect"
import { Database, type Sql } from "../../database/database.ts"
import type { Connection } from "./connections.ts"
import type { Errand } from "./errand.ts"
import type { AskFailure } from "./failures.ts"
import { findPull, setPull } from "./store.ts"

/** A page of what an old system has for us. */
export interface Page<Row> {
  readonly rows: ReadonlyArray<Row>
  /** Where the next page begins, for systems that are asked by place. */
  readonly place?: string
  /** There may be more at once. */
  readonly more: boolean
}

/** How what an old system has for us is fetched, taken once, and acknowledged. */
export interface Pull<Question, Answer, Row, Thanks> {
  /** Under which its place is kept, so it stays as it is. */
  readonly name: string
  readonly errand: Errand<Question, Answer>
  /** What is asked; `place`: where the last page taken ended. */
  readonly question: (place: string | undefined) => Question
  readonly page: (answer: Answer) => Page<Row>
  /** The old system's own id of a row; rows come again until they are acknowledged. */
  readonly id: (row: Row) => string
  /** Takes a row, inside the write that remembers it as taken. */
  readonly take: (sql: Sql, row: Row) => Promise<unknown>
  /** Tells the old system which rows were taken; done again until it has heard. */
  readonly acknowledge?: {
    readonly errand: Errand<Thanks, unknown>
    readonly of: (ids: ReadonlyArray<string>) => Thanks
  }
}

const Ids = Schema.fromJsonString(Schema.Array(Schema.String))
const readIds = Schema.decodeSync(Ids)
const writeIds = Schema.encodeSync(Ids)

/** So that one who always says "more" does not keep a process for ever. */
const mostPages = 100

/**
 * Fetches all that an old system has for us, page by page: each row is taken once, in one write with the place it was found at, and
 * acknowledged afterwards. Cut off anywhere, it goes on where it was. For `every("1 minute", "shipments", pulled(Erp, …))`.
 */
export const pulled = <I, Question, Answer, Row, Thanks = never>(
  key: Context.Key<I, Connection>,
  pull: Pull<Question, Answer, Row, Thanks>
): Effect.Effect<void, AskFailure, I | Database> =>
  Effect.gen(function* () {
    const { ask } = yield* key
    const database = yield* Database
    const standing = database.read((sql) => findPull(sql, pull.name))

    /** What was taken and not acknowledged when a process died, and then what was taken now. */
    const thank = Effect.gen(function* () {
      const row = yield* standing
      const taken = row?.unacknowledged
      if (row === undefined || !taken || pull.acknowledge === undefined) return
      const { errand, of } = pull.acknowledge
      yield* ask(errand, of(readIds(taken)))
      yield* database.write(`pull:${pull.name}`, (sql) =>
        setPull(sql, { ...row, unacknowledged: null })
      )
    })

    const take = Effect.fnUntraced(function* ({ place, rows }: Page<Row>) {
      const at = yield* Clock.currentTimeMillis
      yield* database.write(`pull:${pull.name}`, async (sql) => {
        const before = await findPull(sql, pull.name)
        for (const row of rows) await pull.take(sql, row)
        const waiting = pull.acknowledge === undefined ? [] : rows.map(pull.id)
        await setPull(sql, {
          name: pull.name,
          place: place ?? before?.place ?? null,
          unacknowledged: waiting.length === 0 ? null : writeIds(waiting),
          at
        })
      })
    })

    yield* thank
    for (let pages = 0; pages < mostPages; pages++) {
      const place = (yield* standing)?.place ?? undefined
      const page = pull.page(yield* ask(pull.errand, pull.question(place)))
      if (page.rows.length > 0) {
        yield* take(page)
        yield* thank
      }
      if (!page.more || page.rows.length === 0) return
    }
  })
