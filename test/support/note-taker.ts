import { Cause, Effect, Exit, Predicate } from "effect"
import { databaseIn, note, noteMigrations } from "./database.ts"

// A process of its own, to be killed and starved: writes numbered notes and says what became of each.
const [file = "", count = "0", together = "1", first = "0"] = process.argv.slice(2)

const say = (exit: Exit.Exit<unknown>, id: string) => {
  if (Exit.isSuccess(exit)) return console.log(`stored ${id}`)
  const error = Cause.squash(exit.cause)
  console.log(Predicate.hasProperty(error, "outcome") ? `${error.outcome}: ${id}` : String(error))
}

const ids = Array.from({ length: Number(count) }, (_, place) =>
  String(Number(first) + place).padStart(8, "0")
)

await Effect.runPromise(
  Effect.forEach(
    ids,
    (id) => Effect.map(Effect.exit(note(id, "x".repeat(40))), (exit) => say(exit, id)),
    { concurrency: Number(together) }
  ).pipe(
    Effect.provide(databaseIn(file, noteMigrations)),
    Effect.catch((error) => Effect.sync(() => console.log(error.message)))
  )
)
