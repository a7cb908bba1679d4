import type { Inlet } from "../legacy/inlet.ts"
import type { Checked } from "../plugin/plugin.ts"

/** An inlet as people read of it. */
export interface DescribedInlet {
  readonly carrier: Inlet<never>["carrier"]
  /** Where messages go: `/pos/xml` of the legacy door, or an address of its own. */
  readonly at: string
  readonly dialect: string
  readonly calls: ReadonlyArray<string>
}

export const describeInlet = (plugin: string, inlet: Inlet<Checked>): DescribedInlet => ({
  carrier: inlet.carrier,
  at: inlet.carrier === "http" ? `/${plugin}${inlet.path}` : `${inlet.host}:${inlet.port}`,
  dialect: inlet.dialect.name,
  calls: inlet.calls.map(({ name }) => name)
})

export const inletLine = ({ at, calls, carrier, dialect }: DescribedInlet): string =>
  `${carrier.padEnd(5)} ${at.padEnd(18)} ${dialect.padEnd(10)} ${calls.join(" ")}`

/** Where a listener can be called: one on every address is called by this machine's own. */
export const urlOf = ({ host, port }: { readonly host: string; readonly port: number }): string => {
  const own = host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host
  return `http://${own.includes(":") ? `[${own}]` : own}:${port}`
}
