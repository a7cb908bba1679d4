import { html, raw } from "hono/html"
import type { Html } from "../../login/pages/frame.ts"
import { rfc3339 } from "../../values/beijing.ts"
import { type Fen, formatYuan } from "../../values/money.ts"
import { qrSvg } from "../../values/qr.ts"

export const yuan = (fen: Fen) => `¥${formatYuan(fen)}`

/** Day and minute in Beijing. */
export const time = (at: number) => rfc3339(at).slice(0, 16).replace("T", " ")

/** A code to scan, in black on white also by night. */
export const qr = (text: string, label: string): Html =>
  html`<div class="qr" role="img" aria-label="${label}">${raw(qrSvg(text))}</div>`
