import { Cause, type Context, Effect } from "effect"
import { Hono } from "hono"
import { methodNotAllowed } from "hono/method-not-allowed"
import type { App, Call, Carried } from "./app.ts"
import { type DoorOptions, receive } from "./arrival.ts"
import { mount } from "./bridge.ts"
import { probes } from "./probes.ts"
import { problems, refuse } from "./problem.ts"
import type { Readiness } from "./readiness.ts"
import { secureHeaders } from "./secure-headers.ts"

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

/** A door without routes; a plugin's own listener is one too. */
export const door = (
  name: string,
  context: Context.Context<never>,
  options: DoorOptions = {}
): App => {
  const app: App = new Hono<Carried>()
  receive(app, { ...options, door: name, context, level: name === "operator" ? "Debug" : "Info" })
  app.notFound(unmatched(app))
  app.onError((error, c) => {
    Effect.runForkWith(context)(
      Effect.logError("a door failed", Cause.die(error), { request: c.env.requestId })
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
