import type { Context } from "effect"
import { isRequestId, requestIds } from "../observability/request-id.ts"

/** Gives each request an id; a trusted proxy may have given it one. */
export const requestIdOf = (context: Context.Context<never>) => {
  const newId = requestIds(context)
  return ({ headers }: Pick<Request, "headers">, client: string | undefined): string => {
    const given = client === undefined ? null : headers.get("x-request-id")
    return given !== null && isRequestId(given) ? given : newId()
  }
}
