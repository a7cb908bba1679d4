import { Context, Effect, Layer } from "effect"
import { Database } from "../database/database.ts"
import { migrateUp } from "../database/migrator.ts"
import type { App } from "../http/app.ts"
import { breakable } from "../http/breakable.ts"
import { mount } from "../http/bridge.ts"
import { door } from "../http/doors.ts"
import { listen } from "../http/listen.ts"
import type { Checked } from "../plugin/plugin.ts"
import type { Sandbox } from "../plugin/sandbox.ts"
import { ConfigInvalid } from "../plugin/settings.ts"
import type { Transport } from "../transport.ts"
import { type Configured, type GatewayConfig, readConfig } from "./settings.ts"

/** A sandbox at work behind its door. */
export interface RunningSandbox {
  readonly name: string
  readonly port: number
  readonly app: App
}

/** Starts one sandbox on a database of its own. */
export const startSandbox = Effect.fn("startSandbox")(function* ({
  options,
  plugin
}: Configured<Sandbox>) {
  const ground = yield* Layer.build(Database.layer(plugin.databaseUrl(options)))
  yield* Effect.provide(migrateUp(plugin.migrations), ground)
  const own = yield* Layer.build(plugin.layer(options)).pipe(Effect.provide(ground))
  const outside = yield* Effect.context<Transport>()
  const context: Context.Context<Checked> = Context.mergeAll(outside, ground, own)
  const { bodyLimit, port, routes } = plugin.door(options)
  const app = door(plugin.name, context, bodyLimit === undefined ? {} : { bodyLimit })
  app.use(breakable)
  mount(app, "", routes, context)
  return { name: plugin.name, port, app } satisfies RunningSandbox
})

/** Serves every sandbox of a configuration, in development only. */
export const openSandboxes = Effect.fn("openSandboxes")(function* (config: GatewayConfig) {
  const { sandboxes, settings } = yield* readConfig(config)
  if (settings.mode === "production")
    return yield* new ConfigInvalid({
      problems: [
        {
          owner: "gateway",
          option: "mode",
          problem: "production has no sandbox; WeChat itself is there"
        }
      ]
    })
  return yield* Effect.forEach(sandboxes, (one) =>
    Effect.gen(function* () {
      const { app, name, port } = yield* startSandbox(one)
      const at = yield* listen(app, { door: name, host: settings.sandboxHost, port })
      return { name, port: at.port }
    })
  )
})
