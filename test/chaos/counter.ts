import { DatabaseSync } from "node:sqlite"
import { Clock, Duration, Effect, type FiberSet } from "effect"
import type { Chance } from "../../simulation/chance.ts"
import type { Sent, Talk } from "../../simulation/invariants/history.ts"
import { Payers } from "../../simulation/payers.ts"
import type { Counter, Question } from "../../simulation/tills/counter.ts"
import { alteredClock } from "../support/altered-clock.ts"
import { Ground } from "../support/ground.ts"
import { post } from "../support/store.ts"
import type { World } from "./world.ts"

/** What is kept outside of the gateways: all that was said, and the story for a person to read. */
export interface Record {
  readonly sent: Array<Sent>
  readonly talk: Array<Talk>
  /** The payment codes that were shown at this world's counters. */
  readonly codes: Set<string>
  readonly complaints: Array<string>
  readonly story: Array<string>
}

export const newRecord = (): Record => ({
  sent: [],
  talk: [],
  codes: new Set(),
  complaints: [],
  story: []
})

export const note = ({ story }: Record, line: string): void => {
  story.push(`${new Date().toISOString().slice(11, 23)} ${line}`)
}

/** Nobody who dithers for a minute: a round would last for as long. */
const habits = {
  paid: 60,
  userpaying: 15,
  notenough: 5,
  expired: 3,
  bankerror: 4,
  systemerror: 8,
  late: 0
}

/** A clock by which people do in one second what takes them `times` seconds. Nothing else goes by it. */
export const hurried = (times: number) =>
  alteredClock((clock) => ({
    sleep: (duration) => clock.sleep(Duration.times(duration, 1 / times))
  }))

/** A counter, at which one can say what a customer's phone is to do. */
export interface Stall extends Counter {
  readonly shows: (outcome: string) => Effect.Effect<string>
}

/** The counters of a world: real sockets to any of its gateways, and customers whose phones are the sandbox's. */
export const openCounter = Effect.fnUntraced(function* (
  world: World,
  record: Record,
  chance: Chance,
  busy: FiberSet.FiberSet
) {
  const { phones: file, wechat } = yield* Ground
  const clock = yield* Clock.Clock
  const way = chance.of("way")
  const { codes, complaints, sent, talk } = record

  /** Whichever gateway the next connection leads to; a till waits for as long as it would in a store. */
  const carry = (_: string, { bytes, inlet, patience }: Question) =>
    Effect.suspend(() => {
      const { gateways } = world
      const gateway = gateways[way.between(0, gateways.length - 1)] ?? gateways[0]
      if (gateway === undefined || inlet === "mis") return Effect.undefined
      return post(gateway.at, `/pos/${inlet}`, bytes).pipe(
        Effect.timeout(patience),
        Effect.provideService(Clock.Clock, clock),
        Effect.orElseSucceed(() => undefined)
      )
    })

  const phones = {
    show: (outcome: string) =>
      Effect.tap(wechat.code(outcome), (code) => Effect.sync(() => codes.add(code))),
    act: (number: string, result: string) => Effect.ignoreCause(wechat.pays(number, result))
  }
  const screen = new DatabaseSync(file, { readOnly: true })
  yield* Effect.addFinalizer(() => Effect.sync(() => screen.close()))
  const asked = screen.prepare(
    "select out_trade_no as outTradeNo, auth_code as authCode from sandbox_orders where state = 'USERPAYING'"
  )
  const seen = {
    get wechat() {
      return asked.all() as Array<{ outTradeNo: string; authCode: string }>
    }
  }
  return {
    chance,
    now: () => Date.now(),
    carry,
    payers: new Payers(chance.of("payers"), phones, seen, busy, habits),
    note: (line) => note(record, line),
    complain: (sentence) => complaints.push(sentence),
    sent,
    talk,
    isRough: () => false,
    shows: phones.show
  } satisfies Stall
})
