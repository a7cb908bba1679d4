import type { SigningRefusal } from "./model.ts"

/** A page as a phone says where it is, without what follows its `#`. */
export interface Page {
  readonly url: string
  readonly host: string
  readonly origin: string
}

/** Longer than phones keep. */
const longest = 2_000

/**
 * Reads the address of a page of one of `hosts`. A browser says its page's host in one way alone, so what another parser might read as
 * another host (a user before `@`, a backslash, another alphabet, a dot at its end, anything that is dropped) is none of them.
 */
export const pageAt = (text: string, hosts: ReadonlyArray<string>): Page | SigningRefusal => {
  const [url = ""] = text.split("#", 1)
  if (url.length > longest || !/^https?:\/\/[!-[\]-~]+$/.test(url)) return "address"
  const parsed = URL.parse(url)
  if (parsed === null) return "address"
  const { host, origin } = parsed
  if (!url.startsWith(origin) || !/^(?:[/?]|$)/.test(url.slice(origin.length))) return "address"
  return hosts.includes(host) ? { url, host, origin } : "host"
}
