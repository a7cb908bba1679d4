import { networkInterfaces } from "node:os"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Metric, Scope } from "effect"
import { TestClock } from "effect/testing"
import { listenTcp } from "../../../../core/legacy/carriers/tcp.ts"
import { guestList, type Limits } from "../../../../core/legacy/wire/callers.ts"
import { echo, inTime, RawPeer, settled } from "../../../support/raw-peer.ts"

const listen = Effect.fnUntraced(function* (
  {
    host = "127.0.0.1",
    allow = [] as ReadonlyArray<string>,
    gate = Effect.void as Effect.Effect<void>
  },
  limits: Partial<Limits> = {}
) {
  const till = echo(gate)
  const address = yield* listenTcp({
    host,
    port: 0,
    framing: { kind: "length-2" },
    answer: till.answer,
    allow,
    limits
  })
  return { address, ...till }
})

const hello = "\0\x05hello"
const counted = (what: string) =>
  Effect.map(Metric.snapshot, (metrics) => {
    const metric = metrics.find(({ id }) => id === `weir_legacy_sockets_${what}_total`)
    return metric?.type === "Counter" ? metric.state.count : 0
  })

describe("who may come", () => {
  const outside = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address

  it("an entry is an address or a network, and this machine is always on the list", () => {
    const guests = guestList(["10.1.0.0/16", "192.0.2.7", "fd00::/8"])
    assert.isTrue(guests.check("127.0.0.1"))
    assert.isTrue(guests.check("::1", "ipv6"))
    assert.isTrue(guests.check("10.1.2.3"))
    assert.isTrue(guests.check("fd00::1", "ipv6"))
    assert.isTrue(guests.check("192.0.2.7"))
    assert.isFalse(guests.check("192.0.2.8"))
    for (const entry of ["till-3", "10.1.0.0/", "10.1.0.0/99", "10.1.0/16", ""]) {
      assert.throws(() => guestList([entry]))
    }
  })

  it.effect.runIf(outside !== undefined)("a stranger is closed at once and counted", () =>
    Effect.gen(function* () {
      const { address, messages } = yield* listen({ host: outside ?? "" })
      const stranger = yield* RawPeer.dial(address)
      yield* stranger.ends
      assert.strictEqual(yield* counted("strangers"), 1)
      assert.deepStrictEqual(messages, [])
    })
  )

  it.effect.runIf(outside !== undefined)(
    "a guest is heard, also on a listener that speaks IPv6",
    () =>
      Effect.gen(function* () {
        const { address, messages } = yield* listen({ host: "::", allow: [`${outside}/32`] })
        const guest = yield* RawPeer.dial({ ...address, address: outside ?? "" })
        guest.say(hello)
        yield* guest.hears(/hello/)
        assert.strictEqual(messages[0]?.peer, outside)
      })
  )

  it.effect("a list that is none, or a port in use, is told before anything listens", () =>
    Effect.gen(function* () {
      const { address } = yield* listen({})
      const where = {
        host: "127.0.0.1",
        framing: { kind: "close" },
        answer: echo().answer
      } as const
      const taken = yield* Effect.flip(listenTcp({ ...where, port: address.port }))
      const unclear = yield* Effect.flip(listenTcp({ ...where, port: 0, allow: ["the tills"] }))
      assert.match(taken.message, /^Cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/)
      assert.match(unclear.message, /the tills is neither an address nor a network/)
    })
  )
})

describe("when there is no more room", () => {
  it.effect("the longest silent of the address with most of them makes room", () =>
    Effect.gen(function* () {
      const { address } = yield* listen({}, { callers: 3 })
      const first = yield* RawPeer.dial(address)
      first.say(hello)
      yield* first.hears(/hello/)
      const second = yield* RawPeer.dial(address)
      const third = yield* RawPeer.dial(address)
      const fourth = yield* RawPeer.dial(address)
      yield* second.ends
      for (const peer of [first, third, fourth]) {
        peer.say(hello)
        yield* peer.hears(/hello/)
      }
    })
  )

  it.effect("a burst leaves no more than there is room for", () =>
    Effect.gen(function* () {
      const { address } = yield* listen({}, { callers: 3 })
      const burst = yield* Effect.all(
        Array.from({ length: 10 }, () => RawPeer.dial(address)),
        { concurrency: 10 }
      )
      yield* settled
      assert.strictEqual(burst.filter(({ over }) => over === undefined).length, 3)
    })
  )

  it.effect("nobody is sent away who has spoken: the newcomer is", () =>
    Effect.gen(function* () {
      const { address } = yield* listen({}, { callers: 1 })
      const first = yield* RawPeer.dial(address)
      first.say(hello)
      yield* first.hears(/hello/)
      const second = yield* RawPeer.dial(address)
      yield* second.ends
      assert.strictEqual(yield* counted("crowded"), 1)
      first.socket.end()
      yield* inTime(first.ends)
      const third = yield* RawPeer.dial(address)
      third.say(hello)
      yield* third.hears(/hello/)
    })
  )
})

