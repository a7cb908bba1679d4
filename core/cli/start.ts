import { Console, Effect } from "effect"
import * as Command from "effect/cli/Command"
import { openDoors } from "../gateway/doors.ts"
import { startGateway } from "../gateway/gateway.ts"
import { closedDoor } from "./closed-door.ts"
import { urlOf } from "./described.ts"
import { logged } from "./logged.ts"
import { inMode } from "./mode.ts"
import { phoneQr } from "./phone.ts"
import { type Project, readProject } from "./project.ts"
import { isSandboxed, sandboxBeside } from "./sandbox-beside.ts"
import { screen } from "./screen.ts"
import { serve } from "./serve.ts"

const open = Effect.fnUntraced(function* ({ config, plugins, sandboxes, settings }: Project) {
  const sandbox =
    isSandboxed(settings) && sandboxes.length > 0 ? yield* sandboxBeside(settings) : undefined
  const gateway = yield* startGateway(config)
  const doors = yield* openDoors(gateway).pipe(Effect.mapError(closedDoor(settings, plugins)))
  if (settings.mode === "production") return yield* Effect.logInfo("Weir is open", { doors })
  const steps = plugins.flatMap(({ plugin: { name, play } }) =>
    play === undefined ? [] : play.firstSteps({ door: `${urlOf(doors.legacy)}/${name}` })
  )
  const qr = sandbox === undefined ? [] : yield* phoneQr(sandbox)
  const lines = [...qr, ...screen({ gateway, doors, sandbox, steps })]
  for (const line of lines) yield* Console.log(line)
})

/** Production's stdout is read by machines, so all that is said there is logged. */
const run = Effect.gen(function* () {
  const project = yield* readProject
  return project.settings.mode === "production"
    ? yield* serve(open(project), (line) => Effect.logInfo(line.trim())).pipe(logged("json"))
    : yield* serve(open(project), Console.log).pipe(logged("text"))
})

/** `weir start` */
export const start = Command.make("start", {}, () => inMode()(run)).pipe(
  Command.withDescription("Opens the doors; in development, a WeChat to play with beside them")
)
