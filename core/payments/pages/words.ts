/** The languages people are spoken to in. */
export type Language = "zh" | "en"

/** What people are told, in both languages. */
export const words = {
  title: ["微信支付", "WeChat Pay"],
  payee: ["收款方", "Paid to"],
  store: ["门店", "Store"],
  until: ["请于此时间前支付", "Please pay by"],
  beijing: ["北京时间", "Beijing time"],
  pay: ["微信支付", "Pay with WeChat"],
  goOn: ["继续支付", "Continue to pay"],
  here: ["改在这台设备上支付", "Pay on this device instead"],
  begun: ["支付已经开始，还没有完成。", "A payment was begun and is not complete yet."],
  elsewhere: [
    "已在另一台设备上开始支付。如果改在这里支付，另一台设备上的会先被关闭，不会重复扣款。",
    "It is being paid on another device. If you pay here instead, that one is closed first; nobody is charged twice."
  ],
  scan: ["请用微信扫一扫支付", "Scan with WeChat to pay"],
  showCode: ["显示支付二维码", "Show the QR code"],
  qr: ["支付二维码", "QR code to pay with"],
  making: ["正在生成支付二维码…", "The QR code is on its way…"],
  inWechat: ["在微信中打开此页面支付", "Open this page in WeChat to pay"],
  inWechatHow: [
    "复制网址，发给微信里的自己或好友，再点开；或者用另一部手机的微信扫描二维码。",
    "Copy the address, send it to yourself in WeChat and open it there; or scan the code with WeChat on another phone."
  ],
  orInWechat: ["打不开微信？", "WeChat does not open?"],
  pageQr: ["此页面的二维码", "QR code of this page"],
  address: ["网址", "Address"],
  copy: ["复制网址", "Copy the address"],
  copied: ["已复制", "Copied"],
  noScript: [
    "支付需要开启浏览器的 JavaScript。",
    "Paying here needs JavaScript, which this browser has switched off."
  ],
  noCashier: [
    "微信没有打开收银台。请关闭此页面后重新打开。",
    "WeChat did not open its cashier. Please close this page and open it again."
  ],
  toWechat: ["去微信支付", "Go to WeChat"],
  toMiniProgram: ["在小程序中支付", "Pay in the mini program"],
  cannotHere: [
    "这里暂时无法用微信支付。请联系商家。",
    "This cannot be paid with WeChat here. Please ask the shop."
  ],
  checking: ["正在确认支付结果", "Checking with WeChat"],
  checkingHow: [
    "正在向微信确认，请不要重复支付。结果会自动显示在这里，关闭此页面也没有关系。",
    "We are asking WeChat. Please do not pay again; the result appears here by itself, and closing this page does no harm."
  ],
  paid: ["支付成功", "Paid"],
  paidAt: ["支付时间", "Paid at"],
  refunded: ["已退款", "Refunded"],
  refundedHow: [
    "款项按原路退回，到账需要几分钟到几个工作日。",
    "The money goes back the way it came; banks take minutes to some working days."
  ],
  closed: ["支付已关闭", "This payment is closed"],
  closedHow: [
    "没有扣款。仍需支付时，请联系商家重新发起。",
    "Nothing was charged. If it is still to be paid, please ask the shop for a new address."
  ],
  over: ["已过支付时间", "The time to pay is over"],
  unknown: ["没有找到这笔支付", "There is no such payment"],
  unknownHow: [
    "请检查网址是否完整，或向商家索取新的支付链接。没有扣款。",
    "Please check that the address is complete, or ask the shop for a new one. Nothing was charged."
  ],
  tooOften: ["操作太频繁", "Too often"],
  tooOftenHow: ["请稍等片刻再试。", "Please wait a moment and try again."],
  lost: [
    "网络连接不稳定，正在重试。页面显示的可能不是最新状态。",
    "The connection is unstable; trying again. What you see may not be the latest."
  ],
  slow: ["请稍候，正在联系微信…", "One moment, WeChat is being asked…"],
  parts: ["全部款项", "All payments"],
  left: ["尚未支付", "Still to be paid"],
  nothingLeft: ["全部付清", "All is paid"],
  thisOne: ["本次", "this one"],
  open: ["待支付", "to be paid"],
  again: ["刷新", "Look again"]
} as const satisfies Readonly<Record<string, readonly [zh: string, en: string]>>

export type Word = keyof typeof words

/** Says something in somebody's language. */
export const speaker =
  (language: Language) =>
  (word: Word): string =>
    words[word][language === "zh" ? 0 : 1]

export type Say = ReturnType<typeof speaker>

/** Which of our languages a browser asks for; Chinese, unless it plainly wants another. */
export const languageOf = (accepted = ""): Language => {
  const wishes = accepted
    .slice(0, 512)
    .split(",")
    .map((part) => {
      const [tag = "", ...more] = part.trim().toLowerCase().split(";")
      const weight = more.map((one) => /^\s*q=([\d.]+)$/.exec(one)?.[1]).find(Boolean)
      return { tag, weight: weight === undefined ? 1 : Number(weight) }
    })
    .filter(({ tag, weight }) => /^[a-z]{2,3}(-|$)/.test(tag) && weight > 0)
  const best = (known: RegExp) =>
    Math.max(0, ...wishes.filter(({ tag }) => known.test(tag)).map(({ weight }) => weight))
  if (wishes.length === 0) return "zh"
  return best(/^zh/) >= best(/^en/) && best(/^zh/) > 0 ? "zh" : "en"
}
