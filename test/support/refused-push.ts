import { assert } from "@effect/vitest"
import { Effect, Metric } from "effect"
import type { openChat } from "./chat.ts"
import type { Request } from "./wechat-push.ts"

/** What a request is answered; nothing of one that is refused may be stored, and it is counted. */
export const refusedAs = Effect.fnUntraced(function* (
  chat: Effect.Success<ReturnType<typeof openChat>>,
  request: Request,
  status: number,
  reason: string
) {
  const before = yield* counted(reason)
  const stored = yield* chat.journal
  const { json, status: got, text } = yield* chat.push(request)
  assert.deepInclude(json, { title: "CallbackRefused" }, text)
  assert.strictEqual(got, status, text)
  assert.deepStrictEqual(yield* chat.journal, stored)
  assert.strictEqual((yield* counted(reason)) - before, 1, `counted as ${reason}`)
})

const counted = (reason: string) =>
  Effect.map(Metric.snapshot, (all) => {
    const one = all.find(
      ({ attributes, id }) => id === "weir_callbacks_refused_total" && attributes?.reason === reason
    )
    return one === undefined ? 0 : Number((one.state as { count: number | bigint }).count)
  })

/** The same with other parameters. */
export const query = (request: Request, change: (parameters: URLSearchParams) => void): Request => {
  const parameters = new URLSearchParams(request.query)
  change(parameters)
  return { ...request, query: `?${parameters}` }
}
