import { describe, expect, it } from "vitest"
import { Fen } from "../../core/values/money.ts"
import { invariants } from "../../simulation/invariants/all.ts"
import type { History } from "../../simulation/invariants/history.ts"
import { at, changed, path, sound, tickets, withOrder, withRows, withTalk } from "./history.ts"

const [kept] = sound.wechat.filter(({ outTradeNo }) => outTradeNo === "KEPT-2")
const [refund] = sound.rows.refunds
if (kept === undefined || refund === undefined)
  throw new Error("The sound history has a sale and a refund")

/** For each invariant, by its sentence, small histories that it must not let pass. */
const unsound: Readonly<Record<string, Readonly<Record<string, History>>>> = {
  "Each capture at WeChat's is one paid attempt of ours, over the same sum": {
    "a capture nobody here knows": {
      ...sound,
      wechat: [...sound.wechat, { ...kept, outTradeNo: "STRANGER-1" }]
    },
    "another sum": withOrder("KEPT-2", { total: 12_851 })
  },
  "What is paid here was captured by WeChat: same merchant, appid, amount and transaction": {
    "an order nobody paid": withRows(({ attempts }) => ({
      attempts: changed(attempts, "KEPT-1", { state: "paid" })
    })),
    "another transaction": withOrder("KEPT-2", { transactionId: "4200009" }),
    "another merchant": withOrder("KEPT-2", { mchid: "1900099999" }),
    "another appid": { ...sound, appid: "wx0000000000000000" },
    "another amount": withOrder("KEPT-2", { total: 12_851 })
  },
  "What WeChat has captured is paid here, or given back in full": {
    "kept, and the payment is closed": withRows(({ payments }) => ({
      payments: changed(payments, "KEPT-1", { state: "closed", paid_by: null })
    }))
  },
  "No order at WeChat's waits for a payer whom nobody waits for": {
    "a QR nobody closed": withOrder("KEPT-1", { tradeState: "NOTPAY" }),
    "a payer at the password page": withOrder("KEPT-1", { tradeState: "USERPAYING" })
  },
  "No ticket keeps more than one capture": {
    "both codes were charged": withOrder("KEPT-1", {
      tradeState: "SUCCESS",
      transactionId: "4200003"
    })
  },
  "After the first final answer every equal message gets equal bytes": {
    "another answer to the same bytes": withTalk({ answer: { bytes: "unknown", code: "P2" } }),
    "the same code in other bytes": withTalk({ answer: { bytes: "paid!", code: "00" } })
  },
  "What a till was told is paid is kept for it, once and in full, unless it took it back": {
    "nothing is there": toldPaid("NOBODY-1"),
    "it was undone": toldPaid("UNDONE-1"),
    "it was given back": { ...sound, sent: sound.sent.filter(({ call }) => call !== "REFUND") },
    "another sum was taken": withOrder(
      "UNDONE-1",
      { tradeState: "SUCCESS", total: 501 },
      toldPaid("UNDONE-1")
    ),
    "two numbers were told": withOrder(
      "UNDONE-1",
      { tradeState: "SUCCESS" },
      toldPaid("KEPT-1", toldPaid("UNDONE-1"))
    )
  },
  "One ticket has one amount: another is refused and WeChat never hears of it": {
    "another amount was taken": withTalk({
      amount: 1,
      bytes: "cheap",
      answer: { bytes: "paid", code: "00" }
    }),
    "WeChat was asked for another": withOrder("KEPT-2", { total: 12_851 }),
    "the only amount was refused": withTalk({
      reference: "GZ0013/01/20261124/000009",
      answer: { bytes: "other amount", code: "E3" }
    })
  },
  "Refunds, done and pending, never exceed the capture, nor fifty": {
    "too much at WeChat's": withOrder("KEPT-2", {
      refunds: [
        ...kept.refunds,
        { outRefundNo: "R-2", refundId: "2", amount: 9_851, status: "PROCESSING" }
      ]
    }),
    "too much here": withRows(({ refunds }) => ({
      refunds: [
        ...refunds,
        { ...refund, id: "R-2", key: "000004", state: "unknown", amount: Fen.make(9_851) }
      ]
    })),
    "fifty-one parts": withOrder("KEPT-2", {
      refunds: Array.from({ length: 51 }, (_, part) => ({
        outRefundNo: `R-${part}`,
        refundId: "",
        amount: 1,
        status: "SUCCESS" as const
      }))
    })
  },
  "One intention to refund has one number for life, and WeChat refunds only what we intend": {
    "a number that does not follow from the intention": withRows(({ refunds }) => ({
      refunds: changed(refunds, refund.id, { id: "R-2" })
    })),
    "two numbers for one intention": withRows(({ refunds }) => ({
      refunds: [...refunds, { ...refund, id: "R-2" }]
    })),
    "a refund nobody asked for": withOrder("KEPT-2", {
      refunds: [{ outRefundNo: "R-9", refundId: "9", amount: 3_000, status: "SUCCESS" }]
    }),
    "another amount than was asked for": withOrder("KEPT-2", {
      refunds: [{ outRefundNo: refund.id, refundId: "9", amount: 3_001, status: "SUCCESS" }]
    })
  },
  "Every history is a path of the declared graph and ends where the row stands": {
    "a move the graph does not have": withRows(({ attempts, history }) => ({
      attempts: changed(attempts, "KEPT-1", { state: "closed" }),
      history: history.concat({ ...history[2], version: 3, from: "refused", to: "closed" } as never)
    })),
    "a step that was skipped": withRows(({ history }) => ({
      history: history.map((row) =>
        row.id === "KEPT-2" && row.from === "sent" ? { ...row, from: "unknown" } : row
      )
    })),
    "a row that moved without a trace": withRows(({ attempts }) => ({
      attempts: changed(attempts, "KEPT-1", { state: "closed" })
    }))
  },
  "Versions are 1, 2, 3 … for each row": {
    "a version without history": withRows(({ attempts }) => ({
      attempts: changed(attempts, "KEPT-2", { version: 3 })
    })),
    "a gap": withRows(({ history }) => ({
      history: history.map((row) =>
        row.id === "KEPT-2" && row.version === 2 ? { ...row, version: 3 } : row
      )
    }))
  },
  "Money is whole fen": {
    "half a fen": withOrder("KEPT-2", { total: 12_849.5 }),
    "less than nothing": withRows(({ reversals }) => ({
      reversals: changed(reversals, "UNDONE-1", { returned: -1 as Fen })
    })),
    "a payment over nothing": withRows(({ payments }) => ({
      payments: changed(payments, "KEPT-1", { amount: 0 as Fen })
    }))
  },
  "What WeChat keeps for the merchant is what we hold, to the fen": {
    "a fen is missing": withRows(({ refunds }) => ({
      refunds: changed(refunds, refund.id, { amount: Fen.make(3_001) })
    })),
    "a reversal that WeChat never did": withOrder("UNDONE-1", { tradeState: "SUCCESS" })
  },
  "Nothing stays unknown for a minute in which WeChat can be reached": {
    "an attempt": doubtful(0),
    "a code payment nobody has asked about": withRows(({ attempts, history }) => ({
      attempts: changed(attempts, "KEPT-1", { state: "sent" }),
      history: history.filter(({ id, to }) => id !== "KEPT-1" || to !== "refused")
    })),
    "a reversal": withRows(({ history, reversals }) => ({
      reversals: changed(reversals, "UNDONE-1", { state: "unknown" }),
      history: [...history, ...path("reversal", "UNDONE-1", 60, "asked", "unknown")]
    })),
    "a refund": withRows(({ history, refunds }) => ({
      refunds: changed(refunds, refund.id, { state: "unknown" }),
      history: [...history, ...path("refund", refund.id, 100, "created", "unknown")]
    }))
  },
  "No second number is opened for a ticket while the first may still be paid": {
    "the first code was still being paid": withRows(({ history }) => ({
      history: history.map((row) =>
        row.id === "KEPT-1" && row.to === "refused" ? { ...row, to: "paying" } : row
      )
    })),
    "the first was being undone": withRows(({ history }) => ({
      history: [...path("reversal", "KEPT-1", 1, "asked"), ...history]
    }))
  },
  "Money taken after the till heard no goes back, and is reported, unless its cashier took what was held":
    {
      "kept after the till heard no": withOrder("KEPT-1", {
        tradeState: "SUCCESS",
        transactionId: "4200003"
      }),
      "given back, and nobody was told": withOrder("KEPT-1", {
        tradeState: "REVOKED",
        transactionId: "4200003",
        successTime: "2026-11-24T12:00:05+08:00"
      }),
      "paid after the till heard that it was undone": withTalk(
        {
          call: "REVERSE",
          reference: tickets.undone,
          answer: { bytes: "undone", code: "R0", outTradeNo: "UNDONE-1" }
        },
        withOrder("UNDONE-1", { successTime: "2026-11-24T12:01:00+08:00" })
      )
    },
  "Kept, refunded and nothing to keep are the same three sets in both books": {
    "kept there, undone here": withOrder("UNDONE-1", { tradeState: "SUCCESS" }),
    "refunded there, kept here": withOrder("KEPT-2", {
      refunds: [{ outRefundNo: refund.id, refundId: "", amount: 12_850, status: "SUCCESS" }]
    })
  }
}

