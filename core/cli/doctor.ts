import { Effect } from "effect"
import * as Command from "effect/cli/Command"
import { checkAccounts } from "./checks/accounts.ts"
import { checkConnections } from "./checks/connections.ts"
import { checkDatabase, checkDisk } from "./checks/database.ts"
import { type Finding, good, wrongSettings } from "./checks/finding.ts"
import { checkPublicUrl, checkSealKey } from "./checks/settings.ts"
import { checkCertificates, checkWechat } from "./checks/wechat.ts"
import { Ended } from "./ended.ts"
import { json, say } from "./json.ts"
import { inMode } from "./mode.ts"
import { type Project, readProject } from "./project.ts"

/** Looks at everything at once, so that one visit mends it all. */
const examine = Effect.fnUntraced(function* (project: Project) {
  const { plugins, sandboxes, settings } = project
  const names = [...plugins, ...sandboxes].map(({ plugin }) => plugin.name).join(", ")
  const found = yield* Effect.all(
    [
      Effect.succeed([good("configuration", `${settings.mode}: ${names}`)]),
      Effect.succeed([checkPublicUrl(project)]),
      checkSealKey(project),
      checkDatabase(project),
      Effect.map(checkDisk(project), (finding) => [finding]),
      checkWechat(project),
      checkAccounts(project),
      checkCertificates(project),
      checkConnections(project)
    ],
    { concurrency: "unbounded" }
  )
  return found.flat()
})

const report = Effect.fnUntraced(function* (findings: ReadonlyArray<Finding>, asJson: boolean) {
  yield* say(findings, asJson, (all) => all.flatMap(lines))
  if (findings.some(({ state }) => state === "wrong")) return yield* new Ended({ code: 1 })
})

const marks = { good: "ok", note: "note", wrong: "WRONG" }

const lines = ({ about, fix, says, state }: Finding) => [
  `${marks[state].padEnd(6)} ${about}: ${says}`,
  ...(fix === undefined ? [] : [`       → ${fix}`])
]

/** `weir doctor` */
export const doctor = Command.make("doctor", { json }, ({ json }) =>
  Effect.flatMap(readProject, examine).pipe(
    inMode(),
    Effect.catchTag("ConfigInvalid", (invalid) => Effect.succeed(wrongSettings(invalid))),
    Effect.flatMap((findings) => report(findings, json))
  )
).pipe(Command.withDescription("Looks for what is wrong, and says how to mend it"))
