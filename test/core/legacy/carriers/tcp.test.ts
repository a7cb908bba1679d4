import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { type Framing, listenTcp } from "../../../../core/legacy/carriers/tcp.ts"
import { type Packet, PacketCutter } from "../../../../core/legacy/wire/packets.ts"
import { echo, inTime, RawPeer, settled, textOf } from "../../../support/raw-peer.ts"

const request = readFileSync(
  new URL("../../../fixtures/legacy/pos-bankall-request.gbk.bin", import.meta.url)
)
const mis: Framing = { kind: "fixed", bytes: 159, shortest: 59 }

const port = Effect.fnUntraced(function* (framing: Framing, bytes = 1000) {
  const till = echo()
  const address = yield* listenTcp({
    host: "127.0.0.1",
    port: 0,
    framing,
    answer: till.answer,
    limits: { bytes }
  })
  return { peer: yield* RawPeer.dial(address), ...till }
})

/** What is said, and all that is heard until the end when the peer then ends or falls silent. */
const talks: ReadonlyArray<
  readonly [rule: string, framing: Framing, said: string, ended: string, silent: string]
> = [
  [
    "messages of a fixed width follow each other",
    { kind: "fixed", bytes: 3 },
    "onetwo",
    "onetwo",
    "onetwo"
  ],
  [
    "less than the width is half a message",
    { kind: "fixed", bytes: 3 },
    "onet",
    "onehalf a message",
    "onehalf a message"
  ],
  [
    "a short message is whole once nothing follows",
    { kind: "fixed", bytes: 3, shortest: 2 },
    "onetw",
    "onetw",
    "onetw"
  ],
  [
    "less than the shortest is half a message",
    { kind: "fixed", bytes: 3, shortest: 2 },
    "o",
    "half a message",
    "half a message"
  ],
  [
    "two bytes may say how long a message is",
    { kind: "length-2" },
    "\0\x03one\0\x05three",
    "\0\x03one\0\x05three",
    "\0\x03one\0\x05three"
  ],
  ["an empty message is a sign of life", { kind: "length-2" }, "\0\0\0\x01a", "\0\x01a", "\0\x01a"],
  [
    "fewer bytes than said are half a message",
    { kind: "length-2" },
    "\0\x03on",
    "\0\x0ehalf a message",
    "\0\x0ehalf a message"
  ],
  [
    "more than the limit is refused before it comes",
    { kind: "length-2" },
    "\x40\0x",
    "\0\x09too large",
    "\0\x09too large"
  ],
  [
    "four digits may say how long a message is",
    { kind: "digits-4" },
    "0003one0005three",
    "0003one0005three",
    "0003one0005three"
  ],
  [
    "what are no digits is malformed, and nothing more is read",
    { kind: "digits-4" },
    "0003one00 3two",
    "0003one0009malformed",
    "0003one0009malformed"
  ],
  [
    "a message may last until its sender ends",
    { kind: "close" },
    "one and all",
    "one and all",
    "half a message"
  ],
  ["and has its limit", { kind: "close" }, "x".repeat(1001), "too large", "too large"],
  ["nothing at all is no message", { kind: "close" }, "", "", ""]
]

describe("a TCP inlet", () => {
  it.effect.each(talks)("%s (%#, ended)", ([, framing, said, heard]) =>
    Effect.gen(function* () {
      const { peer } = yield* port(framing)
      peer.say(said)
      peer.socket.end()
      assert.deepStrictEqual(yield* inTime(peer.ends), [heard, "end"])
    })
  )

  it.effect.each(talks)("%s (%#, silent)", ([, framing, said, , heard]) =>
    Effect.gen(function* () {
      const { peer } = yield* port(framing)
      peer.say(said)
      yield* settled
      assert.deepStrictEqual(yield* inTime(peer.ends), [heard, "end"])
    })
  )

  it.effect(
    "the request of a bank MIS is whole with 159 bytes, and with the 59 its DLL may send",
    () =>
      Effect.gen(function* () {
        const { peer, messages, delivered } = yield* port(mis)
        peer.say(Buffer.concat([request, request.subarray(0, 59)]))
        peer.socket.end()
        yield* inTime(peer.ends)
        assert.deepStrictEqual(messages, [
          { carrier: "tcp", peer: "127.0.0.1", bytes: request },
          { carrier: "tcp", peer: "127.0.0.1", bytes: request.subarray(0, 59) }
        ])
        assert.deepStrictEqual(delivered, messages.map(textOf))
      })
  )

  it.effect("an answer its prefix cannot tell is not sent", () =>
    Effect.gen(function* () {
      const address = yield* listenTcp({
        host: "127.0.0.1",
        port: 0,
        framing: { kind: "digits-4" },
        answer: () => Effect.succeed({ bytes: Buffer.alloc(10_000), delivered: Effect.die("no") })
      })
      const peer = yield* RawPeer.dial(address)
      peer.say("0003one")
      assert.strictEqual((yield* peer.ends)[0], "")
    })
  )
})

describe("packets", () => {
  const cut = (framing: Framing, pieces: ReadonlyArray<Uint8Array>): ReadonlyArray<string> => {
    const cutter = new PacketCutter(framing, 10_000)
    const packets: Array<Packet> = []
    for (const piece of pieces) {
      cutter.push(piece)
      for (let next = cutter.next(); next !== undefined; next = cutter.next()) packets.push(next)
    }
    return packets.map(({ bytes }) => Buffer.from(bytes).toString("latin1"))
  }
  const streams: Record<string, [Framing, (packet: Buffer) => Buffer]> = {
    fixed: [{ kind: "fixed", bytes: 5 }, (packet) => Buffer.alloc(5, packet)],
    "length-2": [
      { kind: "length-2" },
      (packet) => Buffer.concat([Buffer.from([packet.length >> 8, packet.length & 255]), packet])
    ],
    "digits-4": [
      { kind: "digits-4" },
      (packet) => Buffer.concat([Buffer.from(String(packet.length).padStart(4, "0")), packet])
    ]
  }

  it.each(Object.entries(streams))(
    "of %s are cut alike however the bytes arrive",
    (_, [framing, wrap]) => {
      fc.assert(
        fc.property(
          fc.array(fc.uint8Array({ minLength: 1, maxLength: 400 }), { minLength: 1, maxLength: 5 }),
          fc.array(fc.nat()),
          (packets, marks) => {
            const bytes = Buffer.concat(packets.map((packet) => wrap(Buffer.from(packet))))
            const ends = [...marks.map((mark) => mark % bytes.length), bytes.length].sort(
              (a, b) => a - b
            )
            const pieces = ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end))
            const whole = cut(framing, [bytes])
            assert.strictEqual(whole.length, packets.length)
            assert.deepStrictEqual(cut(framing, pieces), whole)
          }
        )
      )
    }
  )
})
