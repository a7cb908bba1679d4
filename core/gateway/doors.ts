import type { AddressInfo } from "node:net"
import { Context, Effect, Exit, Scope } from "effect"
import type { App, Call } from "../http/app.ts"
import { mount } from "../http/bridge.ts"
import { operatorApp, publicApp } from "../http/doors.ts"
import { listen } from "../http/listen.ts"
import { Readiness } from "../http/readiness.ts"
import { listenTcp } from "../legacy/carriers/tcp.ts"
import { Front, type FrontRoute } from "../legacy/front.ts"
import { visitorBy } from "../login/current-customer.ts"
import { Sessions } from "../login/sessions.ts"
import { Stopping } from "../stopping.ts"
import { bookRoutes } from "./books.ts"
import { callbackRoute, verifyRoute } from "./callback.ts"
import { complaintRoutes } from "./complaints.ts"
import { customerRoutes } from "./customers.ts"
import type { Gateway } from "./gateway.ts"
import { heldRoutes } from "./held.ts"
import { deskRoutes } from "./login/handover.ts"
import { loginRoutes } from "./login/routes.ts"
import { noticeRoutes } from "./notices.ts"
import { notifyRoute } from "./notify.ts"
import { parkedRoutes } from "./parked.ts"
import { payRoutes } from "./pay/routes.ts"
import { refundRoutes } from "./refunds.ts"
import { shareRoutes } from "./share.ts"
import { todosRoute } from "./todos.ts"

/** Where a door can be reached. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** The public door as a value: WeChat's notifies and callbacks, logins and shares at the root, each plugin below its name. */
export const publicDoor = ({ context, plugins, settings }: Gateway): App => {
  const app = publicApp(context, settings)
  const own = [...loginRoutes, ...payRoutes, ...shareRoutes]
  mount(app, "", [notifyRoute, verifyRoute, callbackRoute, ...own], context)
  const visitor = visitorBy(Context.get(context, Sessions))
  const brought = (c: Call) =>
    visitor({ cookie: c.req.header("cookie"), authorization: c.req.header("authorization") })
  for (const { behaviour, context, name } of plugins)
    mount(app, `/${name}`, behaviour.routes, context, { brought })
  return app
}

/** The operator door as a value. */
export const operatorDoor = ({ context, plugins }: Gateway): App => {
  const app = operatorApp(context)
  const sales = new Map(
    plugins.flatMap(({ behaviour, name }) =>
      behaviour.sales === undefined ? [] : [[name, behaviour.sales] as const]
    )
  )
  const routes = [
    todosRoute,
    ...noticeRoutes,
    ...customerRoutes,
    ...parkedRoutes,
    ...refundRoutes,
    ...complaintRoutes,
    ...heldRoutes,
    ...bookRoutes(sales)
  ]
  mount(app, "", routes, context)
  return app
}

/** What the legacy door serves: the core's own desk, and every HTTP inlet below its plugin's name. */
export const legacyRoutes = ({ context, plugins }: Gateway): ReadonlyArray<FrontRoute> => [
  ...Effect.runSync(Effect.provide(deskRoutes, context)),
  ...plugins.flatMap(({ inlets, name }) =>
    inlets.flatMap(({ answer, inlet }) =>
      inlet.carrier === "http"
        ? [{ method: "POST" as const, path: `/${name}${inlet.path}` as const, answer }]
        : []
    )
  )
]

/** Opens every door of a gateway for as long as the scope lives; then each finishes what runs and closes. */
export const openDoors = Effect.fn("openDoors")(function* (gateway: Gateway) {
  const { drain, ready } = yield* Readiness.pipe(Effect.provide(gateway.context))
  const { begin } = yield* Stopping.pipe(Effect.provide(gateway.context))
  const { operatorHost, operatorPort } = gateway.settings
  // The last to close, so that whoever asks is told of the end.
  const operator = addressOf(
    yield* listen(operatorDoor(gateway), {
      door: "operator",
      host: operatorHost,
      port: operatorPort
    })
  )
  // Side by side: doors that close one after another take longer than whoever stops us waits.
  const scope = yield* Effect.acquireRelease(Scope.make("parallel"), (scope) =>
    Scope.close(scope, Exit.void)
  )
  const opened = yield* listenAll(gateway, scope)
  yield* ready("doors")
  // Runs first: no new work is sent here, and whoever waits long is told how things stand.
  yield* Effect.addFinalizer(() => Effect.andThen(drain, begin))
  return { operator, ...opened }
})

const listenAll = Effect.fnUntraced(function* (gateway: Gateway, scope: Scope.Scope) {
  const { host, legacyAllow: allow, legacyHost, legacyPort, port } = gateway.settings
  const legacy = { host: legacyHost, port: legacyPort, allow, routes: legacyRoutes(gateway) }
  /** What belongs to one door ends in its own order. */
  const beside = <A, E>(door: Effect.Effect<A, E, Scope.Scope>) =>
    Effect.flatMap(Scope.fork(scope, "sequential"), (own) => Scope.provide(door, own))
  return {
    public: addressOf(yield* beside(listen(publicDoor(gateway), { door: "public", host, port }))),
    legacy: addressOf(yield* beside(Front.listen(legacy))),
    tcp: yield* Effect.forEach(tcpInlets(gateway), ({ name, ...inlet }) =>
      Effect.map(beside(listenTcp({ ...inlet, allow })), (at) => ({
        plugin: name,
        ...addressOf(at)
      }))
    )
  }
})

const tcpInlets = ({ plugins }: Gateway) =>
  plugins.flatMap(({ inlets, name }) =>
    inlets.flatMap(({ answer, inlet }) => {
      if (inlet.carrier !== "tcp") return []
      const { framing, host, port } = inlet
      return [{ name, answer, framing, host, port }]
    })
  )

const addressOf = ({ address: host, port }: AddressInfo): Address => ({ host, port })
