import { Effect } from "effect"
import { fromBeijing, rfc3339 } from "#core"
import type { Merchant } from "../../credentials.ts"
import type { OrderWay } from "../../model.ts"
import type { SandboxServices } from "../../sandbox.ts"
import { CodepayRequest, orderRequest, RefundRequest } from "../fields.ts"
import { reader } from "../read.ts"
import { badParameter, type Refused } from "../refusal.ts"
import type { Fields } from "./sealing.ts"
import { freeze, orderFields, refundFields, stateFields, takenFields } from "./words.ts"

/** One call of version 2: the same orders and refunds, in other words. */
export interface V2Api {
  readonly path: `/${string}`
  /** Wants the merchant's certificate to be shown. */
  readonly isCertified?: true
  readonly answer: (
    sandbox: SandboxServices,
    merchant: Merchant,
    fields: Fields
  ) => Effect.Effect<Fields, Refused>
}

const ways: Readonly<Record<string, OrderWay>> = {
  NATIVE: "native",
  JSAPI: "jsapi",
  APP: "app",
  MWEB: "h5"
}

/** Under which name each way gives what the payer finds the order by. */
const credentialNames = {
  native: "code_url",
  jsapi: "prepay_id",
  app: "prepay_id",
  h5: "mweb_url"
} as const

const amount = (text = "") => (/^\d+$/.test(text) ? Number(text) : text)
const present = (all: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined && value !== ""))

/** What both kinds of order say, as version 3 says it. */
const common = (fields: Fields) => ({
  appid: fields.appid,
  mchid: fields.mch_id,
  description: fields.body,
  out_trade_no: fields.out_trade_no,
  attach: fields.attach,
  goods_tag: fields.goods_tag,
  amount: { total: amount(fields.total_fee) }
})

const expiry = (text = "") => {
  const at = fromBeijing(text)
  return at === undefined ? undefined : rfc3339(at)
}

const readCodepay = reader(CodepayRequest.direct)
const readRefund = reader(RefundRequest)

const number = ({ out_trade_no = "" }: Fields) => out_trade_no

export const v2Apis: ReadonlyArray<V2Api> = [
  {
    path: "/pay/unifiedorder",
    answer: Effect.fnUntraced(function* ({ orders }, merchant, fields) {
      const way = ways[fields.trade_type ?? ""]
      if (way === undefined) return yield* badParameter("/trade_type", "取值有误", "", "body")
      const scene = {
        payer_client_ip: fields.spbill_create_ip ?? "127.0.0.1",
        ...(fields.device_info && { device_id: fields.device_info }),
        ...(way === "h5" && { h5_info: { type: "Wap" } })
      }
      const body = present({
        ...common(fields),
        notify_url: fields.notify_url,
        time_expire: expiry(fields.time_expire),
        scene_info: scene,
        ...(way === "jsapi" && { payer: present({ openid: fields.openid }) })
      })
      const read = yield* Effect.fromResult(reader(orderRequest(way, "direct"))(body))
      const order = yield* orders.create(way, merchant, read, freeze(fields))
      const given = order.credential ?? ""
      return {
        trade_type: fields.trade_type ?? "",
        // Every way has a prepay_id; a QR and an address come beside it.
        prepay_id: way === "jsapi" || way === "app" ? given : `wx${order.created_at}`,
        [credentialNames[way]]: given
      }
    })
  },
  {
    path: "/pay/micropay",
    answer: Effect.fnUntraced(function* ({ codePayments }, merchant, fields) {
      const body = present({
        ...common(fields),
        payer: present({ auth_code: fields.auth_code }),
        scene_info: present({ device_id: fields.device_info, device_ip: fields.spbill_create_ip })
      })
      const read = yield* Effect.fromResult(readCodepay(body))
      const order = yield* codePayments.pay(merchant, read, freeze(fields))
      if (order.state === "USERPAYING")
        return { result_code: "FAIL", err_code: "USERPAYING", err_code_des: "需要用户输入支付密码" }
      return orderFields(order)
    })
  },
  {
    path: "/pay/orderquery",
    answer: ({ orders }, { mchid }, fields) =>
      Effect.map(
        fields.transaction_id
          ? orders.byTransaction(mchid, fields.transaction_id)
          : orders.byNumber(mchid, number(fields)),
        stateFields
      )
  },
  {
    path: "/pay/closeorder",
    answer: ({ orders }, { mchid }, fields) => Effect.as(orders.close(mchid, number(fields)), {})
  },
  {
    path: "/secapi/pay/reverse",
    isCertified: true,
    answer: ({ codePayments }, { mchid }, fields) =>
      codePayments.reverse(mchid, number(fields)).pipe(
        Effect.as<Fields>({ recall: "N" }),
        Effect.catch((refused) =>
          refused.code === "USER_PAYING"
            ? Effect.succeed<Fields>({
                result_code: "FAIL",
                err_code: "USERPAYING",
                err_code_des: refused.message,
                recall: "Y"
              })
            : Effect.fail(refused)
        )
      )
  },
  {
    path: "/secapi/pay/refund",
    isCertified: true,
    answer: Effect.fnUntraced(function* ({ refunds }, { mchid }, fields) {
      const body = present({
        transaction_id: fields.transaction_id,
        out_trade_no: fields.out_trade_no,
        out_refund_no: fields.out_refund_no,
        reason: fields.refund_desc,
        notify_url: fields.notify_url,
        amount: {
          refund: amount(fields.refund_fee),
          total: amount(fields.total_fee),
          currency: "CNY"
        }
      })
      const { row } = yield* refunds.ask(mchid, yield* Effect.fromResult(readRefund(body)))
      return takenFields(row)
    })
  },
  {
    path: "/pay/refundquery",
    answer: ({ refunds }, { mchid }, { out_refund_no = "" }) =>
      Effect.map(refunds.find(mchid, out_refund_no), ({ row }) => refundFields(row))
  }
]
