import { Clock, Effect } from "effect"
import { call, digest, type Fen, final, interim } from "#core"
import { type Outcome, told, totalText } from "../model.ts"
import { Sales } from "../service.ts"
import { type Original, type Slip, Slips } from "../store.ts"
import { Refund, Reply, replyOf, Sale, Terminal, Void } from "./bank-mis.ts"

/** What a terminal's messages leave unsaid: whose it is, and the numbers printed on its slips. */
export interface Mis {
  readonly store: string
  readonly merchant: string
  readonly terminal: string
}

/** What a terminal without tickets says through its bank's library. The single-use payment code stands for the ticket. */
export const misCalls = (mis: Mis) => {
  const terminalOf = ({ pos }: { readonly pos: string }) => ({ store: mis.store, till: pos })

  const saleKey = ({ code, pos }: { readonly pos: string; readonly code: string }) => [
    mis.store,
    pos,
    digest(code)
  ]
  const referenceOf = (key: ReadonlyArray<string>) => key.join("/")

  const printed = Effect.fnUntraced(function* (outcome: Outcome, slip?: Slip) {
    return replyOf(outcome, { ...mis, slip, at: yield* Clock.currentTimeMillis })
  })

  const sale = call("sale", {
    request: Sale,
    reply: Reply,
    once: {
      key: saleKey,
      same: ({ amount }) => [amount],
      secrets: ({ code }) => [code],
      terminal: ({ pos }) => `${mis.store}/${pos}`
    },
    answer: Effect.fnUntraced(function* (message) {
      const reference = referenceOf(saleKey(message))
      const terminal = terminalOf(message)
      const slip = yield* Slips.use((slips) => slips.of(terminal, reference))
      const { amount, code } = message
      const title = `${mis.store} 门店消费`
      const outcome = yield* Sales.use((sales) =>
        sales.collect({ ...terminal, reference, amount, code, title })
      )
      const reply = yield* printed(outcome, slip)
      return outcome.code === "00" ? final(reply) : interim(reply)
    }),
    pending: Effect.fnUntraced(function* (message) {
      const reference = referenceOf(saleKey(message))
      const outcome = yield* Sales.use((sales) => sales.standing({ reference }))
      return yield* printed(
        outcome,
        yield* Slips.use((slips) => slips.of(terminalOf(message), reference))
      )
    }),
    giveUp: (key) =>
      Effect.asVoid(Sales.use((sales) => sales.reverse({ reference: referenceOf(key) })))
  })

  const find = (message: Original & { readonly pos: string }) =>
    Slips.use((slips) => slips.find(terminalOf(message), message))

  const undo = call("void", {
    request: Void,
    reply: Reply,
    once: {
      key: ({ oldDate, pos, rrn, trace }) => [mis.store, pos, oldDate, rrn, trace],
      same: () => [],
      reopens: (message) =>
        Effect.map(find(message), (slip) =>
          slip === undefined ? undefined : { call: "sale", key: slip.reference.split("/") }
        )
    },
    answer: Effect.fnUntraced(function* (message) {
      const slip = yield* find(message)
      const outcome =
        slip === undefined ? told("E4") : yield* Sales.use((sales) => sales.reverse(slip))
      return interim(yield* printed(outcome, slip))
    })
  })

  const refund = call("refund", {
    request: Refund,
    reply: Reply,
    once: {
      // The terminal has no number for a refund, so the same amount of the same sale is the same refund: never twice by mistake.
      key: ({ amount, oldDate, pos, rrn, trace }) => [
        mis.store,
        pos,
        oldDate,
        rrn,
        trace,
        String(amount)
      ],
      same: () => []
    },
    answer: Effect.fnUntraced(function* (message) {
      const slip = yield* find(message)
      const key = `mis/${message.amount}`
      const outcome =
        slip === undefined
          ? told("E4")
          : yield* Sales.use((sales) => sales.refund({ ...slip, key, amount: message.amount }))
      const reply = yield* printed(outcome, slip)
      return outcome.code === "00" ? final(reply) : interim(reply)
    })
  })

  const signIn = call("sign-in", {
    request: Terminal,
    reply: Reply,
    answer: Effect.fnUntraced(function* (message) {
      const { batch } = yield* Slips.use((slips) => slips.batch(terminalOf(message)))
      const reply = yield* printed({ code: "00", message: "签到成功" })
      return interim({ ...reply, batch: String(batch) })
    })
  })

  const settle = call("settle", {
    request: Terminal,
    reply: Reply,
    answer: Effect.fnUntraced(function* (message) {
      const terminal = terminalOf(message)
      const { batch, slips } = yield* Slips.use((all) => all.batch(terminal))
      const outcomes = yield* Effect.forEach(slips, (slip) =>
        Sales.use((sales) => sales.standing(slip))
      )
      if (outcomes.some(({ code }) => code === "P1" || code === "P2"))
        return interim({
          ...(yield* printed({ code: "P2", message: "有未完成的交易，请先查询" })),
          batch: String(batch)
        })
      const paid = outcomes.filter(({ code }) => code === "00")
      const amount = paid.reduce(
        (sum, one) => sum + (one.amount ?? 0) - (one.refunded ?? 0),
        0
      ) as Fen
      if (slips.length > 0) yield* Slips.use((all) => all.close(terminal, batch))
      const outcome: Outcome = { code: "00", message: totalText(paid.length, amount), amount }
      return interim({ ...(yield* printed(outcome)), batch: String(batch) })
    })
  })

  return [sale, undo, refund, signIn, settle] as const
}
