import type { Call } from "./call.ts"
import type { Framing } from "./carriers/tcp.ts"
import type { Dialect, Texts } from "./dialect.ts"

/** How messages come in: carrier × dialect × calls. */
export type Inlet<R> = HttpInlet<R> | TcpInlet<R>

interface Handing {
  /** Another system that takes this message instead, in the same dialect: its bytes are handed on and the answer handed back. */
  readonly elsewhere?: (message: Texts) => URL | undefined
}

export interface Spoken<out R> extends Handing {
  readonly dialect: Dialect
  readonly calls: ReadonlyArray<Call<R>>
}

export interface HttpInlet<out R> extends Spoken<R> {
  readonly carrier: "http"
  /** Below the plugin's prefix on the legacy door. */
  readonly path: `/${string}`
}

export interface TcpInlet<out R> extends Spoken<R> {
  readonly carrier: "tcp"
  readonly host: string
  readonly port: number
  readonly framing: Framing
}

/** Messages posted to a path of the legacy door, told apart by the dialect. */
export const http = <R>(
  path: `/${string}`,
  dialect: Dialect,
  calls: ReadonlyArray<Call<R>>,
  handing: Handing = {}
): HttpInlet<R> => ({ carrier: "http", path, dialect, calls, ...handing })

/** Messages on a TCP port of their own; on loopback unless a host is named. */
export const tcp = <R>(
  at: { readonly host?: string | undefined; readonly port: number; readonly framing: Framing },
  dialect: Dialect,
  calls: ReadonlyArray<Call<R>>
): TcpInlet<R> => ({
  carrier: "tcp",
  host: at.host ?? "127.0.0.1",
  port: at.port,
  framing: at.framing,
  dialect,
  calls
})
