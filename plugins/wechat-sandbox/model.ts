import { createHash } from "node:crypto"
import { Duration, Schema } from "effect"
import { beijingDate, toBeijing } from "#core"

/** Where an order stands, in WeChat's own words, and how WeChat explains it. */
export const tradeStates = {
  NOTPAY: "订单未支付",
  USERPAYING: "用户支付中，需要输入密码",
  SUCCESS: "支付成功",
  REFUND: "订单发生过退款，退款详情请查询退款单",
  CLOSED: "订单已关闭",
  REVOKED: "订单已撤销",
  PAYERROR: "支付失败"
} as const
export type TradeState = keyof typeof tradeStates

export const refundStates = {
  PROCESSING: "退款处理中",
  SUCCESS: "退款成功",
  ABNORMAL: "退款异常",
  CLOSED: "退款关闭"
} as const
export type RefundState = keyof typeof refundStates

export const tradeTypes = {
  codepay: "MICROPAY",
  native: "NATIVE",
  jsapi: "JSAPI",
  app: "APP",
  h5: "MWEB"
} as const
/** How an order is brought before its payer. The order itself is the same whichever way it came. */
export type Way = keyof typeof tradeTypes
/** What waits for its payer. */
export type OrderWay = Exclude<Way, "codepay">

/** What happens when a till presents a payment code. */
export const Outcome = Schema.Literals([
  /** Paid at once, without a password. */
  "paid",
  /** The phone asks for the password: 202 until the payer pays, cancels or the till reverses. */
  "userpaying",
  /** No card can pay: 403 `NOT_ENOUGH`, the order ends as `PAYERROR`. */
  "notenough",
  /** Shown too long ago: 400 `AUTH_CODE_INVALID`, and no order ever exists. */
  "expired",
  /** 500 `BANK_ERROR`, and nothing was paid: the order ends as `PAYERROR`. */
  "bankerror",
  /** 500 `SYSTEM_ERROR`, although it *was* paid. */
  "systemerror",
  /** 202, and the payer is busy typing for a minute: no reversal gets through meanwhile, then it is paid. */
  "late"
])
export type Outcome = typeof Outcome.Type

/** What a payer does about a payment that waits for them. */
export const PayerResult = Schema.Literals(["paid", "cancel", "wrongpassword", "notenough"])
export type PayerResult = typeof PayerResult.Type

const millis = (duration: Duration.Input) => Duration.toMillis(duration)

export const lives = {
  code: millis("1 minute"),
  credential: millis("2 hours"),
  /** Of an address that a browser goes to. */
  h5Url: millis("5 minutes"),
  order: millis("7 days"),
  /** A payer at the password page, where neither the till nor a close reaches them. */
  typing: millis("30 seconds"),
  lateCode: millis("1 minute"),
  lateClose: millis("10 seconds"),
  reversalFrom: millis("15 seconds"),
  reversalUntil: millis("7 days"),
  refundUntil: millis("365 days"),
  refundPause: millis("1 minute")
} as const

export const maxRefunds = 50

/** Notify, retries: fifteen, the last about a day after the first delivery. */
export const retryDelays = [
  "15 seconds",
  "15 seconds",
  "30 seconds",
  "3 minutes",
  "10 minutes",
  "20 minutes",
  "30 minutes",
  "30 minutes",
  "30 minutes",
  "1 hour",
  "3 hours",
  "3 hours",
  "3 hours",
  "6 hours",
  "6 hours"
].map((delay) => millis(delay as Duration.Input))

/** Of a hundred notifies, how many are signed with the public key on each day of a migration to it. */
export const migrationShare = [0.1, 1, 5, 10, 20, 50, 100]

/** Codes that begin with 10 to 15 are WeChat's; any other was made by another wallet. */
export const isPaymentCode = (code: string) => /^1[0-5]\d{16}$/.test(code)

export interface Shopper {
  readonly openid: string
  readonly name: string
  readonly english: string
  readonly balance: number
}

export const shoppers: readonly [Shopper, Shopper, Shopper] = [
  {
    openid: "oWeir5Xiaoyu0a7Kq2mVd9sTb3Fe",
    name: "林小雨",
    english: "Lin Xiaoyu",
    balance: 128_850
  },
  {
    openid: "oWeir5Laozhou4nRp8cHj6wYx1Gz",
    name: "周建国",
    english: "Zhou Jianguo",
    balance: 5_620
  },
  { openid: "oWeir5Chenyi72uLk0fBv4qSm8Nd", name: "陈怡", english: "Chen Yi", balance: 3_000_000 }
]

/** The code the first shopper holds in a fresh sandbox, so that the first sale can be typed by heart. */
export const developmentCode = "134650182203475516"

const digits = (length: number, ...about: ReadonlyArray<string | number>) => {
  const hash = createHash("sha256").update(about.join("|")).digest("hex")
  return BigInt(`0x${hash}`).toString().slice(-length).padStart(length, "0")
}

/** WeChat's own numbers are derived from what they are about, so a run can be repeated to the digit. */
export const transactionId = (mchid: string, outTradeNo: string, paidAt: number) =>
  `4200${digits(6, mchid)}${beijingDate(paidAt)}${digits(10, mchid, outTradeNo)}`

export const refundId = (mchid: string, outRefundNo: string, at: number) =>
  `5030${digits(7, mchid)}${beijingDate(at)}${digits(10, mchid, outRefundNo)}`

/** What leads its payer to an order, by its way; each time it is asked for it is another. */
export const credentialOf = (way: OrderWay, mchid: string, outTradeNo: string, at: number) => {
  const hash = createHash("sha256").update(`${mchid}|${outTradeNo}|${at}`).digest("hex")
  const prepayId = `wx${toBeijing(at).slice(2)}${hash.slice(0, 22)}`
  switch (way) {
    case "native":
      return `weixin://wxpay/bizpayurl?pr=${hash.slice(0, 7)}zz`
    case "h5":
      return `https://wx.tenpay.com/cgi-bin/mmpayweb-bin/checkmweb?prepay_id=${prepayId}&package=${hash.slice(22, 32)}`
    case "jsapi":
    case "app":
      return prepayId
  }
}

export const notifyId = (event: string, subject: string) =>
  `EV-${createHash("sha256").update(`${event}|${subject}`).digest("hex").slice(0, 32)}`
