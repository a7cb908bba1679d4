import { type Duration, Effect } from "effect"
import type { Chance } from "../chance.ts"
import type { Sent, Talk } from "../invariants/history.ts"

/** What happens at a store's counter: the way to the gateway, the customers, and a record of all that is said. */
export interface Counter {
  readonly chance: Chance
  readonly now: () => number
  /** Takes a message to the gateway; `undefined`: no answer came while the till waited. */
  readonly carry: (till: string, question: Question) => Effect.Effect<Uint8Array | undefined>
  readonly payers: Customers
  /** Writes a line of the story. */
  readonly note: (line: string) => void
  /** Hears of what must not happen. */
  readonly complain: (sentence: string) => void
  readonly sent: Array<Sent>
  readonly talk: Array<Talk>
  /** Whether faults are still to be expected; afterwards cashiers see everything through to its end. */
  readonly isRough: () => boolean
}

/** Who comes to the counter with a phone. */
export interface Customers {
  /** Somebody shows a payment code. */
  readonly comes: Effect.Effect<string>
  /** Somebody is shown a QR. */
  scans(codeUrl: string): Effect.Effect<unknown>
}

/** A message, and what is known about it at this end. */
export interface Question {
  readonly call: Talk["call"]
  readonly reference: string
  readonly amount?: number
  readonly bytes: Uint8Array
  readonly inlet: "xml" | "qr" | "mis"
  readonly patience: Duration.Input
}

/** What an answer says in its own fields. */
export interface Heard {
  readonly code: string
  readonly outTradeNo?: string | undefined
}

/** Asks once and records what was heard; `undefined`: nothing, within the till's patience. */
export const ask = <A extends Heard>(
  counter: Counter,
  till: string,
  question: Question,
  read: (bytes: Uint8Array) => Effect.Effect<A>
) => {
  const { amount, bytes, call, reference } = question
  const said = { call, reference, ...(amount !== undefined && { amount }) }
  const carried = Effect.map(counter.carry(till, question), (answer) => answer && latin1(answer))
  return record(counter, till, said, latin1(bytes), carried, (answer) =>
    read(Buffer.from(answer, "latin1"))
  )
}

const latin1 = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1")

/** Says something and records what was heard. */
export const record = Effect.fnUntraced(function* <A extends Heard>(
  { complain, note, now, sent, talk }: Counter,
  who: string,
  about: Omit<Sent, "sentAt">,
  bytes: string,
  carried: Effect.Effect<string | undefined>,
  read: (answer: string) => Effect.Effect<A>
) {
  const said: Sent = { ...about, sentAt: now() }
  sent.push(said)
  const what = `${who} ${said.call} ${said.reference}`
  const answer = yield* carried
  if (answer === undefined) return undefined
  const heard = yield* read(answer)
  note(`${what} hears ${heard.code}`)
  if (ours.has(heard.code)) complain(`${what} was answered ${heard.code}`)
  const { code, outTradeNo } = heard
  talk.push({ ...said, bytes, heardAt: now(), answer: { bytes: answer, code, outTradeNo } })
  return heard
})

/** What a till that says everything rightly must never hear: malformed, wrongly signed, and the gateway's own failure. */
const ours = new Set(["E1", "E2", "E9"])

/** People take their time. */
export const pause = (chance: Chance, least: number, most: number) =>
  Effect.suspend(() => Effect.sleep(chance.between(least * 1000, most * 1000)))
