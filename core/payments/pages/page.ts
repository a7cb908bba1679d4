import { html, raw } from "hono/html"
import { style as frameStyle, type Part } from "../../login/pages/frame.ts"
import { isLive } from "./state.ts"
import type { PayView } from "./view.ts"
import { type Language, speaker, type Word } from "./words.ts"

const style = `${frameStyle}
body{justify-content:flex-start}
main{margin:.6rem .6rem 0}
h1:focus{outline:0}
h2{margin:.2rem 0 .4rem;font-size:1rem}
.amount{font-size:2.2rem;font-weight:700;margin:.2rem 0;font-variant-numeric:tabular-nums;line-height:1.2}
.headline{font-size:1.2rem;font-weight:600}
.mark{line-height:1}
.mark.closed,.mark.over,.mark.checking,.mark.refunded{color:var(--soft)}
.how{color:var(--soft);font-size:.9rem}
dl{margin:1rem 0;padding:.2rem 0;border-block:1px solid var(--line)}
dl div{display:flex;justify-content:space-between;gap:1rem;padding:.25rem 0}
dt{color:var(--soft);flex:none}
dd{margin:0;text-align:end;overflow-wrap:anywhere}
ul{list-style:none;margin:0;padding:0}
li{display:flex;justify-content:space-between;gap:1rem;padding:.35rem 0;text-align:start;overflow-wrap:anywhere}
.end{text-align:end;flex:none}
.parts{margin-top:1.2rem;border-top:1px solid var(--line);padding-top:.8rem}
.parts a,.parts li span{min-height:1.5rem}
details{margin-top:1rem;border-top:1px solid var(--line)}
summary{min-height:2.75rem;line-height:2.75rem;cursor:pointer;color:var(--soft)}
.address{display:block;color:var(--soft);font-size:.9rem}
.address input{width:100%;font:inherit;min-height:2.75rem;padding:.3rem .5rem;margin-top:.2rem;color:var(--ink);background:var(--ground);border:1px solid var(--line);border-radius:.4rem}
button[disabled]{opacity:.6}
#lost,#slow,#often,#closed{background:light-dark(#fff3d6,#4a3a10);color:light-dark(#5c4200,#ffe2a0);border-radius:.4rem;padding:.4rem .6rem;font-size:.9rem}
.said{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
[hidden]{display:none}
main[data-checking] form,main[data-checking] details{display:none}
`

/** The sentence that a screen reader says when the state becomes another. */
const sayings = {
  open: "open",
  paying: "begun",
  checking: "checkingHow",
  paid: "paid",
  refunded: "refunded",
  closed: "closed",
  over: "over"
} as const satisfies Readonly<Record<PayView["state"], Word>>

/** What a script is told of a view, beside what it shows. */
export const factsOf = async ({ asks, html, mark, state }: PayView, language: Language) => ({
  mark,
  state,
  asks,
  isLive: isLive(state),
  says: speaker(language)(sayings[state]),
  html: String(await html)
})

/** The whole page of a payment. `jsSdk`: a mini program shows it, and its own pages are reached by WeChat's script. */
export const payPage = (view: PayView, language: Language, jsSdk = false) => {
  const say = speaker(language)
  return shell(
    language,
    html`<main id="pay" data-mark="${view.mark}" data-state="${view.state}" data-live="${String(isLive(view.state))}" data-asks="${String(view.asks)}">
<p id="lost" role="status" hidden>${say("lost")}</p>
<p id="slow" role="status" hidden>${say("slow")}</p>
<p id="often" role="status" hidden>${say("tooOftenHow")}</p>
<p id="closed" role="alert" hidden>${say("noCashier")}</p>
<div id="checking" hidden><p class="headline">${say("checking")}</p><p class="how">${say("checkingHow")}</p></div>
<div id="view">${view.html}</div>
<p id="said" class="said" role="status" aria-live="polite"></p>
</main>`,
    html`${isLive(view.state) ? html`<noscript><meta http-equiv="refresh" content="5"></noscript>` : ""}
${jsSdk ? raw('<script src="https://res.wx.qq.com/open/js/jweixin-1.6.0.js" defer></script>') : ""}
<script src="/pay/page.js" defer></script>`
  )
}

/** A page that only says something: what is wrong, and what to do. */
export const toldPage = (language: Language, headline: Word, how: Word) => {
  const say = speaker(language)
  return shell(
    language,
    html`<main><h1>${say(headline)}</h1><p class="how" role="alert">${say(how)}</p></main>`
  )
}

const shell = (language: Language, body: Part, head: Part = "") => html`<!doctype html>
<html lang="${language === "zh" ? "zh-CN" : "en"}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="robots" content="noindex">
<title>${speaker(language)("title")}</title>
<style>${raw(style)}</style>
${head}
</head>
<body>${body}</body>
</html>`
