import type { Redacted } from "effect"

/** An address elsewhere that people may be sent to after a login. */
export interface ReturnAddress {
  /** The old system's name: it says it when it exchanges a ticket, and member numbers belong to it. */
  readonly name: string
  /** All below this path; the path itself, where it names a file. */
  readonly address: URL
  /** What the old system proves itself with; without one it is given no tickets. */
  readonly secret: Redacted.Redacted<string> | undefined
}

/** Where a login leads: a path of ours, or an address elsewhere that is on the list. Both as they were written. */
export type Target =
  | { readonly is: "path"; readonly to: string }
  | { readonly is: "elsewhere"; readonly to: string; readonly at: ReturnAddress }

/** Longer than browsers and old servers take. */
export const longestTarget = 2_000

/**
 * Reads where somebody wants to go. What is not plainly a path of ours or on the list is nothing: no two parsers may read it differently,
 * so there is no backslash, no user, no other alphabet, no dot at a name's end, no escaped slash, and nothing a parser drops.
 */
export const targetOf = (
  to: string,
  publicUrl: URL,
  addresses: ReadonlyArray<ReturnAddress>
): Target | undefined => {
  if (to.length > longestTarget || !/^[!-[\]-~]+$/.test(to) || to.includes("#")) return undefined
  if (to.startsWith("/")) {
    const url = URL.parse(to, publicUrl)
    const isOurs = url?.origin === publicUrl.origin && !/^\/[/\\]/.test(to)
    return isOurs ? { is: "path", to } : undefined
  }
  const url = plainUrl.test(to) ? URL.parse(to) : null
  if (url === null) return undefined
  const at = addresses.find(({ address }) => leadsBelow(address, url))
  return at === undefined ? undefined : { is: "elsewhere", to, at }
}

/** Scheme, a name or a number, a port: whatever else can stand before a path is how one is led astray. */
const plainUrl = /^https?:\/\/[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?(?:[/?]|$)/

const leadsBelow = (address: URL, url: URL): boolean => {
  const { host, pathname, protocol } = address
  if (url.protocol !== protocol || url.host !== host) return false
  // IIS reads these as slashes, after the path was compared.
  if (/%(?:2f|5c|00)/i.test(url.pathname)) return false
  const folder = pathname.endsWith("/") ? pathname : `${pathname}/`
  return url.pathname === pathname || url.pathname.startsWith(folder)
}

/** Adds a ticket to an address without rewriting the rest of it, which may be in another charset. */
export const withTicket = (to: string, ticket: string): string =>
  `${to}${to.includes("?") ? "&" : "?"}${ticketParameter}=${ticket}`

/** Old web servers read names without their case, and the first of two. */
export const carriesTicket = (to: string): boolean =>
  [...(URL.parse(to)?.searchParams.keys() ?? [])].some(
    (name) => name.toLowerCase() === ticketParameter
  )

const ticketParameter = "ticket"
