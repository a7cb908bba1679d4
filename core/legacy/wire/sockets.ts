import { type AddressInfo, createServer, type Server, type Socket } from "node:net"
import { Effect, FiberSet, Metric, Schema, type Scope } from "effect"
import { type Caller, Callers, defaults, guestList, type Limits, type Owner } from "./callers.ts"

/** Where to listen, and to whom. */
export interface Listening {
  readonly host: string
  readonly port: number
  /** Addresses and networks that may call, beside this machine. */
  readonly allow?: ReadonlyArray<string>
  readonly limits?: Partial<Limits>
}

export class ListenFailed extends Schema.TaggedError<ListenFailed>()("ListenFailed", {
  host: Schema.String,
  port: Schema.Int,
  reason: Schema.String
}) {
  override readonly message = `Cannot listen on ${this.host}:${this.port}: ${this.reason}`
}

const counter = (name: string, description: string) =>
  Metric.counter(`weir_legacy_${name}_total`, { description, incremental: true })
const accepted = counter("sockets_accepted", "Sockets of old systems that were let in")
const strangers = counter(
  "sockets_strangers",
  "Sockets closed at once: the address is not on the list"
)
const crowded = counter(
  "sockets_crowded",
  "Sockets closed at once: no room, and nobody silent to make it"
)

/**
 * Listens for old systems while the scope lasts, then lets what runs end. This is all there is about their sockets: who may
 * come, how many, how long each may take. `open` gives a socket its owner when the first byte comes.
 */
export const listenSockets: (
  where: Listening,
  open: (caller: Caller) => Owner
) => Effect.Effect<AddressInfo, ListenFailed, Scope.Scope> = Effect.fnUntraced(
  function* (where, open) {
    const limits = { ...defaults, ...where.limits }
    const guests = yield* Effect.try({
      try: () => guestList(where.allow ?? []),
      catch: (cause) => failed(where, cause)
    })
    const context = yield* Effect.context<never>()
    const running = yield* FiberSet.make()
    const callers = new Callers(limits, yield* FiberSet.runtime(running)())
    yield* Effect.sync(() => callers.tick()).pipe(
      Effect.delay(Callers.sweep),
      Effect.forever,
      Effect.forkScoped
    )

    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const peer = addressOf(socket)
      const known = peer !== "" && guests.check(peer, peer.includes(":") ? "ipv6" : "ipv4")
      const caller = known ? callers.admit(socket, peer) : undefined
      const count = caller ? accepted : known ? crowded : strangers
      count.updateUnsafe(1, context)
      if (caller === undefined) socket.destroy()
      else attend(caller, callers, open)
    })
    return yield* Effect.acquireRelease(bind(server, where), () =>
      drain(server, callers, running, limits)
    )
  }
)

/** The listeners of a socket, for its life: putting them on anew for each owner would cost more than all else. */
const attend = (caller: Caller, callers: Callers, open: (caller: Caller) => Owner): void => {
  const { socket } = caller
  socket.on("data", (bytes: Buffer) => {
    if (caller.owner === undefined) {
      callers.heard(caller)
      caller.owner = open(caller)
    }
    caller.owner.data(bytes)
  })
  socket.on("end", () => {
    if (caller.owner === undefined) socket.destroy()
    else caller.owner.ended()
  })
  socket.on("drain", () => caller.owner?.drained?.())
  socket.on("error", ignored)
  socket.on("close", () => {
    callers.remove(caller)
    caller.owner?.closed()
  })
}

/** "close" follows each error and says enough. */
const ignored = (): void => {}

/** Without what a listener on IPv6 adds: `::ffff:` before IPv4, a network card after `%`. Empty if the peer has gone already. */
const addressOf = ({ remoteAddress = "" }: Socket): string =>
  remoteAddress.replace(/^::ffff:|%.*$/g, "")

const failed = ({ host, port }: Listening, cause: unknown): ListenFailed =>
  new ListenFailed({ host, port, reason: cause instanceof Error ? cause.message : String(cause) })

const bind = (server: Server, where: Listening): Effect.Effect<AddressInfo, ListenFailed> =>
  Effect.callback((resume) => {
    // Later errors are of single sockets that could not be accepted; by then nobody waits for this.
    server.on("error", (error) => resume(Effect.fail(failed(where, error))))
    server.listen({ host: where.host, port: where.port }, () => {
      const address = server.address()
      if (address !== null && typeof address === "object") resume(Effect.succeed(address))
    })
  })

/** Nothing new comes in; what runs may end within the limit; then all is closed. */
const drain = Effect.fnUntraced(function* (
  server: Server,
  callers: Callers,
  running: FiberSet.FiberSet,
  limits: Limits
) {
  const closed = Effect.callback<void>((resume) => {
    server.close(() => resume(Effect.void))
    callers.retire()
  })
  yield* Effect.all([closed, FiberSet.awaitEmpty(running)], { concurrency: 2 }).pipe(
    Effect.timeoutOption(limits.drain),
    Effect.interruptible
  )
  callers.dismiss()
})
