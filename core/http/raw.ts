import { validateHeaderName, validateHeaderValue } from "node:http"
import { Effect } from "effect"
import type { RawReply, RawRequest, Telling } from "../plugin/route.ts"
import type { Call } from "./app.ts"
import { reply } from "./reply.ts"

/** The request as it came, but for what strangers say about who came before them. */
export const rawRequest = (c: Call, body: Uint8Array): RawRequest => {
  const target = targetOf(c)
  const query = target.indexOf("?")
  const address = c.env.client ?? c.env.incoming?.socket.remoteAddress
  return {
    method: c.req.method,
    target,
    params: c.req.param(),
    query: new URLSearchParams(query < 0 ? "" : target.slice(query)),
    headers: believed(c.req.header(), c.env.client),
    ...(address !== undefined && { address }),
    body
  }
}

/** Node keeps the request line as it came; in `Request` it is already rewritten. */
const targetOf = (c: Call): string => {
  const sent = c.env.incoming?.url
  if (sent?.startsWith("/")) return sent
  const { origin, href } = new URL(c.req.url)
  return href.slice(origin.length)
}

/** Of all that proxies add, the caller's address stays, and only by the word of a trusted one. */
const believed = (headers: Record<string, string>, client: string | undefined) => ({
  ...Object.fromEntries(Object.entries(headers).filter(([name]) => !byProxies.test(name))),
  ...(client === undefined ? {} : { "x-forwarded-for": client })
})

const byProxies = /^(x-forwarded-.*|forwarded|x-real-ip)$/

export const rawReply = (c: Call, { status, headers = {}, body }: RawReply): Response => {
  const own: Record<string, string> = typeof body === "string" ? { ...plainText } : {}
  for (const [name, value] of Object.entries(headers)) {
    // A line break in a value would begin another header, or another answer.
    validateHeaderName(name)
    validateHeaderValue(name, value)
    own[name.toLowerCase()] = value
  }
  return reply(c, status, typeof body === "function" ? told(body) : (body ?? null), own)
}

/** Says what there is to say as it comes, until all is said or nobody listens any more. */
const told = (tell: Telling): ReadableStream<Uint8Array> => {
  let isHeard = true
  let gone = () => {}
  return new ReadableStream<Uint8Array>({
    start: (controller) => {
      const say = (text: string) => {
        if (isHeard) controller.enqueue(Buffer.from(text))
      }
      const fiber = Effect.runFork(tell(say))
      gone = () => fiber.interruptUnsafe()
      fiber.addObserver(() => {
        if (isHeard) controller.close()
      })
    },
    cancel: () => {
      isHeard = false
      gone()
    }
  })
}

const plainText = { "content-type": "text/plain; charset=utf-8" }
