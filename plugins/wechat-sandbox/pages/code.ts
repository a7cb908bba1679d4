import { html, raw } from "hono/html"
import { qrSvg } from "#core"
import { Outcome } from "../model.ts"
import type { Frame } from "../phone.ts"
import type { CodeRow } from "../store.ts"
import { type View, whose } from "./shell.ts"
import { two } from "./words.ts"

const outcomes: Readonly<Record<Outcome, string>> = {
  paid: "免密支付 · Paid at once",
  userpaying: "输入密码 · Asks for the password",
  notenough: "余额不足 · Not enough money",
  expired: "付款码过期 · Expired",
  bankerror: "银行异常，未扣款 · Bank error, not paid",
  systemerror: "系统异常，已扣款 · System error, but paid",
  late: "一分钟后才支付 · Pays a minute later"
}

const at = "/phone/code"

/** What a cashier scans, and what comes of it. */
export const codeView = (
  frame: Frame,
  { code, outcome }: { readonly code: CodeRow; readonly outcome: Outcome }
): View => ({
  tab: "code",
  title: ["付款码", "Payment code"],
  at,
  body: html`<section>
<div class="qr" role="img" aria-label="付款码 ${code.code}">${raw(qrSvg(code.code))}</div>
<p class="code"><code>${code.code.replaceAll(/(.{4})/g, "$1 ").trim()}</code></p>
${life(code, frame.now)}
</section>
<section><form class="row" method="post" action="/phone/outcome">${whose(frame, at)}
<label>${two("付款时", "When it is scanned")}
<select name="outcome">${Outcome.literals.map(
    (it) =>
      html`<option value="${it}"${it === outcome ? raw(" selected") : ""}>${outcomes[it]}</option>`
  )}</select></label><button>${two("更改", "Set")}</button></form>
</section>`
})

const life = ({ expires_at }: CodeRow, now: number) => {
  if (expires_at === null) {
    return html`<p><small>${two("开发专用，用过即失效", "For development: works until it is used")}</small></p>`
  }
  const left = Math.ceil((expires_at - now) / 1000)
  return html`<div class="life"><i style="animation-duration:${left}s"></i></div><p><small>${two(`${left} 秒后更新`, `a new one in ${left} s`)}</small></p>`
}
