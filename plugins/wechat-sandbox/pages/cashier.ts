import { Effect } from "effect"
import { html } from "hono/html"
import { type RawReply, type RawRequest, route } from "#core"
import { credentialIn, middlePath } from "../pay/middle-page.ts"
import { isPayable } from "../pay/standing.ts"
import { openPage } from "../platform/open-reply.ts"
import { WechatSandbox } from "../sandbox.ts"
import { isSignedText } from "../seal.ts"
import { accountOf } from "../store.ts"
import { bridgeScript, cashierScript } from "./bridge.ts"
import { plainPage } from "./oauth.ts"
import { type Look, screen } from "./screen.ts"
import type { View } from "./shell.ts"
import { type Html, isAddress, two } from "./words.ts"

/** How a page is told what became of its cashier. */
const results: Readonly<Record<string, "ok" | "cancel" | "fail">> = {
  paid: "ok",
  cancel: "cancel",
  OrderUnknown: "fail",
  NotPayable: "fail",
  OtherPayer: "fail"
}

const wordsOf = {
  ok: ["支付成功", "Paid"],
  cancel: ["已取消支付", "Cancelled"],
  fail: ["无法支付", "This cannot be paid"],
  signature: ["支付验证签名失败", "The page's paySign is wrong"],
  waiting: ["等待支付", "To be paid"]
} as const

const view = (at: string, word: keyof typeof wordsOf, result?: string): View => ({
  tab: "chats",
  title: ["支付", "Payment"],
  at,
  body: html`<section><p>${two(wordsOf[word][0], wordsOf[word][1])}</p>${
    result === undefined
      ? ""
      : html`<i data-result="${result}"></i><script src="/phone/cashier.js" defer></script>`
  }</section>`
})

/** What a page gave to the bridge must be signed by the merchant of the order, at the account where it is paid. */
const isAuthentic = Effect.fnUntraced(function* ({ query, sandbox }: Look, prepayId: string) {
  const said = (name: string) => query.get(name) ?? ""
  const order = yield* Effect.option(sandbox.payers.find(prepayId))
  if (order._tag === "None" || accountOf(order.value) !== said("appId")) return false
  const key = sandbox.credentials.merchant(order.value.mchid)?.publicKey
  const parts = [said("appId"), said("timeStamp"), said("nonceStr"), said("package")]
  return key !== undefined && isSignedText(key, parts, said("paySign"))
})

/** The cashier over a page, a browser or an app: the phone's own sheet, and then the way back. */
const cashier = Effect.fnUntraced(function* (look: Look) {
  const { frame, query } = look
  const prepaid = query.get("package")?.replace(/^prepay_id=/, "")
  if (prepaid !== undefined) {
    if (!(yield* isAuthentic(look, prepaid))) return view("/phone/cashier", "signature", "fail")
    return goTo(`/phone/cashier?${new URLSearchParams({ scan: prepaid })}`)
  }
  const back = query.get("back") ?? ""
  const scan = query.get("scan") ?? ""
  const at = `/phone/cashier?${new URLSearchParams({ scan, ...(back !== "" && { back }) })}`
  const result = results[query.get("say") ?? ""] ?? (frame.asked.length === 0 ? "fail" : undefined)
  if (result === undefined) return view(at, "waiting")
  return isAddress(back) ? goTo(back) : view(at, result, result)
})

const goTo = (location: string): RawReply => ({ status: 303, headers: { location } })

const told = (title: string, body: Html) => openPage(plainPage(title, body))

/** Between a phone's browser and its WeChat: only from a merchant's page, and only while the address lives. */
const middle = Effect.fnUntraced(function* ({ headers, query, target }: RawRequest) {
  const { clock, payers } = yield* WechatSandbox
  const found = yield* Effect.option(payers.find(credentialIn(`https://wx.tenpay.com${target}`)))
  if (!isAddress(headers.referer ?? ""))
    return yield* told("微信支付", html`<h1>商家参数格式有误，请联系商家解决</h1>`)
  if (found._tag === "None" || !isPayable(found.value, yield* clock.now))
    return yield* told("微信支付", html`<h1>支付链接已失效，请返回商家重新发起支付</h1>`)
  const back = query.get("redirect_url") ?? headers.referer ?? ""
  const scan = found.value.out_trade_no
  const sheet = `/phone/cashier?${new URLSearchParams({ scan, back })}`
  return yield* told(
    "微信支付",
    html`<h1>${two("微信支付", "WeChat Pay")}</h1>
<p>${two("正在打开微信…", "Opening WeChat…")}</p>
<p><a class="wide" href="${sheet}">${two("打开微信", "Open WeChat")}</a></p>
<p><a href="${back}">${two("返回商家", "Back to the merchant")}</a></p>`
  )
})

const script = (body: string) =>
  Effect.succeed({
    status: 200,
    headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" },
    body
  } satisfies RawReply)

export const cashierRoutes = [
  route.raw("GET", middlePath, middle),
  route.raw("GET", "/phone/cashier", screen(cashier)),
  route.raw("GET", "/phone/cashier.js", () => script(cashierScript)),
  route.raw("GET", "/phone/bridge.js", ({ headers }: RawRequest) =>
    script(bridgeScript(`http://${headers.host ?? "127.0.0.1:3003"}`))
  )
]
