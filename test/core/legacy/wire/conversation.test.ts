import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Scope } from "effect"
import { TestClock } from "effect/testing"
import { listenTcp } from "../../../../core/legacy/carriers/tcp.ts"
import { counted, echoing, hello, inTime, RawPeer, settled } from "../../../support/raw-peer.ts"

describe("an answer counts as delivered", () => {
  /** Says hello, does something while the answer is made, and tells what was delivered. */
  const meanwhile = Effect.fnUntraced(function* (act: (peer: RawPeer) => void) {
    const gate = yield* Deferred.make<void>()
    const scope = yield* Scope.make()
    const { address, began, delivered } = yield* Scope.provide(
      echoing({}, Deferred.await(gate)),
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

it.effect("a message that is not whole is counted by what is wrong with it", () =>
  Effect.gen(function* () {
    const { address } = yield* echoing({ limits: { bytes: 10 } })
    const peer = yield* RawPeer.dial(address)
    peer.say("\0\x0b")
    yield* peer.hears(/too large/)
    assert.strictEqual(yield* counted("broken_messages", "too large"), 1)
  })
)

it.effect("a peer that talks on while it is answered is slowed down, and nothing is lost", () =>
  Effect.gen(function* () {
    const gate = yield* Deferred.make<void>()
    const { address, began, messages } = yield* echoing({}, Deferred.await(gate))
    const peer = yield* RawPeer.dial(address)
    const packet = Buffer.alloc(2 + 60_000, "x")
    packet.writeUInt16BE(60_000)
    let said = 0
    const talk = (): void => {
      if (said++ < 400) peer.socket.write(packet, talk)
      else peer.socket.end()
    }
    talk()
    yield* began
    for (let before = -1; before < said; yield* settled) before = said
    // What the kernel holds of both sides is less than 18 MB.
    assert.isBelow(said, 300)
    yield* Deferred.succeed(gate, undefined)
    const [heard] = yield* inTime(peer.ends)
    assert.strictEqual(heard.length, 400 * packet.length)
    assert.strictEqual(messages.length, 400)
  })
)
