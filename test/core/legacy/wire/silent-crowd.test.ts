import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { RawPeer } from "../../../support/raw-peer.ts"
import { SilentCrowd } from "../../../support/silent-crowd.ts"

it.effect(
  "five thousand sockets that say nothing cost less than 64 MB, and one that speaks is heard",
  () =>
    Effect.gen(function* () {
      const crowd = yield* Effect.acquireRelease(
        Effect.promise(() => SilentCrowd.gather()),
        (crowd) => Effect.promise(() => crowd.disperse())
      )
      const before = yield* Effect.promise(() => crowd.memory())
      yield* Effect.promise(() => crowd.join(5000))
      const peer = yield* RawPeer.dial({ address: "127.0.0.1", family: "IPv4", port: crowd.port })
      peer.say("POST /echo HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello")
      yield* peer.hears(/hello$/)
      const after = yield* Effect.promise(() => crowd.memory())
      assert.strictEqual(crowd.present, 5000)
      assert.isBelow((after - before) / 1024 / 1024, 64)
    })
)
