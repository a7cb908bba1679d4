import { Effect, Schema } from "effect"
import { addressForm, isAddress } from "../database/address.ts"
import { mostPerDay } from "../notices/restraint.ts"
import type { Plugin } from "../plugin/plugin.ts"
import type { Fields, TypeOf } from "../plugin/route.ts"
import type { Sandbox } from "../plugin/sandbox.ts"
import {
  ConfigInvalid,
  type ConfigProblem,
  readSettings,
  type Settings
} from "../plugin/settings.ts"
import { LegalEntity } from "../values/legal-entity.ts"
import { LimitsOption } from "../wechat/pay/limits.ts"
import { AccountOption } from "./account-option.ts"
import { MerchantOption, StoreOption } from "./merchant-option.ts"

const Port = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65_535 }))
const Secret = Schema.Redacted(Schema.NonEmptyString)
const Web = Schema.instanceOf(URL).check(
  Schema.makeFilter(({ protocol }) => protocol === "http:" || protocol === "https:", {
    expected: "an http or https address"
  })
)

/** An address that people may be sent to after a login. */
const ReturnAddressOption = Schema.Struct({
  /** The old system's name. */
  name: Schema.String,
  /** All below it is allowed; where it names a file, that file. */
  address: Web,
  /** What the old system proves itself with when it asks who has logged in. */
  secret: Schema.optional(Secret)
})

/** What the gateway itself wants to know; `config/env.ts` reads it from the environment. */
export const gatewayOptions = {
  mode: Schema.Literals(["development", "production"]),
  /** Holds a password where it names a server. */
  databaseUrl: Schema.String.check(Schema.makeFilter(isAddress, { expected: addressForm })),
  host: Schema.NonEmptyString,
  port: Port,
  legacyHost: Schema.NonEmptyString,
  legacyPort: Port,
  /** Who may come to the legacy door besides this machine: addresses and networks. */
  legacyAllow: Schema.Array(Schema.String),
  operatorHost: Schema.NonEmptyString,
  operatorPort: Port,
  /** Loopback unless a real phone is to reach the sandbox's. */
  sandboxHost: Schema.NonEmptyString,
  sandboxPort: Port,
  /** What WeChat and phones are told. */
  publicUrl: Web,
  trustedProxies: Schema.Array(Schema.String),
  /** 32 bytes in base64. In development one is made beside the database. */
  sealKey: Schema.optional(Secret),
  wechatApiUrl: Schema.optional(Web),
  wechatOpenUrl: Schema.optional(Web),
  wechatMpUrl: Schema.optional(Web),
  wechatPayUrl: Schema.optional(Web),
  /** The merchant's, and with its secret the first account's. */
  appId: Schema.optional(Schema.String),
  appSecret: Schema.optional(Secret),
  callbackToken: Schema.optional(Secret),
  encodingAesKey: Schema.optional(Secret),
  /** How many notices a person is sent in a day; 5 unless said. */
  noticesPerDay: Schema.optional(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: mostPerDay }))
  ),
  accounts: Schema.optional(Schema.Array(AccountOption)),
  /** Where else people may go after a login, and which old systems are told who has logged in. */
  returnAddresses: Schema.optional(Schema.Array(ReturnAddressOption)),
  merchantId: Schema.optional(Schema.String),
  merchantSerial: Schema.optional(Schema.String),
  merchantKey: Schema.optional(Secret),
  apiV3Key: Schema.optional(Secret),
  payPublicKeyId: Schema.optional(Schema.String),
  payPublicKey: Schema.optional(Schema.String),
  /** Who sells under the merchant number of the environment. */
  merchantEntity: Schema.optional(LegalEntity),
  /** Calls a second that WeChat takes from it, where it has agreed to others than usual. */
  merchantLimits: Schema.optional(LimitsOption),
  merchants: Schema.optional(Schema.Array(MerchantOption)),
  /** Stores with rules of their own that no entry of `merchants` names. */
  stores: Schema.optional(Schema.Array(StoreOption))
} satisfies Fields

export type GatewaySettings = TypeOf<typeof gatewayOptions>
export type GatewayConfig = Settings<GatewaySettings> & {
  readonly plugins: ReadonlyArray<Plugin | Sandbox>
}

/** Says what one deployment runs; the default export of `gateway.config.ts`. */
export const defineGateway = (config: GatewayConfig): GatewayConfig => config

/** A plugin whose options have been read. */
export interface Configured<P extends Plugin | Sandbox = Plugin> {
  readonly plugin: P
  readonly options: { readonly [option: string]: unknown }
}

/** Reads the whole configuration before anything is opened. Fails with everything that is wrong, not with the first. */
export const readConfig = Effect.fn("readConfig")(function* ({
  plugins,
  ...settings
}: GatewayConfig) {
  const problems: Array<ConfigProblem> = doubled(plugins)
  const collect = <A>(read: Effect.Effect<A, ConfigInvalid>) =>
    Effect.matchEffect(read, {
      onSuccess: (value) => Effect.succeed(value),
      onFailure: (invalid) => Effect.sync(() => void problems.push(...invalid.problems))
    })
  const gateway = yield* collect(readSettings("gateway", gatewayOptions, settings))
  const configured: Array<Configured<Plugin | Sandbox>> = []
  for (const plugin of plugins) {
    const options = yield* collect(readSettings(plugin.name, plugin.options, plugin.settings))
    if (options !== undefined) configured.push({ plugin, options })
  }
  if (gateway === undefined || problems.length > 0) return yield* new ConfigInvalid({ problems })
  return {
    settings: gateway as GatewaySettings,
    plugins: configured.filter((one): one is Configured => one.plugin.kind === "plugin"),
    sandboxes: configured.filter((one): one is Configured<Sandbox> => one.plugin.kind === "sandbox")
  }
})

const doubled = (plugins: ReadonlyArray<Plugin | Sandbox>): Array<ConfigProblem> =>
  plugins
    .filter(({ name }, at) => plugins.findIndex((plugin) => plugin.name === name) !== at)
    .map(({ name }) => ({ owner: name, option: "name", problem: "this plugin is listed twice" }))
