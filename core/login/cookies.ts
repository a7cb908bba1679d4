import { isSecret } from "./secrets.ts"

/** The session of a browser. */
export const sessionCookie = "weir_session"

/** What tells the browser that began a login from all others. */
export const browserCookie = "weir_browser"

/** A secret that a cookie holds; what is no secret of ours is as good as none. */
export const cookieIn = (header: string | undefined, name: string): string | undefined => {
  for (const pair of (header ?? "").slice(0, 8_192).split(";")) {
    const [key = "", value = ""] = pair.split("=", 2)
    if (key.trim() === name) return isSecret(value.trim()) ? value.trim() : undefined
  }
  return undefined
}

/**
 * A `Set-Cookie` that scripts cannot read. `Lax`, as the way back from WeChat is a link from another site (platform guide, §3.6), and
 * what another site's form sends comes without it. `seconds`: how long it is kept; until the browser closes unless said.
 */
export const setCookie = (
  name: string,
  value: string,
  { seconds, secure }: { readonly seconds?: number; readonly secure: boolean }
): string =>
  [
    `${name}=${value}`,
    "Path=/",
    "HttpOnly",
    "SameSite=Lax",
    ...(secure ? ["Secure"] : []),
    ...(seconds === undefined ? [] : [`Max-Age=${seconds}`])
  ].join("; ")
