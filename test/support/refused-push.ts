import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { openChat } from "./chat.ts"
import { counted } from "./counted.ts"
import type { Request } from "./wechat-push.ts"

/** What a request is answered; nothing of one that is refused may be stored, and it is counted. */
export const refusedAs = Effect.fnUntraced(function* (
  chat: Effect.Success<ReturnType<typeof openChat>>,
  request: Request,
  status: number,
  reason: string
) {
  const before = yield* counted("weir_callbacks_refused_total", reason)
  const stored = yield* chat.journal
  const { json, status: got, text } = yield* chat.push(request)
  assert.deepInclude(json, { title: "CallbackRefused" }, text)
  assert.strictEqual(got, status, text)
  assert.deepStrictEqual(yield* chat.journal, stored)
  assert.strictEqual(
    (yield* counted("weir_callbacks_refused_total", reason)) - before,
    1,
    `counted as ${reason}`
  )
})

/** The same with other parameters. */
export const query = (request: Request, change: (parameters: URLSearchParams) => void): Request => {
  const parameters = new URLSearchParams(request.query)
  change(parameters)
  return { ...request, query: `?${parameters}` }
}
