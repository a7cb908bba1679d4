import type { Context } from "effect"
import type { MiddlewareHandler } from "hono"
import { isRequestId, requestIds } from "../../observability/request-id.ts"
import type { Carried } from "../app.ts"

/** Gives each request an id; a trusted proxy may have given it one. */
export const requestId = (context: Context.Context<never>): MiddlewareHandler<Carried> => {
  const newId = requestIds(context)
  return function requestId(c, next) {
    const given = c.get("client") === undefined ? undefined : c.req.header("x-request-id")
    c.set("requestId", given !== undefined && isRequestId(given) ? given : newId())
    return next()
  }
}
