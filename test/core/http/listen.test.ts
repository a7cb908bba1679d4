import { createServer } from "node:net"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Schedule, Scope } from "effect"
import { CannotListen, listen } from "../../../core/http/listen.ts"
import { route } from "../../../core/plugin/route.ts"
import { doorWith } from "../../support/door.ts"
import { logbook } from "../../support/logbook.ts"
import { RawPeer } from "../../support/raw-peer.ts"

const here = { door: "public", host: "127.0.0.1", port: 0 }
const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`

/** A door in a scope of its own, so that a test can close it. */
const opened = Effect.fnUntraced(function* (
  handle: Effect.Effect<{ status: number; body?: string | Uint8Array }>,
  options: Partial<Parameters<typeof listen>[1]> = {}
) {
  const scope = yield* Scope.make()
  yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
  const app = doorWith([route.raw("GET", "/", () => handle)], yield* Effect.context<never>())
  const address = yield* Scope.provide(listen(app, { ...here, ...options }), scope)
  return { address, close: Scope.close(scope, Exit.void) }
})

describe("a door", () => {
  it.live("that cannot open says where and why", () =>
    Effect.gen(function* () {
      const other = createServer().listen(0, "127.0.0.1")
      yield* Effect.addFinalizer(() => Effect.sync(() => other.close()))
      yield* Effect.callback<void>(
        (resume) => void other.once("listening", () => resume(Effect.void))
      )
      const { port } = other.address() as { port: number }

      const taken = yield* Effect.flip(opened(Effect.succeed({ status: 200 }), { port }))
      assert.instanceOf(taken, CannotListen)
      assert.strictEqual(
        taken.message,
        `The public door cannot open at 127.0.0.1:${port}: another program listens there. Stop it, or choose another port`
      )
      const foreign = yield* Effect.flip(opened(Effect.never, { host: "192.0.2.1" }))
      assert.match(foreign.message, /192\.0\.2\.1:0: this machine does not have that address$/)
    }).pipe(Effect.scoped)
  )

  it.live("answers probes that speak HTTP/1.0 and send no Host", () =>
    Effect.gen(function* () {
      const { address } = yield* opened(Effect.succeed({ status: 200, body: "ok" }))
      const peer = yield* RawPeer.dial(address)
      peer.say("GET / HTTP/1.0\r\n\r\n")
      assert.match((yield* peer.ends)[0], /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nok$/)
    }).pipe(Effect.scoped)
  )

  it.live("counts a body that comes in chunks, and does not take more than it allows", () =>
    Effect.gen(function* () {
      const app = doorWith([route.raw("POST", "/", () => Effect.succeed({ status: 200 }))])
      const peer = yield* RawPeer.dial(yield* listen(app, here))
      peer.say("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")
      const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`
      for (let sent = 0; sent <= 1 << 20; sent += 0x10000) peer.say(chunk)
      yield* peer.hears(/^HTTP\/1\.1 413 [\s\S]*BodyTooLarge/)
    }).pipe(Effect.scoped)
  )

  it.live("does not wait for ever for the head of a request", () =>
    Effect.gen(function* () {
      const { address } = yield* opened(Effect.succeed({ status: 200 }), { headTime: "500 millis" })
      const peer = yield* RawPeer.dial(address)
      peer.say("GET / HTTP/1.1\r\nHost: a\r\nX: ")
      yield* Effect.forkScoped(
        Effect.repeat(
          Effect.sync(() => peer.say("x")),
          Schedule.spaced("50 millis")
        )
      )
      assert.match((yield* peer.ends)[0], /^HTTP\/1\.1 408 Request Timeout\r\nConnection: close/)
    }).pipe(Effect.scoped)
  )
})

describe("a door that closes", () => {
  it.live("answers every request it has heard, and breaks none, under load", () =>
    Effect.gen(function* () {
      const { address, close } = yield* opened(
        Effect.as(Effect.sleep("5 millis"), { status: 200, body: "done" }),
        { linger: "20 seconds" }
      )
      let callers = 0
      let answers = 0
      const underLoad = yield* Deferred.make<void>()
      const answered = (peer: RawPeer) =>
        Effect.raceFirst(
          peer.hears(/^HTTP\/1\.1 200 [\s\S]*?\r\n\r\ndone/),
          Effect.andThen(peer.ends, Effect.die("a request was not answered"))
        )
      const caller = Effect.gen(function* () {
        const peer = yield* RawPeer.dial(address)
        callers++
        for (let head = ""; !/connection: close/i.test(head); answers++) {
          peer.say(get("/"))
          head = yield* answered(peer)
          if (callers === 100 && answers > 200) yield* Deferred.succeed(underLoad, undefined)
        }
        return (yield* peer.ends)[1]
      }).pipe(Effect.scoped)
      const calling = yield* Effect.forEach(Array(100).keys(), () => Effect.forkChild(caller))
      yield* Deferred.await(underLoad)
      yield* close

      const ends = yield* Effect.forEach(calling, Fiber.join)
      assert.deepStrictEqual([...new Set(ends)], ["end"])
    }).pipe(Effect.scoped)
  )

  it.live("sends a large answer to its end, however slowly it is read", () =>
    Effect.gen(function* () {
      const body = new Uint8Array(8 << 20).fill(97)
      const { address, close } = yield* opened(Effect.succeed({ status: 200, body }))
      const peer = yield* RawPeer.dial(address)
      peer.say(get("/"))
      yield* peer.hears(/\r\n\r\n/)
      peer.socket.pause()
      const closing = yield* Effect.forkChild(close)
      yield* Effect.sleep("300 millis")
      peer.socket.resume()
      assert.strictEqual((yield* peer.ends)[0].length, body.length)
      yield* Fiber.join(closing)
    }).pipe(Effect.scoped)
  )

  it.live("does not wait for connections on which nothing happens", () =>
    Effect.gen(function* () {
      const { address, close } = yield* opened(Effect.succeed({ status: 200, body: "ok" }))
      const peer = yield* RawPeer.dial(address)
      peer.say(get("/"))
      yield* peer.hears(/ok$/)
      const start = performance.now()
      yield* close
      assert.isBelow(performance.now() - start, 5_000)
    }).pipe(Effect.scoped)
  )

  it.live("stops what has not ended within the bound, and says so", () =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const stopped = yield* Deferred.make<void>()
      const { address, close } = yield* opened(
        Effect.onInterrupt(Effect.never, () => Deferred.succeed(stopped, undefined)),
        { linger: 0, drain: "200 millis" }
      ).pipe(Effect.provideContext(log.context))
      const peer = yield* RawPeer.dial(address)
      peer.say(get("/"))
      yield* Effect.sleep("50 millis")
      yield* Effect.provideContext(close, log.context)
      yield* Deferred.await(stopped)
      yield* peer.ends
      const warning = (yield* log.events).find(({ level }) => level === "warn")
      assert.deepInclude(warning, { door: "public", connections: 1 })
    }).pipe(Effect.scoped)
  )
})
