import { Context, Effect, Layer, Option } from "effect"
import type { Call } from "../call.ts"
import type { PayFailure } from "../errors.ts"
import { makeAsk } from "../exchange.ts"
import type { Merchant } from "../merchant.ts"
import {
  type Complaint,
  type Page,
  readComplaint,
  readHistory,
  readNotifyUrl,
  readPage,
  type Said
} from "./wire.ts"

/** What a merchant says to a customer's wish for money: when it will come, or why it will not. */
export type Verdict =
  | { readonly approve: true; readonly withinDays: number }
  | { readonly approve: false; readonly reason: string }

/** Days in Beijing, `2026-11-24`; WeChat: at most thirty of them. */
export interface Days {
  readonly from: string
  readonly to: string
}

/**
 * WeChat: consumer complaints 2.0 (消费者投诉), `/v3/merchant-service/complaints-v2`. Each call is sent once; what is said to a customer is
 * said twice when it is sent twice.
 */
export class WechatComplaints extends Context.Service<
  WechatComplaints,
  {
    list(merchant: Merchant, days: Days, offset: number): Effect.Effect<Page, PayFailure>
    get(merchant: Merchant, id: string): Effect.Effect<Complaint, PayFailure>
    /** The latest fifty lines of what was said and done. */
    history(merchant: Merchant, id: string): Effect.Effect<ReadonlyArray<Said>, PayFailure>
    answer(merchant: Merchant, id: string, text: string): Effect.Effect<void, PayFailure>
    complete(merchant: Merchant, id: string): Effect.Effect<void, PayFailure>
    judgeRefund(merchant: Merchant, id: string, verdict: Verdict): Effect.Effect<void, PayFailure>
    /** Where WeChat notifies complaints of; nothing: nowhere. */
    notifiedAt(merchant: Merchant): Effect.Effect<string | undefined, PayFailure>
    notifyAt(merchant: Merchant, url: string, isNew: boolean): Effect.Effect<void, PayFailure>
  }
>()("weir/WechatComplaints") {
  static readonly layer = (url: string) =>
    Layer.effect(
      WechatComplaints,
      Effect.map(makeAsk(url), (ask) =>
        WechatComplaints.of({
          list: (merchant, { from, to }, offset) => {
            const asked = { limit: "50", offset: String(offset), begin_date: from, end_date: to }
            const query = new URLSearchParams({ ...asked, complainted_mchid: merchant.mchid })
            return ask(merchant, get(`${complaints}?${query}`, readPage))
          },
          get: (merchant, id) =>
            ask(
              merchant,
              get(of(id), (text) => Option.filter(readComplaint(text), (it) => it.id === id))
            ),
          history: (merchant, id) =>
            Effect.map(
              ask(merchant, get(`${of(id)}/negotiation-historys?limit=50&offset=0`, readHistory)),
              ({ data = [] }) => data
            ),
          answer: (merchant, id, text) =>
            ask(
              merchant,
              say("POST", `${of(id)}/response`, { ...against(merchant), response_content: text })
            ),
          complete: (merchant, id) =>
            ask(merchant, say("POST", `${of(id)}/complete`, against(merchant))),
          judgeRefund: (merchant, id, verdict) =>
            ask(merchant, say("POST", `${of(id)}/update-refund-progress`, judgement(verdict))),
          notifiedAt: (merchant) =>
            ask(merchant, get(notifications, readNotifyUrl)).pipe(
              Effect.map(({ url }) => url),
              Effect.catchIf(
                (no) => no._tag === "PayRefused" && no.code === "RESOURCE_NOT_EXISTS",
                () => Effect.succeed(undefined)
              )
            ),
          notifyAt: (merchant, url, isNew) =>
            ask(merchant, say(isNew ? "POST" : "PUT", notifications, { url }))
        })
      )
    )
}

const complaints = "/v3/merchant-service/complaints-v2"
const notifications = "/v3/merchant-service/complaint-notifications"
const of = (id: string) => `${complaints}/${encodeURIComponent(id)}`

const against = ({ mchid }: Merchant) => ({ complainted_mchid: mchid })

const judgement = (verdict: Verdict) =>
  verdict.approve
    ? { action: "APPROVE", launch_refund_day: verdict.withinDays }
    : { action: "REJECT", reject_reason: verdict.reason }

const common = { operation: "complaints", timeout: "8 seconds" } as const

const get = <A>(target: string, read: Call<A>["read"]): Call<A> => ({
  ...common,
  method: "GET",
  target,
  read
})

const say = (method: "POST" | "PUT", target: string, body: object): Call<void> => ({
  ...common,
  method,
  target,
  body: JSON.stringify(body),
  read: () => Option.some(undefined)
})