describe("an answer counts as delivered", () => {
  /** Says hello, does something while the answer is made, and tells what was delivered. */
  const meanwhile = Effect.fnUntraced(function* (act: (peer: RawPeer) => void) {
    const gate = yield* Deferred.make<void>()
    const scope = yield* Scope.make()
    const { address, began, delivered } = yield* Scope.provide(
      listen({ gate: Deferred.await(gate) }),
      scope
    )
    const peer = yield* RawPeer.dial(address)
    peer.say(hello)
    yield* began
    act(peer)
    yield* settled
    yield* Deferred.succeed(gate, undefined)
    yield* inTime(Scope.close(scope, Exit.void))
    return { peer, delivered }
  })

  it.effect("when its bytes have left", () =>
    Effect.gen(function* () {
      const { delivered, peer } = yield* meanwhile(() => {})
      assert.deepStrictEqual(delivered, ["hello"])
      assert.strictEqual(peer.heard, hello)
    })
  )

  it.effect("not when its caller has reset the socket", () =>
    Effect.gen(function* () {
      const { delivered } = yield* meanwhile(({ socket }) => socket.resetAndDestroy())
      assert.deepStrictEqual(delivered, [])
    })
  )

  it.effect("not when its caller has closed and is gone", () =>
    Effect.gen(function* () {
      const { delivered } = yield* meanwhile(({ socket }) => socket.destroy())
      assert.deepStrictEqual(delivered, [])
    })
  )

  it.effect("when its caller has no more to say but listens", () =>
    Effect.gen(function* () {
      const { delivered, peer } = yield* meanwhile(({ socket }) => socket.end())
      assert.deepStrictEqual(delivered, ["hello"])
      assert.strictEqual(peer.heard, hello)
    })
  )

  it.effect("not when its caller never takes it", () =>
    Effect.gen(function* () {
      const delivered: Array<string> = []
      const address = yield* listenTcp({
        host: "127.0.0.1",
        port: 0,
        framing: { kind: "close" },
        answer: () =>
          Effect.succeed({
            bytes: Buffer.alloc(32 * 1024 * 1024),
            delivered: Effect.sync(() => void delivered.push("it"))
          })
      })
      const peer = yield* RawPeer.dial(address)
      peer.socket.pause()
      peer.socket.end(hello)
      const gone = Effect.callback<void>((resume) => {
        peer.socket.on("close", () => resume(Effect.void))
      })
      yield* inTime(Effect.andThen(TestClock.adjust("20 seconds"), settled))
      peer.socket.resume()
      yield* inTime(gone)
      assert.deepStrictEqual(delivered, [])
    })
  )
})

it.effect("a peer that talks on while it is answered is slowed down, and nothing is lost", () =>
  Effect.gen(function* () {
    const gate = yield* Deferred.make<void>()
    const { address, began, messages } = yield* listen({ gate: Deferred.await(gate) })
    const peer = yield* RawPeer.dial(address)
    const packet = Buffer.alloc(2 + 60_000, "x")
    packet.writeUInt16BE(60_000)
    let said = 0
    const talk = (): void => {
      if (said++ < 1000) peer.socket.write(packet, talk)
      else peer.socket.end()
    }
    talk()
    yield* began
    for (let before = -1; before < said; yield* settled) before = said
    // What the kernel holds of both sides is less than 18 MB.
    assert.isBelow(said, 300)
    yield* Deferred.succeed(gate, undefined)
    const [heard] = yield* inTime(peer.ends)
    assert.strictEqual(heard.length, 1000 * packet.length)
    assert.strictEqual(messages.length, 1000)
  })
)

describe("when the door closes", () => {
  const closing = Effect.fnUntraced(function* (limits: Partial<Limits> = {}) {
    const gate = yield* Deferred.make<void>()
    const scope = yield* Scope.make()
    const { address, began } = yield* Scope.provide(
      listen({ gate: Deferred.await(gate) }, limits),
      scope
    )
    const busy = yield* RawPeer.dial(address)
    const idle = yield* RawPeer.dial(address)
    const half = yield* RawPeer.dial(address)
    busy.say(`${hello}${hello}`)
    half.say("\0\x05he")
    yield* began
    yield* settled
    const closed = yield* Effect.forkChild(Scope.close(scope, Exit.void))
    return { address, busy, closed, gate, half, idle }
  })

  it.effect("what runs ends, and nothing begins", () =>
    Effect.gen(function* () {
      const { address, busy, closed, gate, half, idle } = yield* closing()
      assert.deepStrictEqual((yield* idle.ends)[0], "")
      assert.deepStrictEqual((yield* half.ends)[0], "")
      assert.isTrue(Exit.isFailure(yield* Effect.exit(RawPeer.dial(address))))
      yield* Deferred.succeed(gate, undefined)
      assert.deepStrictEqual(yield* busy.ends, [hello, "end"])
      busy.socket.end()
      yield* Fiber.join(closed)
    })
  )

  it.effect("what does not end in time is cut off", () =>
    Effect.gen(function* () {
      const { busy, closed } = yield* closing({ drain: "5 seconds" })
      yield* inTime(Fiber.join(closed))
      assert.deepStrictEqual((yield* busy.ends)[0], "")
    })
  )
})
