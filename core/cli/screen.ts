import { shownAddress } from "../database/address.ts"
import type { Address } from "../gateway/doors.ts"
import type { Gateway } from "../gateway/gateway.ts"
import { describeInlet, inletLine, urlOf } from "./described.ts"

/** What there is to say once every door is open. */
export interface Opened {
  readonly gateway: Gateway
  readonly doors: {
    readonly public: Address
    readonly legacy: Address
    readonly operator: Address
  }
  /** Where WeChat's sandbox answers, if it does. */
  readonly sandbox: string | undefined
  /** What to try first. */
  readonly steps: ReadonlyArray<string>
}

/** The screen after the start: where everything is, and what to do next. */
export const screen = ({ doors, gateway, sandbox, steps }: Opened): ReadonlyArray<string> => {
  const { migrated, plugins, settings } = gateway
  const tables = migrated.length > 0 ? `, ${migrated.length} migrations applied` : ""
  return [
    "",
    `Weir is open, in ${settings.mode}`,
    "",
    row(
      "public",
      urlOf(doors.public),
      `phones and WeChat, who know it as ${settings.publicUrl.origin}`
    ),
    row("legacy", urlOf(doors.legacy), "tills and ERPs"),
    row("operator", urlOf(doors.operator), "/todos /readyz /metrics"),
    ...(sandbox === undefined
      ? []
      : [row("sandbox", sandbox, "WeChat, and a customer's phone at /phone")]),
    row("database", shownAddress(settings.databaseUrl), `as ${settings.mode}${tables}`),
    "",
    ...plugins.flatMap(({ inlets, name }) =>
      inlets.map(({ inlet }, index) =>
        row(index === 0 ? name : "", inletLine(describeInlet(name, inlet)))
      )
    ),
    ...(steps.length === 0 ? [] : ["", "Play the old system, in a second terminal:", ""]),
    ...steps.map((step) => `  ${step}`),
    "",
    "Ctrl+C stops."
  ]
}

const row = (name: string, text: string, about = "") =>
  `  ${name.padEnd(10)}${about === "" ? text : `${text.padEnd(29)} ${about}`}`
