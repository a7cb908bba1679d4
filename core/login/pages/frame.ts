import { html, raw } from "hono/html"

export type Html = ReturnType<typeof html>
export type Part = Html | ReadonlyArray<Html> | string

/** The look of what people see around a login: WeChat's own, from 320 px up, by day and by night. */
export const style = `
:root{color-scheme:light dark;--ground:light-dark(#ededed,#111);--card:light-dark(#fff,#1e1e1e);--ink:light-dark(#1a1a1a,#e3e3e3);--soft:light-dark(#6b6b6b,#9b9b9b);--line:light-dark(#e2e2e2,#333);--green:light-dark(#07a050,#07c160)}
*{box-sizing:border-box}
body{margin:0 auto;max-width:26rem;min-height:100vh;display:flex;flex-direction:column;justify-content:center;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"PingFang SC","Microsoft YaHei",sans-serif}
main{margin:.6rem;padding:1.4rem .9rem;border-radius:.6rem;background:var(--card);border-top:4px solid var(--green);text-align:center}
h1{margin:0 0 .4rem;font-size:1.25rem;overflow-wrap:anywhere}
p{margin:.5rem 0;overflow-wrap:anywhere}
small{display:block;color:var(--soft);font-size:.8rem;font-weight:400}
.qr{max-width:15rem;margin:1rem auto;background:#fff;border-radius:.4rem;overflow:hidden}
.qr svg{display:block;width:100%;height:auto}
.mark{font-size:2.6rem;color:var(--green);margin:.4rem 0}
form{margin:1rem 0 0}
button,.button{display:block;width:100%;font:inherit;color:inherit;min-height:2.75rem;line-height:1.4;border:1px solid var(--line);border-radius:.5rem;background:var(--ground);padding:.4rem .6rem;margin:.6rem 0 0;cursor:pointer;text-decoration:none}
.primary{background:#07c160;border-color:#07c160;color:#00240f;font-weight:600}
.primary small{color:inherit}
a{color:var(--green)}
a.button{color:inherit}
:focus-visible{outline:3px solid var(--green);outline-offset:2px}
`

/** A sentence in both languages. */
export const two = (chinese: string, english: string) =>
  html`${chinese}<small lang="en">${english}</small>`

/** A whole page. `head`: what only some pages have. */
export const frame = (title: string, body: Part, head: Part = "") => html`<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${raw(style)}</style>
${head}
</head>
<body><main>${body}</main></body>
</html>`
