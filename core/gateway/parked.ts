import { Effect, Schema } from "effect"
import { route } from "../plugin/route.ts"
import { ParkedTask } from "../tasks/parked.ts"
import { Tasks } from "../tasks/tasks.ts"
import { Person } from "./person.ts"

/** What was parked is so no longer, or never was. */
class NotParked extends Schema.TaggedError<NotParked>()("NotParked", { key: Schema.String }) {
  readonly status = 404
  override readonly message = "Nothing is parked under this key"
}

const input = { key: Schema.String.check(Schema.isBetweenLength(1, 191)), by: Person }
const Done = Schema.Struct({})

const letGoOn = (how: "replay" | "skip") =>
  Effect.fnUntraced(function* ({ by, key }: { readonly key: string; readonly by: string }) {
    const went = yield* Tasks.use((tasks) => tasks[how](key))
    if (!went) return yield* new NotParked({ key })
    yield* Effect.annotateLogs(Effect.logInfo(`A parked key goes on: ${how}`), { key, by })
    return {}
  })

/** What failed too often or was refused, and waits with all that is behind it; for the operator door. */
export const parkedRoutes = [
  route.get("/parked", {
    output: Schema.Array(ParkedTask),
    handle: () => Tasks.use((tasks) => tasks.parked())
  }),
  route.post("/parked/replay", { input, output: Done, handle: letGoOn("replay") }),
  route.post("/parked/skip", { input, output: Done, handle: letGoOn("skip") })
]
