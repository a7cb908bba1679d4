import { Effect } from "effect"
import type { App } from "../http/app.ts"
import { mount } from "../http/bridge.ts"
import { operatorApp, publicApp } from "../http/doors.ts"
import { listen } from "../http/listen.ts"
import { Readiness } from "../http/readiness.ts"
import { listenTcp } from "../legacy/carriers/tcp.ts"
import { Front, type FrontRoute } from "../legacy/front.ts"
import type { Gateway } from "./gateway.ts"
import { notifyRoute } from "./notify.ts"
import { todosRoute } from "./todos.ts"

/** Where a door can be reached. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** The public door as a value: WeChat's notifies at the root, each plugin below its name. */
export const publicDoor = ({ context, plugins, settings }: Gateway): App => {
  const app = publicApp(context, settings)
  mount(app, "", [notifyRoute], context)
  for (const { behaviour, context, name } of plugins)
    mount(app, `/${name}`, behaviour.routes, context)
  return app
}

/** The operator door as a value. */
export const operatorDoor = ({ context }: Gateway): App => {
  const app = operatorApp(context)
  mount(app, "", [todosRoute], context)
  return app
}

/** What the legacy door serves: every HTTP inlet below its plugin's name. */
export const legacyRoutes = ({ plugins }: Gateway): ReadonlyArray<FrontRoute> =>
  plugins.flatMap(({ inlets, name }) =>
    inlets.flatMap(({ answer, inlet }) =>
      inlet.carrier === "http"
        ? [{ method: "POST" as const, path: `/${name}${inlet.path}` as const, answer }]
        : []
    )
  )

/** Opens every door of a gateway for as long as the scope lives; then each finishes what runs and closes. */
export const openDoors = Effect.fn("openDoors")(function* (gateway: Gateway) {
  const { context, plugins, settings } = gateway
  const { drain, ready } = yield* Readiness.pipe(Effect.provide(context))
  const allow = settings.legacyAllow
  const opened = {
    public: yield* listen(publicDoor(gateway), {
      door: "public",
      host: settings.host,
      port: settings.port
    }),
    operator: yield* listen(operatorDoor(gateway), {
      door: "operator",
      host: settings.operatorHost,
      port: settings.operatorPort
    }),
    legacy: yield* Front.listen({
      host: settings.legacyHost,
      port: settings.legacyPort,
      allow,
      routes: legacyRoutes(gateway)
    }),
    tcp: yield* Effect.forEach(
      plugins.flatMap(({ inlets, name }) => inlets.map((one) => ({ ...one, name }))),
      ({ answer, inlet, name }) =>
        inlet.carrier === "tcp"
          ? Effect.map(listenTcp({ ...inlet, allow, answer }), ({ address, port }) => [
              { plugin: name, host: address, port }
            ])
          : Effect.succeed([])
    )
  }
  yield* ready("doors")
  // Added last, so it runs first: no new work is sent here while the doors finish theirs.
  yield* Effect.addFinalizer(() => drain)
  return {
    public: addressOf(opened.public),
    operator: addressOf(opened.operator),
    legacy: addressOf(opened.legacy),
    tcp: opened.tcp.flat()
  }
})

const addressOf = ({
  address,
  port
}: {
  readonly address: string
  readonly port: number
}): Address => ({
  host: address,
  port
})
