import { Console, Effect, Schema } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { Database } from "../database/database.ts"
import { type Migration, migrateDown, migrateUp, migrationsApplied } from "../database/migrator.ts"
import { migrationsOf } from "../gateway/gateway.ts"
import { inMode } from "./mode.ts"
import { readProject } from "./project.ts"

class NoSuchMigration extends Schema.TaggedError<NoSuchMigration>()("NoSuchMigration", {
  name: Schema.String
}) {
  override readonly message =
    `There is no migration ${this.name}: \`weir migrate status\` lists them, and \`none\` takes back all.`
}

/** Does something to the tables of this folder's deployment, alone: the gateway must not be running on a SQLite file. */
const onTables = <A, E extends { readonly _tag: string }>(
  change: (migrations: ReadonlyArray<Migration>) => Effect.Effect<A, E, Database>
) =>
  Effect.gen(function* () {
    const { plugins, settings } = yield* readProject
    return yield* change(migrationsOf(plugins)).pipe(
      Effect.provide(Database.layer(settings.databaseUrl))
    )
  }).pipe(inMode())

const tell = (names: ReadonlyArray<string>, did: string) =>
  Console.log(
    names.length === 0 ? "nothing to do" : names.map((name) => `${did} ${name}`).join("\n")
  )

const up = Command.make("up", {}, () =>
  onTables((migrations) => Effect.flatMap(migrateUp(migrations), (names) => tell(names, "applied")))
).pipe(Command.withDescription("Applies what is missing; `weir start` does so too"))

const to = Flag.String("to").pipe(
  Flag.withDescription("The last migration to keep; `none` keeps none")
)

const down = Command.make("down", { to }, ({ to }) =>
  onTables((migrations) => {
    if (to !== "none" && !migrations.some(({ name }) => name === to))
      return Effect.fail(new NoSuchMigration({ name: to }))
    return Effect.flatMap(migrateDown(migrations, to === "none" ? undefined : to), (names) =>
      tell(names, "took back")
    )
  })
).pipe(Command.withDescription("Takes migrations back, and what their tables hold with them"))

const status = Command.make("status", {}, () =>
  onTables((migrations) =>
    Effect.gen(function* () {
      const applied = yield* migrationsApplied
      for (const { name } of migrations)
        yield* Console.log(`${applied.has(name) ? "applied" : "pending"}  ${name}`)
    })
  )
).pipe(Command.withDescription("Says which are applied and which are not"))

/** `weir migrate` */
export const migrate = Command.make("migrate").pipe(
  Command.withDescription("Changes the tables of the database"),
  Command.withSubcommands([up, down, status])
)
