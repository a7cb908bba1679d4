import { Effect, Layer, Redacted } from "effect"
import { Database } from "../../../core/database/database.ts"
import { Drain } from "../../../core/database/drain.ts"
import { migration } from "../../../core/database/migrator.ts"
import { Pseudonyms } from "../../../core/database/pseudonyms.ts"
import { Seal } from "../../../core/database/seal.ts"
import { databaseMigrations } from "../../../core/database/settings.ts"
import { callbackRoute } from "../../../core/gateway/callback.ts"
import { mount } from "../../../core/http/bridge.ts"
import { publicApp } from "../../../core/http/doors.ts"
import { Journal } from "../../../core/journal/journal.ts"
import { journalMigrations } from "../../../core/journal/migrations.ts"
import { layer as logger } from "../../../core/observability/logger.ts"
import { route } from "../../../core/plugin/route.ts"
import { Events } from "../../../core/tasks/events.ts"
import { taskMigrations } from "../../../core/tasks/migrations.ts"
import { Tasks } from "../../../core/tasks/tasks.ts"
import { todoMigrations } from "../../../core/tasks/todos.ts"
import { Transport } from "../../../core/transport.ts"
import { Accounts } from "../../../core/wechat/accounts.ts"
import { Callbacks } from "../../../core/wechat/callback/callbacks.ts"
import { TextReceived } from "../../../core/wechat/callback/events/said.ts"
import { callbackMigrations } from "../../../core/wechat/callback/migrations.ts"
import { databaseIn } from "../../support/database.ts"
import { account as agreed } from "./account.ts"

type Rows = { readonly bench_rows: { readonly id: string } }

const migrations = [
  ...databaseMigrations,
  ...journalMigrations,
  ...taskMigrations,
  ...todoMigrations,
  ...callbackMigrations,
  migration("bench_0001", {
    up: (sql) =>
      sql.schema
        .createTable("bench_rows")
        .addColumn("id", "varchar(40)", (column) => column.primaryKey())
        .execute(),
    down: async () => {}
  })
]

const account = {
  name: agreed.name,
  appid: agreed.appid,
  secret: Redacted.make("0123456789abcdef0123456789abcdef"),
  kind: "service" as const,
  certified: true,
  certifiedUntil: undefined,
  originalId: agreed.originalId,
  union: undefined,
  callback: {
    token: Redacted.make(agreed.token),
    aesKey: Redacted.make(agreed.aesKey),
    mode: "secure" as const
  },
  pilot: {},
  jsHosts: [],
  entity: undefined
}

/** The public door with the callback, a plugin that hears every text, and beside it a write of one row and none. */
export const openDoor = Effect.fnUntraced(function* (url: string) {
  const seal = Seal.layer(Redacted.make(Buffer.alloc(32, 7).toString("base64")))
  const ground = Layer.mergeAll(Journal.layer, Tasks.layer, Pseudonyms.layer).pipe(
    Layer.provideMerge(Layer.mergeAll(databaseIn(url, migrations), seal)),
    Layer.provideMerge(Layer.mergeAll(Transport.layer, Layer.succeed(Drain, 0), logger("json")))
  )
  const context = yield* Layer.build(
    Callbacks.layer.pipe(
      Layer.provideMerge(Events.layer),
      Layer.provideMerge(Layer.merge(ground, Accounts.layer([account])))
    )
  )
  yield* Events.use((events) => events.subscribe("bench", TextReceived, () => Effect.void)).pipe(
    Effect.provide(context)
  )
  yield* Effect.forkScoped(Tasks.use((tasks) => tasks.run).pipe(Effect.provide(context)))

  let rows = 0
  const row = Database.use((database) =>
    database.write(`row:${rows++}`, (sql) =>
      sql
        .withTables<Rows>()
        .insertInto("bench_rows")
        .values({ id: `${process.pid}-${rows}-${performance.now()}` })
        .execute()
    )
  )
  const success = { status: 200, body: "success" }
  const app = publicApp(context)
  const beside = [
    route.raw("POST", "/row", () => Effect.as(row, success)),
    route.raw("POST", "/nothing", () => Effect.succeed(success))
  ]
  mount(app, "", [callbackRoute, ...beside], context)
  return app
})
