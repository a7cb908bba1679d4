import type { AddressInfo } from "node:net"
import { Effect, type Scope } from "effect"
import type { Answerer } from "../message.ts"
import { defaults } from "../wire/callers.ts"
import { Conversation, type Protocol } from "../wire/conversation.ts"
import { enclose, type Framing, type Packet, PacketCutter } from "../wire/packets.ts"
import { type ListenFailed, type Listening, listenSockets } from "../wire/sockets.ts"

export type { Framing } from "../wire/packets.ts"

/** Answers an old system that writes its messages to a socket without any protocol around them. */
export const listenTcp = (
  options: Listening & { readonly framing: Framing; readonly answer: Answerer }
): Effect.Effect<AddressInfo, ListenFailed, Scope.Scope> => {
  const { framing, answer } = options
  const limit = options.limits?.bytes ?? defaults.bytes
  const protocol: Protocol<Packet> = {
    cutter: () => new PacketCutter(framing, limit),
    answer: ({ bytes, last, problem }, peer) =>
      Effect.map(
        answer({ carrier: "tcp", peer, ...(problem === undefined ? { bytes } : { problem }) }),
        (reply) => ({
          bytes: enclose(framing, reply.bytes),
          keep: !last,
          delivered: reply.delivered
        })
      )
  }
  return listenSockets(options, (caller) => new Conversation(caller, protocol))
}
