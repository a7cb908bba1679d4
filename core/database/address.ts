import { basename } from "node:path"
import { DatabaseRefused } from "./engine.ts"

/** What a `DATABASE_URL` names: a file of this machine, or a database on a server. */
export type Address =
  | { readonly kind: "sqlite"; readonly file: string }
  | ({ readonly kind: "mysql" } & Server)

export interface Server {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  /** The database on it. */
  readonly name: string
}

/** What a `DATABASE_URL` looks like. */
export const addressForm =
  "a file, sqlite:.data/weir.db, or a database on a server, mysql://user:password@host:3306/weir"

/** Whether it looks so. */
export const isAddress = (url: string): boolean =>
  /^sqlite:[^:]/.test(url) || (/^mysql:\/\/[^/?#]+\/[^/?#]+$/.test(url) && URL.canParse(url))

export const addressOf = (url: string): Address => {
  if (!isAddress(url))
    throw new DatabaseRefused({ reason: `DATABASE_URL must name ${addressForm}` })
  if (url.startsWith("sqlite:")) return { kind: "sqlite", file: url.slice("sqlite:".length) }
  const { hostname, password, pathname, port, username } = new URL(url)
  return {
    kind: "mysql",
    host: hostname.replace(/^\[|\]$/g, ""),
    port: port === "" ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    name: decodeURIComponent(pathname.slice(1))
  }
}

/** The address for people to read: without the password. */
export const shownAddress = (url: string): string =>
  url.startsWith("mysql:") ? url.replace(/^(mysql:\/\/[^:@/]*):.*@/, "$1@") : url

/** A file beside the database; where that is not on this machine, in the folder of what belongs to a deployment. */
export const fileBeside = (url: string, what: string): string => {
  const address = addressOf(url)
  return address.kind === "sqlite"
    ? `${address.file}-${what}`
    : `.data/${basename(address.name)}-${what}`
}
