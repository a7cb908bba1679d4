import { outRefundNo } from "../../core/values/numbers.ts"
import { always } from "./history.ts"
import { isGoing, sum } from "./money.ts"

export const refundsStayWithin = always(
  "Refunds, done and pending, never exceed the capture, nor fifty",
  ({ rows, wechat }) => [
    ...wechat.flatMap(({ outTradeNo, refunds, total }) => {
      const given = sum(
        refunds.filter(({ status }) => status !== "CLOSED").map(({ amount }) => amount)
      )
      return given > total || refunds.length > 50
        ? [`WeChat gives back ${given} of ${total} in ${refunds.length} parts of ${outTradeNo}`]
        : []
    }),
    ...rows.attempts.flatMap(({ amount, id }) => {
      const own = rows.refunds.filter(({ attempt, state }) => attempt === id && state !== "refused")
      const given = sum(own.filter(isGoing).map(({ amount }) => amount))
      return given > amount || own.length > 50
        ? [`We give back ${given} of ${amount} in ${own.length} parts of ${id}`]
        : []
    })
  ]
)

export const oneNumberARefund = always(
  "One intention to refund has one number for life, and WeChat refunds only what we intend",
  ({ rows, wechat }) => [
    ...rows.refunds.flatMap(({ id, key, payment }) => {
      const plugin = rows.payments.find((one) => one.id === payment)?.plugin ?? ""
      const number = outRefundNo({ plugin, reference: payment, key })
      return id === number
        ? []
        : [`The refund ${key} of ${payment} goes by ${id}, not by ${number}`]
    }),
    ...[...Map.groupBy(rows.refunds, ({ key, payment }) => `${payment} ${key}`)]
      .filter(([, own]) => own.length > 1)
      .map(([intention, own]) => `${intention} has ${own.length} numbers`),
    ...wechat.flatMap(({ outTradeNo, refunds }) =>
      refunds.flatMap(({ amount, outRefundNo }) =>
        rows.refunds.some(
          (row) => row.id === outRefundNo && row.attempt === outTradeNo && row.amount === amount
        )
          ? []
          : [
              `WeChat gives back ${amount} of ${outTradeNo} as ${outRefundNo}, which we never intended`
            ]
      )
    )
  ]
)
