import { DatabaseSync } from "node:sqlite"
import { Effect } from "effect"
import type { Look } from "../support/payment-books.ts"
import { ask, client } from "../support/server.ts"

/** What a write must never do, by the rows it changes: a condition over `old` and `new`. Whoever does it acts on what is over. */
const stale: ReadonlyArray<readonly [table: string, id: string, condition: string]> = [
  // An epoch counts who took the entry up. A final answer is replaced by nobody, and taken back only by whoever takes a new epoch.
  [
    "weir_journal",
    "id",
    `new.epoch < old.epoch or (old.answer is not null and new.epoch = old.epoch
      and (new.answer is null or new.answer <> old.answer))`
  ],
  ["weir_task_keys", "task_key", "new.epoch < old.epoch or new.next_sequence < old.next_sequence"],
  ...["weir_payments", "weir_attempts", "weir_reversals", "weir_refunds"].map(
    (table) =>
      [
        table,
        "id",
        "new.version < old.version or (new.state <> old.state and new.version <> old.version + 1)"
      ] as const
  )
]

const book = "create table chaos_stale (what varchar(255) not null)"

/** Lets a file keep a list of what must not be written, at each write, whoever makes it. */
export const watchFile = (file: string) =>
  Effect.sync(() => {
    const database = new DatabaseSync(file)
    database.exec(book)
    for (const [table, id, condition] of stale)
      database.exec(`create trigger chaos_${table} after update on ${table} when ${condition}
        begin insert into chaos_stale values ('${table} ' || old.${id}); end`)
    database.close()
  })

/** The same on a server, and the order in which history is written, which only a file knows by itself. */
export const watchServer = Effect.fnUntraced(function* (url: string) {
  const admin = yield* client(url)
  yield* ask(admin, book)
  yield* ask(admin, "alter table weir_history add column seq bigint not null auto_increment unique")
  for (const [table, id, condition] of stale)
    yield* ask(
      admin,
      `create trigger chaos_${table} before update on ${table} for each row
        if ${condition} then insert into chaos_stale values (concat('${table} ', old.${id})); end if`
    )
}, Effect.scoped)

/** What was written that must not be. */
export const staleWrites = (look: Look) =>
  Effect.map(look<{ what: string }>("select what from chaos_stale"), (rows) =>
    rows.map(({ what }) => what)
  )
