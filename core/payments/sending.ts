import { Clock, Duration, Effect } from "effect"
import { Database } from "../database/database.ts"
import { leaveTodo } from "../tasks/todos.ts"
import { type BodyInvalid, codepayBody, type NewOrder, orderBody } from "../wechat/pay/body.ts"
import { WechatPay } from "../wechat/pay/client.ts"
import type { PayFailure } from "../wechat/pay/errors.ts"
import type { Merchant } from "../wechat/pay/merchant.ts"
import { Merchants } from "../wechat/pay/merchants.ts"
import { type OrderWay, ways } from "../wechat/pay/ways.ts"
import { wordOf, wordOfPayFailure } from "./hearing.ts"
import { Ledger } from "./ledger.ts"
import type { Order } from "./model.ts"
import type { AttemptRow } from "./store.ts"
import type { Word } from "./word.ts"

/** What a code payment needs besides the order. The code is used once and never kept. */
export interface CodeOrder extends Order {
  readonly code: string
}

/** A QR for the payer to scan, and how long it may be paid. */
export interface QrOrder extends Order {
  readonly payWithin: Duration.Duration
}

/** Asks WeChat for the money of an attempt, once, and gives back its word or why there is none. */
export const makeSending = Effect.gen(function* () {
  const database = yield* Database
  const ledger = yield* Ledger
  const merchants = yield* Merchants
  const pay = yield* WechatPay

  /** What no payer can mend is somebody's business behind the counter. */
  const complain = ({ mchid }: Merchant) =>
    Effect.fnUntraced(function* (failure: PayFailure) {
      if (failure._tag !== "PayRefused") return
      const { code, field = "", reaction } = failure
      if (reaction !== "never" && reaction !== "operator") return
      const at = yield* Clock.currentTimeMillis
      const detail = `WeChat refuses payments of merchant ${mchid}: ${code} ${field}`.trim()
      const todo = { kind: "wechat.refuses", subject: `${mchid}/${code}`, detail, at }
      yield* database.write(`merchant:${mchid}`, (sql) => leaveTodo(sql, todo))
    })

  const code = Effect.fnUntraced(function* (order: CodeOrder, attempt: AttemptRow) {
    const by = yield* merchants.known(attempt.merchant)
    const body = yield* codepayBody(by, {
      outTradeNo: attempt.id,
      authCode: order.code,
      amount: order.amount,
      description: order.title,
      store: order.store,
      device: order.device
    })
    return yield* said(Effect.tapError(pay.codepay(by, body), complain(by)), wordOf)
  })

  /** The exact request is kept before it goes out: whatever is sent again must be the same bytes. */
  const order = Effect.fnUntraced(function* (wanted: Wanted, attempt: AttemptRow, way: OrderWay) {
    const by = yield* merchants.known(attempt.merchant)
    const kept = ledger.requestOf(attempt)
    const made = kept ?? (yield* orderBody(by, way, bodyOf(wanted, attempt, by)))
    const request = kept ?? (yield* ledger.keepRequest(attempt, made))
    if (request === undefined) return nothing("it has ended")
    const asked = Effect.tapError(pay.order(by, way, request), complain(by))
    const word = yield* said(asked, (prepay) => ({ says: "waiting", prepay }))
    // A refusal of the second request tells nothing of the first, which may have arrived or still will.
    return kept !== undefined && word.says === "refused" ? nothing(word.detail) : word
  })

  return {
    code: (order: CodeOrder, attempt: AttemptRow) => Effect.catch(code(order, attempt), unsent),
    order: (wanted: Wanted, attempt: AttemptRow, way: OrderWay) =>
      Effect.catch(order(wanted, attempt, way), unsent)
  }
})

/** What an order needs besides what is written down. */
export interface Wanted extends Pick<NewOrder, "openid" | "browser"> {
  readonly title: string
}

const bodyOf = (
  { title, ...who }: Wanted,
  { amount, appid, expires_at, id, sent_at }: AttemptRow,
  by: Merchant
): NewOrder => ({
  ...who,
  appid: appid ?? by.appid,
  outTradeNo: id,
  amount,
  description: title,
  expires: expires_at ?? sent_at + Duration.toMillis(ways.native.life),
  notifyUrl: `${by.notifyUrl}/payment`
})

/** What WeChat said to a request for money, or why it said nothing. */
const said = <A>(asked: Effect.Effect<A, PayFailure>, word: (answer: A, now: number) => Word) =>
  Effect.matchEffect(asked, {
    onFailure: (failure) => Effect.succeed(wordOfPayFailure(failure)),
    onSuccess: (answer) => Effect.map(Clock.currentTimeMillis, (now) => word(answer, now))
  })

const nothing = (reason: string): Word => ({ says: "nothing", reason })

/** WeChat would refuse the form of it, so it was not sent. */
const unsent = ({ message }: BodyInvalid) =>
  Effect.succeed<Word>({ says: "refused", why: "other", detail: message })
