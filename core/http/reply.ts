import type { Call } from "./app.ts"

/** JSON is kept by nobody and taken for nothing else. */
const data = { "cache-control": "no-store", "x-content-type-options": "nosniff" }

/** Whatever a browser may show runs its own scripts and WeChat's JS-SDK, none that are written into the page. */
const page = {
  ...data,
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
  const base = headers["content-type"]?.endsWith("json") ? data : page
  c.set("bytes", typeof body === "string" ? Buffer.byteLength(body) : (body?.byteLength ?? 0))
  return new Response(body as BodyInit | null, {
    status,
    headers: { ...base, "x-request-id": c.get("requestId"), ...headers }
  })
}
