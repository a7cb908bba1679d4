import type { MiddlewareHandler } from "hono"
import type { Carried } from "./app.ts"

/** A sandbox also plays a server that dies: an answer with this mark is a broken connection. Never on the gateway's own doors. */
export const breakable: MiddlewareHandler<Carried> = async (c, next) => {
  await next()
  if (c.res.headers.get("x-sandbox-connection") === "reset") c.env.incoming?.socket.destroy()
}
