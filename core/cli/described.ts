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

/** A host that can be called: a listener on every address is called by one of them. */
export const callable = (host: string): string => {
  if (host === "0.0.0.0") return "127.0.0.1"
  if (host === "::") return "[::1]"
  return host.includes(":") ? `[${host}]` : host
}
