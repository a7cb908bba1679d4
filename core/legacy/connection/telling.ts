import { Clock, Duration, Effect, Random, Schema } from "effect"
import { Database, type Sql } from "../../database/database.ts"
import { Seal } from "../../database/seal.ts"
import { again, type Handled, stuck, task } from "../../tasks/kind.ts"
import { Tasks } from "../../tasks/tasks.ts"
import { raiseTodo, settleTodos } from "../../tasks/todos.ts"
import { NotSent } from "../../transport.ts"
import { digest } from "../../values/numbers.ts"
import type { Run } from "./asking.ts"
import { type AnyErrand, type Errand, erased } from "./errand.ts"
import type { NotReached, OutcomeUnknown, Refused } from "./failures.ts"
import { addTelling, findTelling, moveTelling, type TellingRow } from "./store.ts"

/** What became of something an old system was told. */
export type ToldOutcome<Reply> =
  | { readonly is: "done"; readonly reply: Reply }
  | { readonly is: "refused"; readonly reason: string }

/** What its teller does about it; may run twice for one outcome. */
export type ToldHandler = (
  request: unknown,
  outcome: ToldOutcome<unknown>
) => Effect.Effect<void, unknown>

/** Another request came under a key that is in use: nothing was changed. */
export class ToldOtherwise extends Schema.TaggedError<ToldOtherwise>()("ToldOtherwise", {
  connection: Schema.String,
  errand: Schema.String,
  key: Schema.String
}) {
  override readonly message =
    `${this.errand} ${this.key} was already told to ${this.connection} with other contents`
}

/** What is told in order: under one `order`, one after another as they were added; it stands for one thing, e.g. a reference. */
export interface Telling<Request> {
  readonly request: Request
  readonly order: string
}

/** Tells an old system what it must hear: each once by our own key, in order, however long it is away. */
export interface Teller {
  tellIn<Request, Reply>(
    sql: Sql,
    errand: Errand<Request, Reply>,
    telling: Telling<Request>
  ): Promise<void>
  /** Where something told stands; `undefined`: it was never told. */
  find(errand: AnyErrand, key: ReadonlyArray<string>): Effect.Effect<TellingRow | undefined>
}

/** What one connection tells by, and what hears of its ends. */
export interface TellerSettings {
  readonly connection: string
  readonly run: Run
  readonly errands: ReadonlyArray<AnyErrand>
  readonly handlers: ReadonlyMap<string, ToldHandler>
  /** How many are on their way at once. */
  readonly together: number
}

const Payload = Schema.Struct({ id: Schema.String })

