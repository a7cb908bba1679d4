import { Console, Effect } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { openSandboxes } from "../gateway/sandboxes.ts"
import { closedDoor } from "./closed-door.ts"
import { logged } from "./logged.ts"
import { inMode } from "./mode.ts"
import { readProject } from "./project.ts"
import { serve } from "./serve.ts"

const leash = Flag.Boolean("leash").pipe(
  Flag.withDefault(false),
  Flag.withHidden,
  Flag.withDescription("Ends with its standard input, and so with the process that holds it")
)

const run = Effect.fnUntraced(function* (leashed: boolean) {
  const { config, plugins, settings } = yield* readProject
  const open = Effect.gen(function* () {
    const opened = yield* openSandboxes(config)
    if (leashed) return yield* holdLeash
    for (const { name, port } of opened) yield* Console.log(`${name}  http://127.0.0.1:${port}`)
  }).pipe(
    Effect.catchTag("CannotListen", (error) => Effect.fail(closedDoor(settings, plugins)(error)))
  )
  return yield* serve(open, leashed ? () => Effect.void : Console.log).pipe(logged("text"))
})

/** Once the other end of our standard input is gone, however it went, this process is asked to stop as by anybody else. */
const holdLeash = Effect.sync(() => {
  process.stdin.once("close", () => process.kill(process.pid, "SIGTERM")).resume()
})

/** `weir sandbox` */
export const sandbox = Command.make("sandbox", { leash }, ({ leash }) =>
  inMode("development")(run(leash))
).pipe(
  Command.withDescription("Runs the other end's sandboxes: a WeChat to pay with, click and break")
)
