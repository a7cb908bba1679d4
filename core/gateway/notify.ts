import { Effect, Metric, Schema } from "effect"
import { final, Journal } from "../journal/journal.ts"
import { Cashier } from "../payments/cashier.ts"
import { Complaints } from "../payments/complaints/complaints.ts"
import { type RawRequest, route } from "../plugin/route.ts"
import { digest } from "../values/numbers.ts"
import { WechatPay } from "../wechat/pay/client.ts"
import type { NotAuthentic } from "../wechat/pay/errors.ts"
import { Merchants } from "../wechat/pay/merchants.ts"
import type { Notify } from "../wechat/pay/notify.ts"
import { isXml } from "../wechat/pay/v2/xml.ts"

class MerchantUnknown extends Schema.TaggedError<MerchantUnknown>()("MerchantUnknown", {}) {
  readonly status = 404
  override readonly message = "There is no such merchant here"
}

/** This very message was taken before. WeChat signs each of its repeats anew. */
class NotifyReplayed extends Schema.TaggedError<NotifyReplayed>()("NotifyReplayed", {}) {
  readonly status = 409
  override readonly message = "This very notify was taken before"
}

const refused = Metric.counter("weir_notifies_refused_total", {
  description: "Notifies that were not taken for WeChat's, by reason",
  incremental: true
})
const count = (reason: string) => Metric.update(Metric.withAttributes(refused, { reason }), 1)

/**
 * Where WeChat Pay's notifies arrive. Acknowledged only once stored and applied: WeChat looks at the status alone and repeats for a day
 * otherwise.
 */
export const notifyRoute = route.raw("POST", "/wechat/pay/notify/:merchant/:kind", (request) =>
  take(request).pipe(
    Effect.tapErrorTag("NotAuthentic", ({ reason }) => count(reason)),
    Effect.tapErrorTag("NotifyReplayed", () => count("replayed")),
    Effect.catchTag("NotAuthentic", (refusal) =>
      isXml(request.body) ? Effect.succeed(refusedV2(refusal)) : Effect.fail(refusal)
    )
  )
)

const take = Effect.fnUntraced(function* (request: RawRequest) {
  const cashier = yield* Cashier
  const complaints = yield* Complaints
  const journal = yield* Journal
  const pay = yield* WechatPay
  const merchant = (yield* Merchants).get(request.params.merchant ?? "")
  if (merchant === undefined) return yield* new MerchantUnknown()
  const notify = yield* pay.openNotify(merchant, request)
  const isV2 = isXml(request.body)
  const signature = request.headers["wechatpay-signature"] ?? ""
  let isNew = false
  const apply = Effect.suspend(() => {
    isNew = true
    const applied =
      notify.resource.kind === "complaint"
        ? complaints.notified(merchant, notify.resource.complaintId)
        : cashier.notified(merchant, notify)
    return Effect.as(applied, final(null))
  })
  const arrival = {
    source: `wechat-pay/${merchant.mchid}`,
    operation: notify.eventType,
    key: `${subjectOf(notify)}/${digest(isV2 ? Buffer.from(request.body).toString() : signature)}`,
    same: "",
    body: request.body,
    secrets: []
  }
  yield* Effect.orDie(journal.once(arrival, apply))
  // Version 2 repeats itself to the letter, so there a repeat is nothing to refuse.
  if (isV2) return acceptedV2
  return isNew ? accepted : yield* new NotifyReplayed()
})

const subjectOf = ({ id, resource }: Notify): string => {
  switch (resource.kind) {
    case "transaction":
      return resource.transaction.outTradeNo
    case "refund":
      return resource.refund.outRefundNo
    case "complaint":
      return resource.complaintId
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

/** What version 2 wants to hear, with nothing around it. */
const said = (status: number, code: "SUCCESS" | "FAIL", message: string) => ({
  status,
  headers: { "content-type": "text/xml; charset=utf-8" },
  body: `<xml><return_code><![CDATA[${code}]]></return_code><return_msg><![CDATA[${message}]]></return_msg></xml>`
})
const acceptedV2 = said(200, "SUCCESS", "OK")
const refusedV2 = ({ message, status }: NotAuthentic) => said(status, "FAIL", message)
