import { Console, Duration, Effect } from "effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import { type Copy, copySqlite, NoBackup, type Progress } from "../database/backup.ts"
import { inMode } from "./mode.ts"
import { readProject } from "./project.ts"

const run = Effect.fnUntraced(function* (to: string) {
  const { databaseUrl } = (yield* readProject).settings
  if (!databaseUrl.startsWith("sqlite:"))
    return yield* new NoBackup({
      reason:
        "A database on a server is copied by the server's tools: mysqldump --single-transaction"
    })
  const from = databaseUrl.slice("sqlite:".length)
  const { error } = yield* Console.Console
  const [took, copy] = yield* Effect.timed(copySqlite(from, to, tenths(error)))
  for (const line of [summary(to, copy, took), ...restoring(from)]) yield* Console.log(line)
})

/** Says each tenth once. A small database is copied before there is anything to say. */
const tenths = (say: (line: string) => void): Progress => {
  let said = 0
  return (share) => {
    const tenth = Math.floor(10 * share)
    if (tenth > said) say(`${tenth}0 % copied`)
    said = tenth
  }
}

const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`

const summary = (to: string, { bytes, migrations, mode }: Copy, took: Duration.Duration) =>
  `${to}: ${megabytes(bytes)} in ${Duration.toSeconds(took).toFixed(1)} s, whole; ` +
  `${mode ?? "never started"}, ${migrations} migrations`

const restoring = (from: string) => [
  `To restore it: stop the gateway, remove ${from}-wal and ${from}-shm where they are, put it in the place of ${from}.`,
  "What is sealed in it opens with the same WEIR_SEAL_KEY only: keep that too, and elsewhere."
]

const file = Argument.Path("file").pipe(
  Argument.withDescription("Where the copy goes; nothing may be there")
)

/** `weir backup FILE` */
export const backup = Command.make("backup", { file }, ({ file }) => inMode()(run(file))).pipe(
  Command.withDescription("Copies the database while the gateway runs")
)
