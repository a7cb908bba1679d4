import { Effect } from "effect"
import * as Command from "effect/cli/Command"
import type { Configured } from "../gateway/settings.ts"
import type { Sandbox } from "../plugin/sandbox.ts"
import { type DescribedInlet, describeInlet, inletLine } from "./described.ts"
import { json, say } from "./json.ts"
import { inMode } from "./mode.ts"
import { readProject } from "./project.ts"

const run = Effect.fnUntraced(function* (asJson: boolean) {
  const { plugins, sandboxes } = yield* readProject
  const described = [...plugins.map(describe), ...sandboxes.map(describeSandbox)]
  yield* say(described, asJson, (all) => all.flatMap(lines))
})

/** Only whether an option is set: its value may be a secret. */
const optionsOf = ({ plugin: { options, settings } }: Configured | Configured<Sandbox>) =>
  Object.keys(options).map((name) => ({ name, set: settings[name] !== undefined }))

interface Described {
  readonly name: string
  readonly kind: "plugin" | "sandbox"
  readonly inlets: ReadonlyArray<DescribedInlet>
  readonly routes: ReadonlyArray<{ readonly method: string; readonly path: string }>
  readonly options: ReadonlyArray<{ readonly name: string; readonly set: boolean }>
}

const describe = (configured: Configured): Described => {
  const { options, plugin } = configured
  const { inlets, routes } = plugin.behaviour(options)
  return {
    name: plugin.name,
    kind: plugin.kind,
    inlets: inlets.map((inlet) => describeInlet(plugin.name, inlet)),
    routes: routes.map(({ method, path }) => ({ method, path: `/${plugin.name}${path}` })),
    options: optionsOf(configured)
  }
}

const describeSandbox = (configured: Configured<Sandbox>): Described => {
  const { options, plugin } = configured
  const { routes } = plugin.door(options)
  return {
    name: plugin.name,
    kind: plugin.kind,
    inlets: [],
    routes: routes.map(({ method, path }) => ({ method, path })),
    options: optionsOf(configured)
  }
}

const lines = ({ inlets, kind, name, options, routes }: Described) => [
  kind === "plugin" ? name : `${name} (development only)`,
  ...inlets.map((inlet) => `  inlet   ${inletLine(inlet)}`),
  ...routes.map(({ method, path }) => `  route   ${method.padEnd(5)} ${path}`),
  ...options.map(({ name, set }) => `  option  ${name}${set ? "" : " (not set)"}`)
]

/** `weir plugins` */
export const plugins = Command.make("plugins", { json }, ({ json }) => inMode()(run(json))).pipe(
  Command.withDescription("Lists the plugins: what they listen to, serve and want to know")
)
