import { Effect } from "effect"
import type { RawReply } from "#core"

const headers = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; img-src *; form-action *; base-uri 'none'"
}

/** A page of open.weixin.qq.com. */
export const openPage = Effect.fnUntraced(function* (content: string | Promise<string> | object) {
  const body = yield* Effect.promise(async () => String(await content))
  return { status: 200, headers, body } satisfies RawReply
})
