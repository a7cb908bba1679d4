import { Clock, Duration, Effect, Metric, Random, Result } from "effect"
import { Transport } from "../transport.ts"
import type { Call } from "./call.ts"
import type { Door } from "./errcodes.ts"
import type { WechatFailure } from "./errors.ts"
import { Form, formBytes } from "./form.ts"
import { WechatHosts } from "./hosts.ts"
import { type Heard, judge } from "./judgement.ts"
import { jsonText } from "./wire.ts"

/** Sends a call once and says what came of it. `secrets` join the query, and no log. */
export const makeExchange = Effect.gen(function* () {
  const transport = yield* Transport
  const { api } = yield* WechatHosts

  return Effect.fnUntraced(function* <A>(
    call: Call<A>,
    door: Door,
    secrets: Readonly<Record<string, string>> = {}
  ): Effect.fn.Return<A, WechatFailure> {
    const { maxBytes = mebibyte, method, path, timeout = "6 seconds" } = call
    const query = new URLSearchParams({ ...secrets, ...call.query }).toString()
    const url = `${api}${path}${query === "" ? "" : `?${query}`}`
    const [headers, body] = yield* written(call)
    const request = { method, url, headers, timeout, maxBytes, ...(body !== undefined && { body }) }
    const [duration, answer] = yield* Effect.timed(Effect.result(transport.exchange(request)))
    const heard = judge(call, door, answer, yield* Clock.currentTimeMillis)
    yield* report(path, Duration.toMillis(duration), heard)
    return yield* Effect.fromResult(heard.outcome)
  })
})

const mebibyte = 1024 * 1024

type Written = readonly [headers: Readonly<Record<string, string>>, body?: Uint8Array]

const written = Effect.fnUntraced(function* ({ body }: Call<unknown>): Effect.fn.Return<Written> {
  if (body === undefined) return [{ accept: "*/*" }]
  if (!(body instanceof Form))
    return [{ accept: "*/*", "content-type": "application/json" }, Buffer.from(jsonText(body))]
  const boundary = `weir-${yield* Random.nextIntBetween(0, 2 ** 31)}-${yield* Random.nextIntBetween(0, 2 ** 31)}`
  const type = `multipart/form-data; boundary=${boundary}`
  return [{ accept: "*/*", "content-type": type }, formBytes(body, boundary)]
})

const answers = (outcome: string) =>
  Metric.counter("weir_wechat_answers_total", {
    description: "What calls of WeChat's API came to.",
    attributes: { outcome },
    incremental: true
  })
const count = {
  done: answers("done"),
  WechatRefused: answers("refused"),
  WechatUnknown: answers("unknown"),
  NotSent: answers("not sent")
}

/** Nothing in the log says whom it was about. */
const report = <A>(path: string, duration: number, { code, outcome, rid, status }: Heard<A>) => {
  const fields = { path, duration: Math.round(duration), status, code, rid }
  const tell = (line: Effect.Effect<void>) => Effect.annotateLogs(line, fields)
  if (Result.isSuccess(outcome))
    return Effect.andThen(Metric.update(count.done, 1), tell(Effect.logInfo("WeChat answered")))
  const { failure } = outcome
  const line =
    failure._tag === "WechatRefused" && failure.class === "U" ? Effect.logInfo : Effect.logWarning
  const says = failure._tag === "WechatRefused" ? `refused: ${failure.message}` : failure.message
  return Effect.andThen(Metric.update(count[failure._tag], 1), tell(line(`WeChat: ${says}`)))
}
