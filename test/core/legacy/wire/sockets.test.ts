import { networkInterfaces } from "node:os"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Scope } from "effect"
import { listenTcp } from "../../../../core/legacy/carriers/tcp.ts"
import { guestList, type Limits } from "../../../../core/legacy/wire/callers.ts"
import {
  counted,
  echo,
  echoing,
  hello,
  inTime,
  RawPeer,
  settled
} from "../../../support/raw-peer.ts"

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
      const { address, messages } = yield* echoing({ host: outside ?? "" })
      const stranger = yield* RawPeer.dial(address)
      yield* stranger.ends
      assert.strictEqual(yield* counted("sockets_strangers"), 1)
      assert.deepStrictEqual(messages, [])
    })
  )

  it.effect.runIf(outside !== undefined)(
    "a guest is heard, also on a listener that speaks IPv6",
    () =>
      Effect.gen(function* () {
        const { address, messages } = yield* echoing({ host: "::", allow: [`${outside}/32`] })
        const guest = yield* RawPeer.dial({ ...address, address: outside ?? "" })
        guest.say(hello)
        yield* guest.hears(/hello/)
        assert.strictEqual(messages[0]?.peer, outside)
      })
  )

  it.effect("a list that is none, or a port in use, is told before anything listens", () =>
    Effect.gen(function* () {
      const { address } = yield* echoing()
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
  it.effect("the longest silent makes room, never one that has spoken", () =>
    Effect.gen(function* () {
      const { address } = yield* echoing({ limits: { callers: 3 } })
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

  it.effect.runIf(process.platform === "linux")(
    "an address with many silent sockets makes room before one with few",
    () =>
      Effect.gen(function* () {
        const { address } = yield* echoing({ limits: { callers: 3 } })
        const till = yield* RawPeer.dial(address, "127.0.0.2")
        const first = yield* RawPeer.dial(address)
        const second = yield* RawPeer.dial(address)
        yield* RawPeer.dial(address, "127.0.0.3")
        yield* first.ends
        for (const peer of [till, second]) {
          peer.say(hello)
          yield* peer.hears(/hello/)
        }
      })
  )

  it.effect("a burst leaves no more than there is room for", () =>
    Effect.gen(function* () {
      const { address } = yield* echoing({ limits: { callers: 3 } })
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
      const { address } = yield* echoing({ limits: { callers: 1 } })
      const first = yield* RawPeer.dial(address)
      first.say(hello)
      yield* first.hears(/hello/)
      const second = yield* RawPeer.dial(address)
      yield* second.ends
      assert.strictEqual(yield* counted("sockets_crowded"), 1)
      first.socket.end()
      yield* inTime(first.ends)
      const third = yield* RawPeer.dial(address)
      third.say(hello)
      yield* third.hears(/hello/)
    })
  )
})

describe("when the door closes", () => {
  const closing = Effect.fnUntraced(function* (limits: Partial<Limits> = {}) {
    const gate = yield* Deferred.make<void>()
    const scope = yield* Scope.make()
    const { address, began } = yield* Scope.provide(
      echoing({ limits }, Deferred.await(gate)),
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
