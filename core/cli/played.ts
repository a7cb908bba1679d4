import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname } from "node:path"
import { Console, Effect, Option } from "effect"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { sandboxUrl } from "../gateway/merchants.ts"
import type { GatewayConfig, GatewaySettings } from "../gateway/settings.ts"
import type { Action, Play, Flag as SaidFlag, World } from "../plugin/play.ts"
import type { Checked } from "../plugin/plugin.ts"
import { urlOf } from "./described.ts"
import { inMode } from "./mode.ts"
import { readProject } from "./project.ts"
import { isSandboxed } from "./sandbox-beside.ts"
import { tcp } from "./tcp.ts"

/** A command for each old system that the plugins of a configuration can play: `weir <name> <action>`. */
export const playedBy = ({ plugins }: GatewayConfig) =>
  plugins.flatMap((plugin) =>
    plugin.kind === "plugin" && plugin.play !== undefined
      ? [commandOf(plugin.name, plugin.play)]
      : []
  )

const commandOf = (plugin: string, play: Play<Checked>) =>
  Command.make(play.name).pipe(
    Command.withDescription(play.summary),
    Command.withSubcommands(
      Object.entries(play.actions).map(([name, action]) =>
        Command.make(name, flagsOf(action), (said) =>
          inMode("development")(run(plugin, play, action, said))
        ).pipe(Command.withDescription(action.summary))
      )
    )
  )

const run = Effect.fnUntraced(function* (
  plugin: string,
  play: Play<Checked>,
  action: Action<Checked>,
  said: { readonly [flag: string]: unknown }
) {
  const { plugins, settings } = yield* readProject
  const options = plugins.find((configured) => configured.plugin.name === plugin)?.options
  // The flags were made from the action's own Schemas, which the compiler has seen fit its `run`.
  yield* action.run(said as never, worldOf(settings, plugin, play.name), options)
})

const flagsOf = ({ flags }: Action<Checked>) =>
  Object.fromEntries(Object.entries(flags).map(([name, flag]) => [name, flagOf(name, flag)]))

const flagOf = (name: string, { summary, value }: SaidFlag): Flag.Flag<unknown> =>
  value === "switch"
    ? Flag.Boolean(name).pipe(Flag.withDefault(false), Flag.withDescription(summary))
    : Flag.String(name).pipe(
        Flag.withSchema(value),
        Flag.optional,
        Flag.map(Option.getOrUndefined),
        Flag.withDescription(summary)
      )

const worldOf = (settings: GatewaySettings, plugin: string, name: string): World => {
  const { legacyHost, legacyPort } = settings
  return {
    door: `${urlOf({ host: legacyHost, port: legacyPort })}/${plugin}`,
    sandbox: isSandboxed(settings) ? sandboxUrl(settings) : undefined,
    tcp,
    say: (line) => Console.log(line),
    memory: memoryIn(`.data/${name}.json`)
  }
}

const memoryIn = (file: string): World["memory"] => ({
  read: Effect.sync(() => (existsSync(file) ? readFileSync(file, "utf8") : undefined)),
  write: (text) =>
    Effect.sync(() => {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
      writeFileSync(file, text)
    })
})
