import { Console, Effect } from "effect"
import * as Command from "effect/cli/Command"
import { openDoors } from "../gateway/doors.ts"
import { startGateway } from "../gateway/gateway.ts"
import { layer as logging } from "../observability/logger.ts"
import { closedDoor } from "./closed-door.ts"
import { callable } from "./described.ts"
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
  const { host, port } = doors.legacy
  const steps = plugins.flatMap(({ plugin: { name, play } }) =>
    settings.mode === "development" && play !== undefined
      ? play.firstSteps({ door: `http://${callable(host)}:${port}/${name}` })
      : []
  )
  const qr = sandbox === undefined ? [] : yield* phoneQr(sandbox)
  const lines = [...qr, ...screen({ gateway, doors, sandbox, steps })]
  for (const line of lines) yield* Console.log(line)
})

const run = Effect.gen(function* () {
  const project = yield* readProject
  const form = project.settings.mode === "development" ? "text" : "json"
  return yield* serve(open(project), Console.log).pipe(Effect.provide(logging(form)))
})

/** `weir start` */
export const start = Command.make("start", {}, () => inMode()(run)).pipe(
  Command.withDescription("Opens the doors; in development, a WeChat to play with beside them")
)