export const makeTeller = Effect.fnUntraced(function* ({
  connection,
  errands,
  handlers,
  run,
  together
}: TellerSettings) {
  const database = yield* Database
  const tasks = yield* Tasks
  const { open, seal } = yield* Seal
  const clock = yield* Clock.Clock
  const kind = task(`tell:${connection}`, Payload, { together, within: "2 minutes" })
  const known = new Map(errands.map((errand) => [errand.name, errand]))

  const sealed = (text: string, about: string) => seal(Buffer.from(text), `weir_tellings.${about}`)
  const opened = (bytes: Uint8Array, about: string) =>
    Buffer.from(open(bytes, `weir_tellings.${about}`)).toString()

  const tellIn: Teller["tellIn"] = async (sql, told, { order, request }) => {
    const errand = erased(told)
    if (!known.has(errand.name) || errand.writes === undefined)
      throw new Error(`${errand.name} is not among what ${connection} may be told`)
    const key = errand.writes.key(request)
    const id = idOf(connection, errand.name, key)
    const text = encode(errand, request)
    const same = digest(text)
    const before = await findTelling(sql, id)
    if (before !== undefined) {
      if (before.same === same) return
      throw new ToldOtherwise({ connection, errand: errand.name, key: key.join("/") })
    }
    await addTelling(sql, {
      id,
      state: "waiting",
      version: 1,
      connection,
      errand: errand.name,
      our_key: key.join("/").slice(0, 191),
      same,
      request: sealed(text, `request:${id}`),
      reply: null,
      detail: null,
      tries: 0,
      asked_at: clock.currentTimeMillisUnsafe(),
      sent_at: null,
      ended_at: null
    })
    await tasks.add(sql, kind, { key: `${kind.kind}:${order}`.slice(0, 191), payload: { id } })
  }

  const move = (
    row: TellingRow,
    changes: Partial<TellingRow>,
    also?: (sql: Sql) => Promise<unknown>
  ) =>
    database.write(`telling:${row.id}`, async (sql) => {
      const moved = await moveTelling(sql, row, changes)
      if (moved) await also?.(sql)
      return moved ? { ...row, ...changes, version: row.version + 1 } : undefined
    })

  const find = (id: string) => database.read((sql) => findTelling(sql, id))

  const heard = Effect.fnUntraced(function* (
    errand: AnyErrand,
    request: unknown,
    outcome: ToldOutcome<unknown>
  ) {
    yield* handlers.get(errand.name)?.(request, outcome) ?? Effect.void
  })

  const done = Effect.fnUntraced(function* (row: TellingRow, errand: AnyErrand, reply: unknown) {
    const now = yield* Clock.currentTimeMillis
    const text = encodeReply(errand, reply)
    const changes = {
      state: "done",
      reply: sealed(text, `reply:${row.id}`),
      ended_at: now,
      detail: null,
      tries: 0
    } as const
    yield* move(row, changes, async (sql) => {
      for (const kind of ["refused", "unknown"])
        await settleTodos(sql, `connection.${kind}`, { prefix: subjectOf(row) }, now)
      if (row.tries > 0) await settleTodos(sql, "connection.away", { prefix: connection }, now)
    })
  })

  const refused = Effect.fnUntraced(function* (row: TellingRow, { reason }: Refused) {
    const at = yield* Clock.currentTimeMillis
    const detail = reason.slice(0, 255)
    const todo = {
      kind: "connection.refused",
      subject: subjectOf(row),
      at,
      detail: `${row.errand} is refused: ${detail}`
    }
    yield* move(row, { state: "refused", detail, ended_at: at }, async (sql) => {
      if (known.get(row.errand)?.mayBeRefused !== true) await raiseTodo(sql, todo)
    })
    return detail
  })

  /** Nothing happened there; it is tried for as long as it takes, less and less often. */
  const away = Effect.fnUntraced(function* (row: TellingRow, { reason }: NotReached) {
    const at = yield* Clock.currentTimeMillis
    const tries = row.tries + 1
    const todo = {
      kind: "connection.away",
      subject: connection,
      at,
      detail: `Not reached for a while: ${reason}`
    }
    yield* move(row, { tries }, async (sql) => {
      if (tries === alarming) await raiseTodo(sql, todo)
    })
    const spread = yield* Random.nextBetween(0.8, 1.2)
    return again(Duration.millis(Math.round(spread * Math.min(15_000 * 2 ** row.tries, 600_000))))
  })

  const doubtful = Effect.fnUntraced(function* (
    row: TellingRow,
    failure: OutcomeUnknown,
    attempt: number
  ) {
    if (attempt < kind.limits.attempts) return yield* failure
    const at = yield* Clock.currentTimeMillis
    const todo = {
      kind: "connection.unknown",
      subject: subjectOf(row),
      at,
      detail: `Whether ${row.errand} was done is not known: ${failure.reason}`
    }
    yield* database.write(`telling:${row.id}`, (sql) => raiseTodo(sql, todo))
    return yield* failure
  })

  const tell = Effect.fnUntraced(function* (row: TellingRow, errand: AnyErrand, attempt: number) {
    let current = row
    const request = decode(errand, opened(row.request, `request:${row.id}`))
    /** Before it leaves, that it may have is written down. */
    const leaving = Effect.gen(function* () {
      const sent_at = yield* Clock.currentTimeMillis
      const moved = yield* move(current, { state: "sent", sent_at })
      if (moved === undefined) return yield* new NotSent({ reason: "another process is at it" })
      current = moved
    })
    const said = yield* Effect.result(
      run(errand, request, { lane: "background", leaving, doubtful: row.state === "sent" })
    )
    if (said._tag === "Success") {
      yield* done(current, errand, said.success)
      yield* heard(errand, request, { is: "done", reply: said.success })
      return
    }
    const { failure } = said
    if (failure._tag === "NotReached") return yield* away(current, failure)
    if (failure._tag === "OutcomeUnknown") return yield* doubtful(current, failure, attempt)
    const reason = yield* refused(current, failure)
    yield* heard(errand, request, { is: "refused", reason })
    return errand.mayBeRefused ? undefined : stuck("Refused")
  })

  yield* tasks.handle(kind, ({ id }, { attempt }) =>
    Effect.gen(function* (): Effect.fn.Return<Handled, unknown> {
      const row = yield* find(id)
      const errand = row && known.get(row.errand)
      // Whose contents are wiped was told long ago.
      if (row === undefined || row.request.length === 0) return
      if (errand === undefined) return stuck("ErrandUnknown")
      // A refused one is here again because a person lets it, or its teller had not heard of it yet.
      const isOver = row.state === "done" || (row.state === "refused" && errand.mayBeRefused)
      if (!isOver) return yield* tell(row, errand, attempt)
      if (row.state === "refused") {
        const outcome = { is: "refused", reason: row.detail ?? "" } as const
        return yield* heard(errand, decode(errand, opened(row.request, `request:${id}`)), outcome)
      }
      const reply = decodeReply(errand, opened(row.reply ?? Buffer.of(), `reply:${id}`))
      const request = decode(errand, opened(row.request, `request:${id}`))
      yield* heard(errand, request, { is: "done", reply })
    })
  )

  return {
    tellIn,
    find: (errand, key) => find(idOf(connection, errand.name, key))
  } satisfies Teller
})

/** After so many tries without reaching it, some eight minutes, a person is told. */
const alarming = 6

const idOf = (connection: string, errand: string, key: ReadonlyArray<string>) =>
  digest(JSON.stringify(["telling", connection, errand, ...key]))

const subjectOf = ({ connection, errand, our_key }: TellingRow) =>
  `${connection} ${errand} ${our_key}`.slice(0, 128)

const textOf = (codec: AnyErrand["request"]) =>
  Schema.fromJsonString(Schema.toCodecJson(Schema.toType(codec)))
const encode = ({ request }: AnyErrand, value: unknown) => Schema.encodeSync(textOf(request))(value)
const decode = ({ request }: AnyErrand, text: string) => Schema.decodeSync(textOf(request))(text)
const encodeReply = ({ reply }: AnyErrand, value: unknown) =>
  Schema.encodeSync(textOf(reply))(value)
const decodeReply = ({ reply }: AnyErrand, text: string) => Schema.decodeSync(textOf(reply))(text)