/** The till of the second sale heard that it was paid, under some number. */
function toldPaid(outTradeNo: string, history?: History): History {
  const answer = { bytes: "paid", code: "00", outTradeNo }
  return withTalk({ reference: tickets.undone, amount: 500, bytes: "sale", answer }, history)
}

/** The first attempt is unknown since the beginning; faults ended some seconds after that. */
function doubtful(calmAfter: number): History {
  return {
    ...withRows(({ attempts, history }) => ({
      attempts: changed(attempts, "KEPT-1", { state: "unknown" }),
      history: history.map((row) =>
        row.id === "KEPT-1" && row.to === "refused" ? { ...row, to: "unknown" } : row
      )
    })),
    calmSince: at(calmAfter)
  }
}

const violationsOf = (sentence: string, history: History) =>
  invariants
    .filter((invariant) => invariant.sentence === sentence)
    .flatMap(({ violations }) => violations(history))

describe("an invariant", () => {
  for (const [sentence, histories] of Object.entries(unsound))
    it.each(Object.entries(histories))(`“${sentence}” does not let pass: %s`, (_, history) => {
      expect(violationsOf(sentence, history)).not.toEqual([])
    })

  it("holds of a sound history", () => {
    const violations = invariants.flatMap(({ sentence }) => violationsOf(sentence, sound))
    expect(violations).toEqual([])
  })

  it("is shown what it must not let pass, each of them", () => {
    expect(Object.keys(unsound)).toEqual(invariants.map(({ sentence }) => sentence))
  })
})

