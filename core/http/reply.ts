import type { Call } from "./app.ts"

/** Where an answer goes. */
type To = Pick<Call, "env">

/** JSON is kept by nobody and taken for nothing else. */
const data = { "cache-control": "no-store", "x-content-type-options": "nosniff" }

/** Whatever a browser may show runs its own scripts and WeChat's JS-SDK, none that are written into the page. */
const page = {
  ...data,
  "content-security-policy":
    "script-src 'self' https://res.wx.qq.com; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
  "referrer-policy": "strict-origin-when-cross-origin"
}

/** A stream's size is known when it is over, which nobody waits for. */
type Body = string | Uint8Array | ReadableStream<Uint8Array> | null

const sizeOf = (body: Body): number | undefined => {
  if (body instanceof ReadableStream) return undefined
  return typeof body === "string" ? Buffer.byteLength(body) : (body?.byteLength ?? 0)
}

/**
 * The one way an answer leaves. Headers are a plain object from first to last: one `Headers` on the way costs a third of a whole
 * request. `Strict-Transport-Security` is left to whoever ends TLS.
 */
export const reply = (
  c: To,
  status: number,
  body: Body,
  headers: Readonly<Record<string, string>>
): Response => {
  const base = headers["content-type"]?.endsWith("json") ? data : page
  return send(c, status, body, { ...base, "x-request-id": c.env.requestId, ...headers })
}

/** The same for what is answered most. */
export const replyJson = (c: To, body: string): Response =>
  send(c, 200, body, {
    "content-type": "application/json",
    "cache-control": data["cache-control"],
    "x-content-type-options": data["x-content-type-options"],
    "x-request-id": c.env.requestId
  })

const send = (c: To, status: number, body: Body, headers: Record<string, string>): Response => {
  c.env.bytes = sizeOf(body)
  return new Response(body as BodyInit | null, { status, headers })
}
