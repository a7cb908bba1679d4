import { Context, type Effect } from "effect"
import type { App } from "../../core/http/app.ts"
import { mount } from "../../core/http/bridge.ts"
import { route } from "../../core/plugin/route.ts"

class Seats extends Context.Service<Seats, { readonly free: Effect.Effect<string> }>()("Seats") {}

declare const app: App
declare const withSeats: Context.Context<Seats>
const routes = [
  route.raw("GET", "/free", () => Seats.use(({ free }) => free as Effect.Effect<never>))
]

mount(app, "/airline", routes, withSeats)

// @ts-expect-error a handler needs a service that the door's context does not have
mount(app, "/airline", routes, Context.empty())

// @ts-expect-error a prefix begins with a slash
mount(app, "airline", routes, withSeats)
