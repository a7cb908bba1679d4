import type {
  AttemptRow,
  HistoryRow,
  PaymentRow,
  RefundRow,
  ReversalRow
} from "../../core/payments/store.ts"
import { Fen } from "../../core/values/money.ts"
import { outRefundNo } from "../../core/values/numbers.ts"
import type { History, Talk } from "../../simulation/invariants/history.ts"

const noon = Date.parse("2026-11-24T12:00:00+08:00")
const fen = (amount: number) => Fen.make(amount)

/** Seconds after noon. */
export const at = (seconds: number) => noon + seconds * 1000

export const tickets = { kept: "GZ0013/01/20261124/000001", undone: "GZ0013/01/20261124/000002" }

const payment: PaymentRow = {
  id: "KEPT-1",
  state: "paid",
  version: 2,
  plugin: "pos",
  reference: tickets.kept,
  part: "",
  amount: fen(12_850),
  title: "门店消费",
  merchant: "1900012345",
  store: "GZ0013",
  device: "01",
  paid_by: "KEPT-2",
  created_at: at(0),
  asked_at: at(0),
  expires_at: null,
  held_until: null
}

const attempt: AttemptRow = {
  id: "KEPT-2",
  state: "paid",
  version: 2,
  payment: payment.id,
  number: 2,
  way: "codepay",
  merchant: payment.merchant,
  amount: payment.amount,
  request: null,
  code_mark: null,
  prepay: null,
  prepay_at: null,
  payer: null,
  appid: null,
  sent_at: at(10),
  transaction_id: "4200001",
  paid_at: at(11),
  refusal: null,
  detail: null,
  missing_at: null,
  customer: null,
  expires_at: null
}

const refund: RefundRow = {
  id: outRefundNo({ plugin: "pos", reference: payment.id, key: "000003" }),
  state: "done",
  version: 2,
  payment: payment.id,
  attempt: attempt.id,
  merchant: payment.merchant,
  key: "000003",
  amount: fen(3_000),
  request: "",
  refund_id: "5030001",
  detail: null,
  asked_at: at(100),
  accepted_at: at(101),
  store: "GZ0013",
  device: "01",
  asked_by: null,
  confirmed_by: null,
  unheard_at: null
}

const reversal: ReversalRow = {
  id: "UNDONE-1",
  state: "done",
  version: 2,
  why: "till",
  returned: fen(500),
  asked_at: at(60),
  unheard_at: null
}

const order: History["wechat"][number] = {
  outTradeNo: attempt.id,
  mchid: payment.merchant,
  appid: "wx5f3a8c1d7e9b2046",
  tradeType: "MICROPAY",
  tradeState: "REFUND",
  total: 12_850,
  openid: "oWeir",
  transactionId: "4200001",
  successTime: "2026-11-24T12:00:11+08:00",
  refunds: [{ outRefundNo: refund.id, refundId: "5030001", amount: 3_000, status: "SUCCESS" }]
}

const { successTime: _at, transactionId: _id, ...unpaid } = order

/** A path of states, each after the one before. */
export const path = (
  subject: HistoryRow["subject"],
  id: string,
  since: number,
  ...states: ReadonlyArray<string>
): ReadonlyArray<HistoryRow> =>
  states.map((to, index) => ({
    subject,
    id,
    version: index + 1,
    from: states[index - 1] ?? null,
    to,
    event: "told",
    detail: null,
    at: at(since + index)
  }))

const micropay: Talk = {
  call: "MICROPAY",
  reference: tickets.kept,
  amount: 12_850,
  bytes: "sale with the second code",
  sentAt: at(10),
  heardAt: at(11),
  answer: { bytes: "paid", code: "00", outTradeNo: "KEPT-2" }
}

const talk: ReadonlyArray<Talk> = [
  {
    ...micropay,
    bytes: "sale with the first code",
    sentAt: at(0),
    heardAt: at(1),
    answer: { bytes: "no money", code: "F2", outTradeNo: "KEPT-1" }
  },
  micropay,
  { ...micropay, sentAt: at(20), heardAt: at(21) },
  {
    ...micropay,
    call: "REFUND",
    amount: 3_000,
    bytes: "give some of it back",
    sentAt: at(100),
    heardAt: at(101),
    answer: { bytes: "given back", code: "00" }
  }
]

/** Two sales of one till. The first was paid with the second code and part of it refunded; the other was paid and undone. */
export const sound: History = {
  now: at(600),
  calmSince: at(0),
  appid: order.appid,
  wechat: [
    { ...unpaid, outTradeNo: "KEPT-1", tradeState: "PAYERROR", refunds: [] },
    order,
    {
      ...order,
      outTradeNo: "UNDONE-1",
      tradeState: "REVOKED",
      total: 500,
      transactionId: "4200002",
      refunds: []
    }
  ],
  rows: {
    payments: [
      payment,
      {
        ...payment,
        id: "UNDONE-1",
        reference: tickets.undone,
        state: "closed",
        version: 3,
        amount: fen(500),
        paid_by: null
      }
    ],
    attempts: [
      {
        ...attempt,
        id: "KEPT-1",
        number: 1,
        state: "refused",
        transaction_id: null,
        paid_at: null,
        refusal: "funds"
      },
      attempt,
      {
        ...attempt,
        id: "UNDONE-1",
        number: 1,
        payment: "UNDONE-1",
        amount: fen(500),
        transaction_id: "4200002"
      }
    ],
    reversals: [reversal],
    refunds: [refund],
    history: [
      ...path("payment", "KEPT-1", 0, "open"),
      ...path("attempt", "KEPT-1", 0, "sent", "refused"),
      ...path("attempt", "KEPT-2", 10, "sent", "paid"),
      ...path("payment", "KEPT-1", 10, "open", "paid").slice(1),
      ...path("payment", "UNDONE-1", 50, "open", "paid", "closed"),
      ...path("attempt", "UNDONE-1", 50, "sent", "paid"),
      ...path("reversal", "UNDONE-1", 60, "asked", "done"),
      ...path("refund", refund.id, 100, "created", "done")
    ],
    todos: []
  },
  sent: talk,
  talk
}

type Rows = History["rows"]

/** The same with some of our rows changed. */
export const withRows = (
  change: (rows: Rows) => Partial<Rows>,
  history: History = sound
): History => ({
  ...history,
  rows: { ...history.rows, ...change(history.rows) }
})

/** The same with one of WeChat's orders changed. */
export const withOrder = (
  outTradeNo: string,
  change: Partial<History["wechat"][number]>,
  history: History = sound
): History => ({
  ...history,
  wechat: history.wechat.map((order) =>
    order.outTradeNo === outTradeNo ? { ...order, ...change } : order
  )
})

/** The same with another message of the till, and what it heard. */
export const withTalk = (said: Partial<Talk>, history: History = sound): History => {
  const last = { ...micropay, sentAt: at(30), heardAt: at(31), ...said }
  return { ...history, sent: [...history.sent, last], talk: [...history.talk, last] }
}

/** The rows with one of them changed. */
export const changed = <Row extends { readonly id: string }>(
  rows: ReadonlyArray<Row>,
  id: string,
  change: Partial<Row>
): ReadonlyArray<Row> => rows.map((row) => (row.id === id ? { ...row, ...change } : row))
