import { html } from "hono/html"
import { daysSheet } from "../sheets.ts"
import type { DayLine } from "../view.ts"
import { frame, table } from "./frame.ts"

/** Every day that has books, the latest first. */
export const daysPage = (lines: ReadonlyArray<DayLine>, more: string | undefined) =>
  frame(
    "对账",
    html`<h1>对账</h1>
<nav><a href="/books?format=csv">CSV</a><a href="/books?format=csv&amp;charset=gbk">CSV (GBK)</a><a href="/books?format=json">JSON</a></nav>
${
  lines.length === 0
    ? html`<p class="soft">还没有账。每天十点后取前一天的微信账单。</p>`
    : table(daysSheet(lines), (row) => `/books/${lines[row]?.merchant}/${lines[row]?.day}`)
}
${more === undefined ? "" : html`<p><a href="/books?before=${more}">更早</a></p>`}`
  )
