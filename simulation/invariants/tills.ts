import { always, atRest, type History, type Sent, type Talk } from "./history.ts"
import { isCaptured, isLeftToPerson, keptOf } from "./money.ts"

const isStored = ({ call }: Talk) =>
  call === "MICROPAY" || call === "REFUND" || call === "sale" || call === "refund"
const isReturn = ({ call }: Pick<Sent, "call">) =>
  call === "REVERSE" || call === "REFUND" || call === "void" || call === "refund"
const isSale = ({ call }: Sent) => call === "MICROPAY" || call === "NATIVE" || call === "sale"

export const finalIsFinal = always(
  "After the first final answer every equal message gets equal bytes",
  ({ sent, talk }) =>
    [...Map.groupBy(talk.filter(isStored), ({ bytes }) => bytes)].flatMap(([, same]) => {
      const first = same
        .filter(({ answer }) => answer.code === "00")
        .toSorted((a, b) => a.heardAt - b.heardAt)[0]
      if (first === undefined) return []
      return same
        .filter(
          (later) => later.sentAt >= first.heardAt && later.answer.bytes !== first.answer.bytes
        )
        .filter((later) => !sent.some((one) => takesBack(one, later)))
        .map(
          (later) =>
            `${later.call} ${later.reference} heard 00 and later ${later.answer.code}, or other bytes`
        )
    })
)

const takesBack = ({ call, reference, sentAt }: Sent, { heardAt, ...later }: Talk) =>
  (call === "REVERSE" || call === "void") && reference === later.reference && sentAt <= heardAt

export const toldIsKept = atRest(
  "What a till was told is paid is kept for it, once and in full, unless it took it back",
  ({ sent, talk, wechat }) => {
    const orders = new Map(wechat.map((order) => [order.outTradeNo, order]))
    const takenBack = new Set(sent.filter(isReturn).map(({ reference }) => reference))
    const told = talk.filter(
      ({ answer, reference, ...said }) =>
        answer.code === "00" &&
        answer.outTradeNo !== undefined &&
        !isReturn(said) &&
        !takenBack.has(reference)
    )
    return [...Map.groupBy(told, ({ reference }) => reference)].flatMap(([reference, all]) => {
      const numbers = [...new Set(all.map(({ answer }) => answer.outTradeNo ?? ""))]
      if (numbers.length > 1) return [`${reference} was told paid as ${numbers.join(" and ")}`]
      const order = orders.get(numbers[0] ?? "")
      const wrongSum = all.some(({ amount = order?.total }) => amount !== order?.total)
      return order !== undefined && keptOf(order) === order.total && !wrongSum
        ? []
        : [`${reference} was told paid, and of ${numbers[0]} ${order && keptOf(order)} is kept`]
    })
  }
)

export const amountIsFixed = always(
  "One ticket has one amount: another is refused and WeChat never hears of it",
  ({ rows, sent, talk, wechat }) => {
    const amounts = Map.groupBy(sent.filter(isSale), ({ reference }) => reference)
    const answers = Map.groupBy(talk.filter(isSale), ({ reference }) => reference)
    return [
      ...rows.payments.flatMap(({ amount, id, reference }) => [
        ...(answers.get(reference) ?? [])
          .filter((said) => said.amount !== amount && allowing.has(said.answer.code))
          .map(
            (said) =>
              `${reference} is over ${amount}, and ${said.amount} was answered ${said.answer.code}`
          ),
        ...rows.attempts
          .filter(({ payment }) => payment === id)
          .flatMap((attempt) => wechat.filter(({ outTradeNo }) => outTradeNo === attempt.id))
          .filter(({ total }) => total !== amount)
          .map(({ outTradeNo, total }) => `${outTradeNo} asks ${total} for a ticket over ${amount}`)
      ]),
      ...[...amounts].flatMap(([reference, said]) =>
        new Set(said.map(({ amount }) => amount)).size === 1 &&
        answers.get(reference)?.some(({ answer }) => answer.code === "E3")
          ? [`${reference} was refused for another amount, and there was none`]
          : []
      )
    ]
  }
)

/** Answers that say the amount was taken for the ticket's. */
const allowing = new Set(["00", "P1", "P2", "R0", "F1", "F2", "F3", "E8"])

const said = (codes: ReadonlyArray<string>) => (talk: Talk) => codes.includes(talk.answer.code)
const saidNo = said(["F1", "F2", "F3", "E8"])
const saidUndone = said(["R0"])

export const lateMoneyGoesBack = atRest(
  "Money taken after the till heard no goes back, and is reported, unless its cashier took what was held",
  (history) =>
    history.talk
      .filter(
        (talk) =>
          talk.call !== "REFUND" && talk.call !== "refund" && (saidNo(talk) || saidUndone(talk))
      )
      .flatMap((talk) => {
        const order = orderOf(history, talk)
        if (order === undefined || !isCaptured(order) || isLeftToPerson(history, order.outTradeNo))
          return []
        const { outTradeNo, successTime = "" } = order
        if (wasTaken(history, outTradeNo)) return []
        if (keptOf(order) > 0)
          return [`${outTradeNo} is kept, and the till heard ${talk.answer.code}`]
        // WeChat tells whole seconds.
        const late = saidNo(talk) || Date.parse(successTime) >= talk.heardAt
        const reported = history.rows.todos.some(
          ({ kind, subject }) => kind === "payment.late" && subject === outTradeNo
        )
        return late && !reported
          ? [`${outTradeNo} was paid after ${talk.answer.code} and nobody is told`]
          : []
      })
)

/** It was held, and its cashier asked for it in time. */
const wasTaken = ({ rows }: History, outTradeNo: string) => {
  const payment = rows.attempts.find(({ id }) => id === outTradeNo)?.payment
  return rows.history.some(
    ({ from, id, subject, to }) =>
      subject === "payment" && id === payment && from === "held" && to === "paid"
  )
}

/** A bank's terminals hear no number. Each of their sales has one attempt, but for those that never left the gateway. */
const orderOf = ({ rows, wechat }: History, { answer, reference }: Talk) => {
  if (answer.outTradeNo === undefined && answer.code === "E8") return undefined
  const payment = rows.payments.find((one) => one.reference === reference)
  const number =
    answer.outTradeNo ?? rows.attempts.findLast((one) => one.payment === payment?.id)?.id
  return wechat.find(({ outTradeNo }) => outTradeNo === number)
}
