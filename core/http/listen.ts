import type { AddressInfo } from "node:net"
import { Duration, Effect, Fiber, Option, Schedule, Schema, type Scope } from "effect"
import type { App } from "./app.ts"
import { type HttpServer, makeServer } from "./server.ts"

export interface Listening {
  /** What its operator calls it: "public". */
  readonly door: string
  readonly host: string
  /** 0 is any that is free. */
  readonly port: number
  /** How long what runs may take to finish when the door closes; 10 seconds unless said. */
  readonly drain?: Duration.Input
  /** How long a connection on which nothing happens stays then, as a request may be on its way; 1 second unless said. */
  readonly linger?: Duration.Input
  /** How long a caller may take to send the head of a request; 10 seconds unless said. */
  readonly headTime?: Duration.Input
}

/** The address is another program's, or not ours to take. */
export class CannotListen extends Schema.TaggedError<CannotListen>()("CannotListen", {
  door: Schema.String,
  address: Schema.String,
  reason: Schema.String
}) {
  override readonly message = `The ${this.door} door cannot open at ${this.address}: ${this.reason}`
}

/** Opens a door until the scope ends. Then nobody new is let in, what runs is finished within the bound, and the door closes. */
export const listen = (
  app: Pick<App, "fetch">,
  listening: Listening
): Effect.Effect<AddressInfo, CannotListen, Scope.Scope> =>
  Effect.acquireRelease(open(app, listening), (server) => close(server, listening)).pipe(
    Effect.map(({ node }) => node.address() as AddressInfo)
  )

const open = Effect.fn("listen.open")(function* (
  app: Pick<App, "fetch">,
  { door, host, port, headTime = "10 seconds" }: Listening
) {
  const fork = Effect.runForkWith(yield* Effect.context<never>())
  return yield* Effect.callback<HttpServer, CannotListen>((resume) => {
    const server = makeServer(app, Duration.toMillis(headTime))
    server.node.on("error", ({ code = "", message }: NodeJS.ErrnoException) => {
      const reason = reasons[code] ?? message
      if (server.node.listening)
        fork(Effect.logError("a door cannot let anybody in", { door, reason }))
      else resume(Effect.fail(new CannotListen({ door, address: `${host}:${port}`, reason })))
    })
    server.node.listen(port, host, () => resume(Effect.succeed(server)))
  })
})

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "another program listens there. Stop it, or choose another port",
  EACCES: "this user may not have that port. Choose one above 1023",
  EADDRNOTAVAIL: "this machine does not have that address",
  EMFILE: "this process has all the files and connections open that the system lets it have",
  ENOTFOUND: "there is no machine of that name"
}

const close = Effect.fn("listen.close")(function* (
  server: HttpServer,
  { door, drain = "10 seconds", linger = "1 second" }: Listening
) {
  server.leave()
  yield* Effect.timeoutOption(letIn(server), linger)
  const stop = Effect.callback<void>((resume) => server.stop(() => resume(Effect.void)))
  const gone = Fiber.join(yield* Effect.forkChild(stop, { startImmediately: true }))
  const sweeping = Effect.repeat(Effect.sync(server.sweep), Schedule.spaced("50 millis"))
  yield* Effect.timeoutOption(gone, linger)
  const closed = yield* Effect.timeoutOption(Effect.raceFirst(gone, sweeping), drain)
  if (Option.isSome(closed)) return
  yield* Effect.logWarning("a door closed before all was answered", {
    door,
    connections: server.connections()
  })
  server.cut()
  yield* gone
})

/** Who has connected by now is let in; the event loop takes them one a turn. */
const letIn = Effect.fnUntraced(function* (server: HttpServer) {
  for (let known = -1; known < server.accepted(); ) {
    known = server.accepted()
    for (let turn = 0; turn < 10; turn++) yield* Effect.yieldNow
  }
})
