import type { Call } from "./app.ts"

/** Nothing an API answers is kept, framed, or run by a browser. */
const api = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff"
}

/** A page runs its own scripts and WeChat's JS-SDK, none written into the page. */
const page = {
  ...api,
  "content-security-policy":
    "script-src 'self' https://res.wx.qq.com; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
  "referrer-policy": "strict-origin-when-cross-origin"
}

/**
 * The one way an answer leaves. Headers are a plain object from first to last: one `Headers` on the way costs a third of the whole
 * request. `Strict-Transport-Security` is left to whoever ends TLS.
 */
export const reply = (
  c: Call,
  status: number,
  body: string | Uint8Array | null,
  headers: Readonly<Record<string, string>>
): Response => {
  const base = headers["content-type"]?.startsWith("text/html") ? page : api
  c.set("bytes", typeof body === "string" ? Buffer.byteLength(body) : (body?.byteLength ?? 0))
  return new Response(body as BodyInit | null, {
    status,
    headers: { ...base, "x-request-id": c.get("requestId"), ...headers }
  })
}
