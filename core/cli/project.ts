import { existsSync } from "node:fs"
import { resolve } from "node:path"
import { pathToFileURL } from "node:url"
import { Effect, Predicate, Schema } from "effect"
import { type GatewayConfig, readConfig } from "../gateway/settings.ts"

/** There is nothing here to run. */
export class NoConfig extends Schema.TaggedError<NoConfig>()("NoConfig", {
  /** `false`: there is a file, and it is of no use. */
  missing: Schema.Boolean,
  reason: Schema.String
}) {
  override readonly message = this.reason
}

/** `gateway.config.ts` of the folder Weir is started in. */
export const loadConfig: Effect.Effect<GatewayConfig, NoConfig> = Effect.gen(function* () {
  const file = resolve("gateway.config.ts")
  if (!existsSync(file))
    return yield* new NoConfig({
      missing: true,
      reason: `There is no gateway.config.ts in ${process.cwd()}. Start Weir in the folder that holds it, or begin with this one:\n\n${example}`
    })
  const loaded: unknown = yield* Effect.tryPromise({
    try: () => import(pathToFileURL(file).href),
    catch: (error) =>
      new NoConfig({ missing: false, reason: `${file} cannot be loaded: ${reasonOf(error)}` })
  })
  const config = Predicate.hasProperty(loaded, "default") ? loaded.default : undefined
  return isConfig(config)
    ? config
    : yield* new NoConfig({
        missing: false,
        reason: `${file} exports no configuration: it must say \`export default defineGateway({ … })\``
      })
})

/** Store tills, and a WeChat to try them with: enough for a bundle in an empty folder. */
const example = `  import { defineGateway } from "#core"
  import { env } from "./config/env.ts"
  import { pos } from "./plugins/pos/index.ts"
  import { wechatSandbox } from "./plugins/wechat-sandbox/index.ts"

  export default defineGateway({
    ...env.gateway,
    plugins: [
      pos({ secret: env.posSecret }),
      wechatSandbox({ port: env.gateway.sandboxPort, databaseUrl: env.sandboxDatabaseUrl })
    ]
  })`

/** Each setting is checked when it is read; here it only matters whose file this is. */
const isConfig = (value: unknown): value is GatewayConfig =>
  Predicate.hasProperty(value, "plugins") && Array.isArray(value.plugins)

const reasonOf = (error: unknown) => (Predicate.isError(error) ? error.message : String(error))

/** The configuration, and what its settings say in the mode of this command. */
export const readProject = Effect.gen(function* () {
  const config = yield* loadConfig
  return { config, ...(yield* readConfig(config)) }
})
export type Project = Effect.Success<typeof readProject>
