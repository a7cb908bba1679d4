import { Effect, Schema } from "effect"
import { final, Journal } from "../journal/journal.ts"
import { Cashier } from "../payments/cashier.ts"
import { route } from "../plugin/route.ts"
import { WechatPay } from "../wechat/pay/client.ts"
import { Merchants } from "../wechat/pay/merchants.ts"
import type { Notify } from "../wechat/pay/notify.ts"

class MerchantUnknown extends Schema.TaggedError<MerchantUnknown>()("MerchantUnknown", {}) {
  readonly status = 404
  override readonly message = "There is no such merchant here"
}

/**
 * Where WeChat Pay's notifies arrive. Acknowledged only once stored and applied: WeChat looks at the status alone and repeats for a
 * day otherwise. Its own `id` differs from delivery to delivery, so what happened is the key, not the message.
 */
export const notifyRoute = route.raw("POST", "/wechat/pay/notify/:merchant/:kind", (request) =>
  Effect.gen(function* () {
    const { merchant: mchid = "" } = request.params
    const cashier = yield* Cashier
    const journal = yield* Journal
    const merchant = (yield* Merchants).get(mchid)
    if (merchant === undefined) return yield* new MerchantUnknown()
    const pay = yield* WechatPay
    const notify = yield* pay.openNotify(merchant, request)
    yield* journal
      .once(
        {
          source: `wechat-pay/${mchid}`,
          operation: notify.eventType,
          key: keyOf(notify),
          same: "",
          body: request.body,
          secrets: []
        },
        Effect.as(cashier.notified(merchant, notify), final(null))
      )
      .pipe(Effect.orDie)
    return accepted
  })
)

const keyOf = ({ id, resource }: Notify): string => {
  switch (resource.kind) {
    case "transaction":
      return `${resource.transaction.outTradeNo}/${resource.transaction.transactionId ?? ""}`
    case "refund":
      return `${resource.refund.refundId}/${resource.refund.status}`
    case "other":
      return id
  }
}

/** WeChat Pay: 200 or 204 ends the repeats. */
const accepted = {
  status: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ code: "SUCCESS", message: "成功" })
}
