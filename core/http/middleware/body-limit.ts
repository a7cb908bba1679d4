import type { MiddlewareHandler } from "hono"
import { bodyLimit as countedLimit } from "hono/body-limit"
import { type Call, type Carried, headerOf } from "../app.ts"
import { problems, refuse } from "../problem.ts"

/** Hono's limit counts the bytes as they come and makes every request four times as dear, so it is asked only if no length is said. */
export const bodyLimit = (maxSize: number): MiddlewareHandler<Carried> => {
  const tooLarge = (c: Call) => refuse(c, problems.bodyTooLarge(maxSize))
  const counted = countedLimit({ maxSize, onError: tooLarge })
  return function bodyLimit(c, next) {
    if (c.req.method === "GET" || c.req.method === "HEAD") return next()
    const length = headerOf(c, "content-length")
    // Node's parser refuses a request with a length and chunks.
    if (length === undefined) return counted(c, next).catch(() => refuse(c, problems.cutOff))
    return Number(length) > maxSize ? Promise.resolve(tooLarge(c)) : next()
  }
}
