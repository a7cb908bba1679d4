import {
  type Fen,
  formatYuan,
  type NotRefundable,
  type Problem,
  type RefundStanding,
  type Standing
} from "#core"

/** What the cashier is told, the same list in every dialect of a till. */
export type RetCode =
  | "00" // done
  | "P1" // the customer is paying
  | "P2" // WeChat's answer is awaited
  | "P3" // a refund waits for the supervisor
  | "P4" // an invoice is being made
  | "R0" // reversed
  | "F1" // scan a new code
  | "F2" // no money on this one
  | "F3" // refused for another reason
  | "E1" // malformed
  | "E2" // wrong signature
  | "E3" // ticket used with another amount
  | "E4" // no such sale
  | "E5" // beyond what can be refunded
  | "E8" // WeChat cannot be reached
  | "E9" // our own failure

/** One short sentence a cashier can read out, and a receipt printer can print. */
export const words: { readonly [code in RetCode]: string } = {
  "00": "交易成功",
  P1: "用户支付中，请提示顾客输入密码",
  P2: "等待微信结果，请稍后查询，勿重复收款",
  P3: "退款超过限额，等待店长确认",
  P4: "开票中，请稍后再查",
  R0: "已撤销，未收款或已退回",
  F1: "付款码已过期或已使用，请重新扫码",
  F2: "余额不足或银行卡不支持，请换卡重扫",
  F3: "交易被拒绝",
  E1: "报文格式错误",
  E2: "签名错误",
  E3: "该小票号已用于其他金额",
  E4: "没有这笔交易",
  E5: "超出可退金额",
  E8: "连接不上微信，未收款，请稍后再试",
  E9: "系统故障，是否收款请查询"
}

/** The code for what the core refuses by itself. */
export const codeOf: { readonly [is in Problem["is"]]: RetCode } = {
  malformed: "E1",
  "unknown call": "E1",
  "wrong signature": "E2",
  reused: "E3",
  running: "P2",
  unreachable: "E8",
  failed: "E9"
}

/** A sale as every dialect of a till hands it over. */
export interface Sale {
  readonly store: string
  readonly till: string
  /** What tells this sale from every other of the store: ticket and business date, or the code where there is no ticket. */
  readonly reference: string
  readonly amount: Fen
  readonly code: string
  readonly title: string
  /** When the till said it, by its own clock; one without a clock does not say. */
  readonly saidAt?: number
}

/** What became of it, before a dialect puts it into its own fields. */
export interface Outcome {
  readonly code: RetCode
  readonly message: string
  readonly outTradeNo?: string
  readonly transactionId?: string
  readonly amount?: Fen
  readonly paidAt?: number
  readonly refunded?: Fen
  readonly outRefundNo?: string
  readonly refundId?: string
}

export const told = (code: RetCode, more: Omit<Outcome, "code" | "message"> = {}): Outcome => ({
  code,
  message: words[code],
  ...more
})

/** Where a payment stands, in the till's words. */
export const outcomeOf = (standing: Standing): Outcome => {
  switch (standing._tag) {
    // A till begins at once; what somebody was only invited to is no sale.
    case "Open":
    case "Closed":
      return told("E4")
    case "Paid": {
      const { amount, outTradeNo, paidAt, refunded, transactionId } = standing
      return told("00", {
        outTradeNo,
        transactionId,
        amount,
        paidAt,
        ...(refunded > 0 && { refunded })
      })
    }
    case "Paying":
      return told("P1", numberOf(standing))
    case "Awaited":
    // Whoever asks takes it; this is only seen by who does not ask.
    case "Held":
    case "Reversing":
      return told("P2", numberOf(standing))
    case "Reversed":
      return told("R0", {
        ...numberOf(standing),
        ...(standing.returned > 0 && { refunded: standing.returned })
      })
    case "Refused":
      return { ...told(refusals[standing.why], numberOf(standing)), ...reasonOf(standing) }
  }
}

/** Where a refund stands, in the till's words. */
export const returned = (refund: RefundStanding): Outcome => {
  const { outRefundNo } = refund
  switch (refund._tag) {
    case "Accepted":
      return told("00", { outRefundNo, refundId: refund.refundId, refunded: refund.amount })
    case "Waiting":
      return told("P3", { outRefundNo })
    case "Awaited":
      return told("P2", { outRefundNo })
    case "Declined":
      return { code: "F3", message: `退款被拒绝(${refund.detail})`, outRefundNo }
  }
}

/** Why nothing goes back; the code is the same, as a till can do no more about one than about another. */
export const unrefundable: { readonly [why in NotRefundable["why"]]: string } = {
  nothing: "退款金额必须大于零",
  unpaid: "未收款，无可退金额",
  undone: "该交易已撤销，无可退金额",
  refunded: "已部分退款，不能撤销，请退余款",
  beyond: words.E5,
  elsewhere: "非本商户销售，请到原商户门店退款",
  parts: "退款次数已达50次上限",
  late: "付款已超过一年，不能退款"
}

const numberOf = ({ outTradeNo }: { readonly outTradeNo: string }) => ({ outTradeNo })

const refusals = { code: "F1", funds: "F2", other: "F3", "not sent": "E8" } as const

/** WeChat's own code helps the person behind the cashier, so it is said where ours says little. */
const reasonOf = ({ detail, why }: Extract<Standing, { _tag: "Refused" }>) =>
  why === "other" && detail !== "" ? { message: `${words.F3}(${detail})` } : {}

/** What is written on a settlement slip. */
export const totalText = (count: number, amount: Fen) => `结算${count}笔 ${formatYuan(amount)}元`

/** Whose wallet a scanned code belongs to; one scanner feeds them all, so the first digits decide. */
export type Wallet = "wechat" | "alipay" | "unionpay"

export const walletOf = (code: string): Wallet | undefined => {
  if (/^1[0-5]\d{16}$/.test(code)) return "wechat"
  if (/^(2[5-9]|30)\d{14,22}$/.test(code)) return "alipay"
  if (/^62\d{17}$/.test(code)) return "unionpay"
  return undefined
}

const walletNames = { alipay: "支付宝", unionpay: "云闪付" } as const

/** A code that is not WeChat's: said so, since the cashier can only ask for another app. */
export const otherWallet = (wallet: Wallet | undefined): Outcome =>
  wallet === "alipay" || wallet === "unionpay"
    ? { code: "F3", message: `这是${walletNames[wallet]}付款码，请出示微信付款码` }
    : told("F1")
