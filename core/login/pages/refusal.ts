import { html } from "hono/html"
import type { LoginRefused } from "../model.ts"
import { frame, two } from "./frame.ts"

/** Why nobody was let in. `again`: where to begin anew. */
export const refusalPage = ({ chinese, message }: LoginRefused, again: string | undefined) =>
  frame(
    "登录失败 · Not logged in",
    html`<h1>${two("登录失败", "Not logged in")}</h1>
<p role="alert">${two(chinese, message)}</p>
${again === undefined ? "" : html`<a class="button primary" href="${again}">${two("重新登录", "Log in again")}</a>`}`
  )