describe("what an invariant lets pass", () => {
  it("is a doubt while WeChat cannot be reached, and a minute more", () => {
    const sentence = "Nothing stays unknown for a minute in which WeChat can be reached"
    expect(violationsOf(sentence, doubtful(Number.POSITIVE_INFINITY))).toEqual([])
    expect(violationsOf(sentence, doubtful(540))).toEqual([])
    expect(violationsOf(sentence, doubtful(539))).not.toEqual([])
  })

  it("is another answer to a sale that the till has taken back", () => {
    const sentence = "After the first final answer every equal message gets equal bytes"
    const undone = { bytes: "undone", code: "R0" }
    const takenBack = withTalk({
      call: "REVERSE",
      bytes: "undo it",
      sentAt: at(25),
      heardAt: at(26),
      answer: undone
    })
    expect(violationsOf(sentence, withTalk({ answer: undone }, takenBack))).toEqual([])
  })

  it("is late money that went back and was reported", () => {
    const sentence =
      "Money taken after the till heard no goes back, and is reported, unless its cashier took what was held"
    const late = withOrder("KEPT-1", { tradeState: "REVOKED", transactionId: "4200003" })
    const reported = withRows(
      () => ({ todos: [{ kind: "payment.late", subject: "KEPT-1" }] }),
      late
    )
    expect(violationsOf(sentence, late)).not.toEqual([])
    expect(violationsOf(sentence, reported)).toEqual([])
  })

  it("is money left to a person who was told", () => {
    const sentence = "What WeChat has captured is paid here, or given back in full"
    const closed = withRows(({ payments }) => ({
      payments: changed(payments, "KEPT-1", { state: "closed", paid_by: null })
    }))
    const told = withRows(
      () => ({ todos: [{ kind: "refund.failed", subject: refund.id }] }),
      closed
    )
    expect(violationsOf(sentence, told)).toEqual([])
  })
})
