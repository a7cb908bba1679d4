import { Context, Effect } from "effect"
import type { App } from "../../core/http/app.ts"
import { mount } from "../../core/http/bridge.ts"
import { publicApp } from "../../core/http/doors.ts"
import type { Route } from "../../core/plugin/route.ts"

/** A public door with these routes at its root. */
export const doorWith = <R = never>(
  routes: ReadonlyArray<Route<R>>,
  context: Context.Context<R> = Context.empty() as Context.Context<R>
): App => {
  const app = publicApp(context)
  mount(app, "", routes, context)
  return app
}

export interface Told {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body as JSON; `undefined` if it is not. */
  readonly json: unknown
}

/** Asks without a port. */
export const ask = (app: App, path: string, init?: RequestInit): Effect.Effect<Told> =>
  Effect.promise(async () => {
    const response = await app.request(path, init)
    const text = await response.text()
    const isJson = response.headers.get("content-type")?.endsWith("json") === true
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: isJson ? JSON.parse(text) : undefined
    }
  })

export const json = (body: unknown, method = "POST"): RequestInit => ({
  method,
  headers: { "content-type": "application/json" },
  body: typeof body === "string" ? body : JSON.stringify(body)
})
