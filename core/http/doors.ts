import { Cause, type Context, Effect } from "effect"
import { Hono } from "hono"
import { methodNotAllowed } from "hono/method-not-allowed"
import type { App, Call, Carried } from "./app.ts"
import { mount } from "./bridge.ts"
import { accessLog } from "./middleware/access-log.ts"
import { bodyLimit } from "./middleware/body-limit.ts"
import { requestId } from "./middleware/request-id.ts"
import { secureHeaders } from "./middleware/secure-headers.ts"
import { trustedProxies } from "./middleware/trusted-proxies.ts"
import { probes } from "./probes.ts"
import { problems, refuse } from "./problem.ts"
import type { Readiness } from "./readiness.ts"

export interface DoorOptions {
  /** Addresses and blocks whose `X-Forwarded-For` and `X-Request-Id` are believed; none unless said. */
  readonly trustedProxies?: ReadonlyArray<string>
  /** Bytes a body may have; 1 MiB unless said. */
  readonly bodyLimit?: number
}

/** For the internet, phones and WeChat. Nothing operational is here. */
export const publicApp = (context: Context.Context<never>, options: DoorOptions = {}): App =>
  door("public", context, options)

/** For those who run the gateway. */
export const operatorApp = (
  context: Context.Context<Readiness>,
  options: DoorOptions = {}
): App => {
  const app = door("operator", context, options).use(secureHeaders)
  mount(app, "", probes, context)
  return app
}

/** A door without routes; a plugin's own listener is one too. What a request passes on its way in is listed here, in order. */
export const door = (
  name: string,
  context: Context.Context<never>,
  { trustedProxies: proxies = [], bodyLimit: bytes = 1 << 20 }: DoorOptions = {}
): App => {
  const app: App = new Hono<Carried>()
  if (proxies.length > 0) app.use(trustedProxies(proxies))
  app.use(
    requestId(context),
    accessLog(name, context, name === "operator" ? "Debug" : "Info"),
    bodyLimit(bytes)
  )
  app.notFound(unmatched(app))
  app.onError((error, c) => {
    Effect.runForkWith(context)(
      Effect.logError("a door failed", Cause.die(error), { request: c.get("requestId") })
    )
    return refuse(c, problems.internalError)
  })
  return app
}

/** Another method may be known here. */
const unmatched = (app: App) => {
  const allowed = methodNotAllowed({
    app,
    onMethodNotAllowed: (c: Call, methods) => {
      const allow = methods.join(", ")
      return refuse(c, problems.methodNotAllowed(allow), { allow })
    }
  })
  return async (c: Call): Promise<Response> => {
    await allowed(c, async () => {
      c.res = refuse(c, problems.notFound)
    })
    return c.res
  }
}
