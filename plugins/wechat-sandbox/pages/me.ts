import { html } from "hono/html"
import { FaultName } from "../faults.ts"
import type { Frame } from "../phone.ts"
import { on, type View, whose } from "./shell.ts"
import { avatar, two, yuan } from "./words.ts"

const at = "/phone/me"

/** Who holds the phone, what they own, and what only a sandbox has. */
export const meView = (frame: Frame): View => {
  const { balance, english, name, openid } = frame.holder
  return {
    tab: "me",
    title: ["我", "Me"],
    at,
    body: html`<section class="card">${avatar(name)}<div><h2>${two(name, english)}</h2><p><small>openid ${openid}</small></p></div></section>
<section><ul>
<li><span>${two("零钱", "Balance")}</span><span class="end"><b>${balance === undefined ? "银行卡 Card" : yuan(balance)}</b></span></li>
<li><a href="${on(openid, "/phone/bill")}">${two("账单", "Bill")} ›</a></li>
</ul></section>
<section><h2>${two("换一部手机", "Another phone")}</h2>
<form class="row" method="get" action="/phone/me">
<label>openid <input name="as" placeholder="o…" autocomplete="off" required></label><button>${two("切换", "Switch")}</button></form>
<form class="row" method="post" action="/phone/people">${whose(frame, at)}
<label>${two("新朋友", "Somebody new")} <input name="name" placeholder="王小明" maxlength="32" autocomplete="off" required></label><button>${two("加入", "Add")}</button></form>
</section>
<section><h2>${two("制造故障", "Break something")}</h2>
<form class="row" method="post" action="/phone/faults">${whose(frame, at)}
<label>${two("故障", "Fault")} <select name="fault">${FaultName.literals.map((it) => html`<option>${it}</option>`)}</select></label>
<button>${two("下一次", "Next time")}</button></form>
</section>`
  }
}
