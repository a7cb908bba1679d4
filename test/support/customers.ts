import { Effect, Layer } from "effect"
import { Customers } from "../../core/customers/customers.ts"
import { customerMigrations } from "../../core/customers/migrations.ts"
import type { CustomerId } from "../../core/customers/model.ts"
import { Database, type Sql } from "../../core/database/database.ts"
import { Drain } from "../../core/database/drain.ts"
import { Pseudonyms } from "../../core/database/pseudonyms.ts"
import { databaseMigrations } from "../../core/database/settings.ts"
import { taskMigrations } from "../../core/tasks/migrations.ts"
import { Tasks } from "../../core/tasks/tasks.ts"
import { Accounts } from "../../core/wechat/accounts.ts"
import { account } from "../core/wechat/account.ts"
import { databaseIn, type Kind } from "./database.ts"
import { seal } from "./journal.ts"
import { settle } from "./settling.ts"

/** A service account and a mini program of one company, and the service account of a franchise store. */
export const shop = account({ appid: "wxshop00000000001", union: "company", entity: "Company Ltd" })
export const mini = account({
  name: "mini",
  appid: "wxmini00000000001",
  kind: "mini-program",
  union: "company",
  entity: "Company Ltd"
})
export const franchise = account({
  name: "franchise",
  appid: "wxfranchise000001",
  entity: "Franchise Ltd"
})

export const poolMigrations = [...databaseMigrations, ...taskMigrations, ...customerMigrations]

/** The pool of one process. */
export const pool = Layer.fresh(Customers.layer).pipe(
  Layer.provideMerge(
    Layer.mergeAll(
      Layer.fresh(Pseudonyms.layer),
      Layer.fresh(Tasks.layer),
      Accounts.layer([shop, mini, franchise])
    )
  ),
  Layer.provideMerge(seal),
  Layer.provide(Layer.succeed(Drain, 0))
)

export const poolIn = (url: string) => Layer.provideMerge(pool, databaseIn(url, poolMigrations))

export const fresh = (database: Kind) => Layer.unwrap(Effect.map(database.place, poolIn))

/** Writes something of the pool's that belongs into a fact's own write. */
export const write = <A>(work: (sql: Sql, customers: Customers["Service"]) => Promise<A>) =>
  Effect.gen(function* () {
    const customers = yield* Customers
    return yield* (yield* Database).write("test", (sql) => work(sql, customers))
  })

export const recognise = (
  at: { appid: string; union?: string | undefined },
  ...who: readonly [openid: string, unionid?: string]
) => Customers.use((customers) => customers.recognise(at, { openid: who[0], unionid: who[1] }))

/** What stands in somebody's timeline, oldest first. */
export const kindsOf = (customer: CustomerId) =>
  Effect.map(
    Customers.use((customers) => customers.timeline(customer, { limit: 100 })),
    ({ items }) => items.map(({ kind }) => kind).toReversed()
  )

/** What recurs is done. */
export const today = Tasks.use((tasks) => Effect.forkScoped(tasks.run)).pipe(
  Effect.andThen(settle),
  Effect.scoped
)
