/**
 * What a durable write of two rows costs through `Database.write`, measured against one Kysely transaction per call on the same kind
 * of database: calls a second at 64 in flight, milliseconds a call at one. They take turns in short slices.
 *
 * `node test/bench/writes.ts [rounds]`; on MariaDB too where `WEIR_TEST_MARIADB_URL` names one.
 */
import { Effect, Layer } from "effect"
import { type Kysely, Kysely as KyselyOf, MysqlDialect, SqliteDialect } from "kysely"
import { createPool } from "mysql2"
import { Connection } from "../../core/database/connection.ts"
import { Database, type Sql } from "../../core/database/database.ts"
import { type Migration, migration } from "../../core/database/migrator.ts"
import { databaseIn, temporaryFile } from "../support/database.ts"
import { mariadb, temporaryDatabaseOn } from "../support/server.ts"

const rounds = Number(process.argv[2] ?? 7)
const slice = 600

type Tables = {
  readonly bench_payments: { readonly id: string; readonly state: string; readonly amount: number }
  readonly bench_tasks: { readonly task_key: string; readonly payload: string }
}

const migrations: ReadonlyArray<Migration> = [
  migration("bench_0001", {
    up: async (sql) => {
      await sql.schema
        .createTable("bench_payments")
        .addColumn("id", "varchar(64)", (column) => column.primaryKey())
        .addColumn("state", "varchar(16)", (column) => column.notNull())
        .addColumn("amount", "bigint", (column) => column.notNull())
        .execute()
      await sql.schema
        .createTable("bench_tasks")
        .addColumn("task_key", "varchar(64)", (column) => column.primaryKey())
        .addColumn("payload", "varchar(255)", (column) => column.notNull())
        .execute()
    },
    down: async () => {}
  })
]

let count = 0
const nextId = () => `${process.pid}-${String(count++).padStart(12, "0")}`

/** What a payment and the task that follows it amount to. */
const store = async (sql: Sql | Kysely<{}>, id: string) => {
  const tables = sql.withTables<Tables>()
  await tables.insertInto("bench_payments").values({ id, state: "sent", amount: 12_850 }).execute()
  await tables
    .insertInto("bench_tasks")
    .values({ task_key: id, payload: `{"id":"${id}"}` })
    .execute()
}

type Write = () => Promise<unknown>

/** Both ways to write to a database of one kind, each on one of its own. */
const both = Effect.fnUntraced(function* (
  place: typeof temporaryFile,
  naive: (place: string) => Kysely<{}>
) {
  const services = yield* Layer.build(databaseIn(yield* place, migrations))
  const { write } = yield* Database.pipe(Effect.provideContext(services))
  const other = yield* place
  yield* Effect.scoped(Layer.build(Layer.fresh(databaseIn(other, migrations))))
  const kysely = yield* Effect.acquireRelease(
    Effect.sync(() => naive(other)),
    (kysely) => Effect.promise(() => kysely.destroy())
  )
  return {
    ours: () => {
      const id = nextId()
      return Effect.runPromise(write(`payment:${id}`, (sql) => store(sql, id)))
    },
    naive: () => kysely.transaction().execute((sql) => store(sql, nextId()))
  }
})

const onFile = (file: string) => {
  const connection = new Connection(file, { readOnly: false })
  connection.open()
  connection.exec("pragma journal_mode = wal; pragma synchronous = full")
  return new KyselyOf<{}>({ dialect: new SqliteDialect({ database: connection }) })
}

const onServer = (url: string) =>
  new KyselyOf<{}>({
    dialect: new MysqlDialect({ pool: createPool({ uri: url, connectionLimit: 64 }) })
  })

interface Seen {
  readonly perSecond: number
  /** Of this process, in microseconds a call; a file's writes are all in it, a server's only in part. */
  readonly cpu: number
}

const watch = async (write: Write, inFlight: number): Promise<Seen> => {
  const begin = performance.now()
  const before = process.cpuUsage()
  let done = 0
  const one = async () => {
    while (performance.now() - begin < slice) {
      await write()
      done++
    }
  }
  await Promise.all(Array.from({ length: inFlight }, one))
  const { system, user } = process.cpuUsage(before)
  return { perSecond: (1_000 * done) / (performance.now() - begin), cpu: (system + user) / done }
}

const median = (values: ReadonlyArray<number>) =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0

const describe = (seen: ReadonlyArray<Seen>) => {
  const perSecond = median(seen.map(({ perSecond }) => perSecond))
  const cpu = median(seen.map(({ cpu }) => cpu))
  return `${perSecond.toFixed(0)}/s, ${(1_000 / perSecond).toFixed(2)} ms, CPU ${cpu.toFixed(0)} µs`
}

const compare = async (kind: string, ways: { readonly ours: Write; readonly naive: Write }) => {
  for (const inFlight of [64, 1]) {
    const seen: { ours: Array<Seen>; naive: Array<Seen> } = { ours: [], naive: [] }
    for (let round = 0; round <= rounds; round++) {
      const naive = await watch(ways.naive, inFlight)
      const ours = await watch(ways.ours, inFlight)
      // The first is for warming up.
      if (round === 0) continue
      seen.naive.push(naive)
      seen.ours.push(ours)
    }
    const ratio = (of: (seen: Seen) => number) =>
      median(seen.ours.map((ours, round) => of(ours) / of(seen.naive[round] ?? ours)))
    console.log(`${kind}, ${inFlight} in flight`)
    console.log(`  Database.write            ${describe(seen.ours)}`)
    console.log(`  a transaction per call    ${describe(seen.naive)}`)
    console.log(
      `  ratio                     ${ratio(({ perSecond }) => perSecond).toFixed(2)}, CPU ${ratio(({ cpu }) => cpu).toFixed(2)}`
    )
  }
}

await Effect.runPromise(
  Effect.gen(function* () {
    const file = yield* both(temporaryFile, onFile)
    yield* Effect.promise(() => compare("SQLite", file))
    if (mariadb === "") return console.log("MariaDB: WEIR_TEST_MARIADB_URL is not set")
    const server = yield* both(temporaryDatabaseOn(mariadb), onServer)
    yield* Effect.promise(() => compare("MariaDB", server))
  }).pipe(Effect.scoped)
)
