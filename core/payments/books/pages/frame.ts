import { html, raw } from "hono/html"
import type { Sheet } from "../sheets.ts"

type Html = ReturnType<typeof html>
export type Part = Html | ReadonlyArray<Html> | string

/** Tables from 320 px up: where there is no room for columns, each row is a card. */
const style = `
:root{color-scheme:light dark;--ground:light-dark(#f4f4f2,#141414);--card:light-dark(#fff,#1e1e1e);--ink:light-dark(#1a1a1a,#e6e6e6);--soft:light-dark(#666,#9b9b9b);--line:light-dark(#dcdcd8,#333);--green:light-dark(#087a41,#07c160);--red:light-dark(#b3261e,#ff8a80)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:72rem;padding:.8rem;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"PingFang SC","Microsoft YaHei",sans-serif}
h1{font-size:1.3rem;margin:.2rem 0}h2{font-size:1.05rem;margin:1.4rem 0 .4rem}
a{color:var(--green)}nav a{margin-right:1rem}p{margin:.3rem 0}.soft{color:var(--soft)}.bad{color:var(--red);font-weight:600}
table{border-collapse:collapse;width:100%;background:var(--card)}
th,td{padding:.35rem .5rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;overflow-wrap:anywhere}
th{color:var(--soft);font-weight:500;font-size:.85rem}td.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
svg{display:block;width:100%;height:auto;background:var(--card);border:1px solid var(--line)}svg text{fill:var(--ink);font-size:11px}
:focus-visible{outline:3px solid var(--green);outline-offset:2px}
@media(max-width:640px){thead{display:none}tr{display:block;border-bottom:6px solid var(--ground)}td,td.n{display:flex;justify-content:space-between;gap:1rem;text-align:right;white-space:normal}td::before{content:attr(data-name);color:var(--soft);text-align:left;flex:none}td:empty{display:none}}
`

export const frame = (title: string, body: Part) => html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(style)}</style>
</head>
<body>${body}</body>
</html>`

const isAmount = (text: string) => /^-?\d[\d.]*$/.test(text)

/** A sheet as a table; `link`: where a row's first cell leads. */
export const table = ({ columns, rows }: Sheet, link?: (row: number) => string) => html`<table>
<thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
<tbody>${rows.map(
  (cells, row) =>
    html`<tr>${cells.map((text, place) => {
      const name = columns[place] ?? ""
      const inside =
        place === 0 && link !== undefined ? html`<a href="${link(row)}">${text}</a>` : text
      return html`<td data-name="${name}" class="${place > 2 && isAmount(text) ? "n" : ""}">${inside}</td>`
    })}</tr>`
)}</tbody>
</table>`
