import { html } from "hono/html"
import { type Cause, causes } from "../judge.ts"
import { differencesSheet, states, totalsSheet, yuan, yuanOfSi } from "../sheets.ts"
import type { DifferenceRow, TotalRow } from "../store.ts"
import type { DayView } from "../view.ts"
import { frame, table } from "./frame.ts"

/** One day: what it came to, who says so, and where they differ. */
export const dayPage = (
  { causes: counted, decisions, files, line, totals }: DayView,
  differences: ReadonlyArray<DifferenceRow>,
  more: string | undefined
) => {
  const here = `/books/${line.merchant}/${line.day}`
  const open = counted.filter(({ state }) => state === "open")
  return frame(
    `对账 ${line.day}`,
    html`<p><a href="/books">对账</a></p>
<h1>${line.day} · ${line.merchant}</h1>
<p>${states[line.state] ?? line.state}${line.step === "" ? "" : html` · 正在核对 ${line.step}，已看 ${line.done} 行`}</p>
<p>收款 ${yuan(line.gross)} − 退款 ${yuan(line.refunds)} − 手续费 ${yuanOfSi(line.fee)} = 净额 <strong>${yuanOfSi(line.net)}</strong>（${line.count} 笔）</p>
${picture(totals)}
<h2>门店与收银台</h2>
<nav><a href="${here}?format=csv">CSV</a><a href="${here}?format=csv&amp;charset=gbk">CSV (GBK)</a><a href="${here}?format=json">JSON</a></nav>
${table(totalsSheet(totals))}
<h2 id="differences">差异</h2>
${
  open.length === 0
    ? html`<p>没有待处理的差异。</p>`
    : open.map(
        ({ cause, count }) => html`<p class="bad">${causes[cause as Cause] ?? cause}：${count}</p>`
      )
}
<nav><a href="${here}/differences?format=csv">CSV</a><a href="${here}/differences?format=csv&amp;charset=gbk">CSV (GBK)</a></nav>
${differences.length === 0 ? "" : table(differencesSheet(differences))}
${more === undefined ? "" : html`<p><a href="${here}?after=${more}#differences">更多</a></p>`}
<h2>来源</h2>
${files.map(
  ({ lines, source, state, store, till, version }) =>
    html`<p>${named[source]} ${store} ${till} · ${lines} 行 · 第 ${version} 版${state === "replaced" ? "（已被更正）" : ""}</p>`
)}
<h2>经过</h2>
${decisions.map(({ reason, to }) => html`<p>${states[to] ?? to}${reason === null ? "" : `：${reason}`}</p>`)}`
  )
}

const named = { sales: "销售文件", trade: "交易账单", funds: "资金账单" }

/** Up to a dozen stores: what the bill says beside what our ledger says. */
const picture = (totals: ReadonlyArray<TotalRow>) => {
  const stores = Map.groupBy(totals, ({ store }) => store)
  const bars = [...stores]
    .map(([store, rows]) => ({
      store: store === "" ? "（无门店）" : store,
      billed: rows.reduce((sum, row) => sum + row.trade_gross, 0),
      ours: rows.reduce((sum, row) => sum + row.ledger_gross, 0)
    }))
    .toSorted((a, b) => b.billed - a.billed)
    .slice(0, 12)
  const most = Math.max(1, ...bars.flatMap(({ billed, ours }) => [billed, ours]))
  if (bars.length === 0) return ""
  return html`<svg viewBox="0 0 600 ${bars.length * 34 + 6}" role="img" aria-label="各门店：微信账单与我方账">
${bars.map(({ billed, ours, store }, place) => {
  const y = place * 34 + 6
  const width = (fen: number) => Math.round((fen / most) * 360)
  return html`<text x="6" y="${y + 17}">${store}</text>
<rect x="120" y="${y}" width="${width(billed)}" height="12" fill="var(--green)"></rect>
<rect x="120" y="${y + 14}" width="${width(ours)}" height="8" fill="var(--soft)"></rect>
<text x="${126 + width(billed)}" y="${y + 11}">${yuan(billed)}</text>`
})}
</svg>`
}
