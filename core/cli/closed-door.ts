import { Schema } from "effect"
import type { Configured, GatewaySettings } from "../gateway/settings.ts"
import type { CannotListen } from "../http/listen.ts"
import type { ListenFailed } from "../legacy/wire/sockets.ts"

/** A door that could not be opened, said with the setting that moves it. */
export class ClosedDoor extends Schema.TaggedError<ClosedDoor>()("ClosedDoor", {
  door: Schema.String,
  address: Schema.String,
  reason: Schema.String,
  setting: Schema.String
}) {
  override readonly message =
    `The ${this.door} door cannot open at ${this.address}: ${this.reason}. Its port is set by ${this.setting}.`
}

/** Finds out whose door it was. */
export const closedDoor =
  (settings: GatewaySettings, plugins: ReadonlyArray<Configured>) =>
  (error: CannotListen | ListenFailed): ClosedDoor => {
    if (error._tag === "CannotListen") {
      const { address, door, reason } = error
      return new ClosedDoor({
        door,
        address,
        reason,
        setting: variables[door] ?? inTheConfig(door)
      })
    }
    const { host, port } = error
    const isLegacy = host === settings.legacyHost && port === settings.legacyPort
    const door = isLegacy ? "legacy" : (ownerOf(port, plugins) ?? "TCP")
    const reason = error.reason.includes("EADDRINUSE")
      ? "another program listens there"
      : error.reason
    const setting = variables[door] ?? inTheConfig(door)
    return new ClosedDoor({ door, address: `${host}:${port}`, reason, setting })
  }

const variables: { readonly [door: string]: string } = {
  public: "PORT",
  legacy: "LEGACY_PORT",
  operator: "OPERATOR_PORT",
  "wechat-sandbox": "SANDBOX_PORT"
}

const inTheConfig = (plugin: string) => `an option of ${plugin} in gateway.config.ts`

const ownerOf = (port: number, plugins: ReadonlyArray<Configured>) =>
  plugins.find(({ options, plugin }) =>
    plugin.behaviour(options).inlets.some((inlet) => inlet.carrier === "tcp" && inlet.port === port)
  )?.plugin.name
