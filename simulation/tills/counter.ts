import { Duration, Effect } from "effect"
import type { Answerer } from "../../core/legacy/message.ts"
import type { Chance } from "../chance.ts"
import type { Doors } from "../gateway.ts"
import type { Sent, Talk } from "../invariants/history.ts"
import { knock, type Line } from "../network.ts"
import type { Ground, Party } from "../party.ts"
import type { Payers } from "../payers.ts"

/** What happens at a store's counter: the line to the gateway, the customers, and a record of all that is said. */
export interface Counter {
  readonly ground: Ground
  readonly line: Line
  readonly gateway: Party<Doors>
  readonly payers: Payers
  readonly sent: Array<Sent>
  readonly talk: Array<Talk>
  /** Whether faults are still to be expected; afterwards cashiers see everything through to its end. */
  readonly isRough: () => boolean
}

/** A message, and what is known about it at this end. */
export interface Question {
  readonly call: Talk["call"]
  readonly reference: string
  readonly amount?: number
  readonly bytes: Uint8Array
  readonly by: (doors: Doors) => Answerer
  readonly carrier: "http" | "tcp"
  readonly patience: Duration.Input
}

/** What an answer says in its own fields. */
export interface Heard {
  readonly code: string
  readonly outTradeNo?: string | undefined
}

/** Asks once and records what was heard; `undefined`: nothing, within the till's patience. */
export const ask = Effect.fnUntraced(function* <A extends Heard>(
  counter: Counter,
  till: string,
  question: Question,
  read: (bytes: Uint8Array) => Effect.Effect<A>
) {
  const { gateway, ground, line, sent, talk } = counter
  const { amount, bytes, by, call, carrier, patience, reference } = question
  const said: Sent = {
    call,
    reference,
    ...(amount !== undefined && { amount }),
    sentAt: ground.loop.now
  }
  sent.push(said)
  const message = { carrier, peer: till, bytes }
  const what = `${till} ${call} ${reference}`
  const answer = yield* knock(line, gateway, by, {
    what,
    message,
    patience: Duration.toMillis(patience)
  })
  if (answer === undefined) return undefined
  const heard = yield* read(answer)
  ground.trace.add(`${what} hears ${heard.code}`)
  if (ours.has(heard.code)) ground.complain(`${what} was answered ${heard.code}`)
  talk.push({
    ...said,
    bytes: Buffer.from(bytes).toString("latin1"),
    heardAt: ground.loop.now,
    answer: {
      bytes: Buffer.from(answer).toString("latin1"),
      code: heard.code,
      outTradeNo: heard.outTradeNo
    }
  })
  return heard
})

/** What a till that says everything rightly must never hear: malformed, wrongly signed, and the gateway's own failure. */
const ours = new Set(["E1", "E2", "E9"])

/** People take their time. */
export const pause = (chance: Chance, least: number, most: number) =>
  Effect.suspend(() => Effect.sleep(chance.between(least * 1000, most * 1000)))
