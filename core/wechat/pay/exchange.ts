import { Clock, Duration, Effect, Result } from "effect"
import type { Call } from "./call.ts"
import type { PayFailure } from "./errors.ts"
import { type Heard, judge } from "./judgement.ts"
import type { Merchant } from "./merchant.ts"
import { makePacing } from "./pacing.ts"
import { makeSend } from "./send.ts"
import { makeHearV2, type V2Question } from "./v2/exchange.ts"
import { isV2Operation } from "./v2/request.ts"
import { WechatKeys } from "./wechat-keys.ts"

/** Signs a call, sends it once, verifies the answer and says what it means. */
export const makeAsk = Effect.fnUntraced(function* (url: string) {
  const keys = yield* WechatKeys
  const pacing = yield* makePacing
  const send = yield* makeSend(url)
  const hearV2 = yield* makeHearV2(new URL(url).origin)

  const hearV3 = Effect.fnUntraced(function* <A>(merchant: Merchant, call: Call<A>) {
    const answer = yield* Effect.result(send(merchant, call, yield* keys.preferred(merchant)))
    const headers = Result.isSuccess(answer) ? answer.success.headers : {}
    const known = yield* keys.for(merchant, headers)
    return judge(call, known, answer, yield* Clock.currentTimeMillis)
  })

  /** A merchant of version 2 orders and refunds in it; what only version 3 knows it asks in version 3, given its keys. */
  const hearOnce = <A>(merchant: Merchant, call: Call<A>) => {
    const { protocol, v2 } = merchant
    return protocol === "v2" && v2 !== undefined && isV2Call(call)
      ? hearV2({ ...merchant, v2 }, call)
      : hearV3(merchant, call)
  }

  const hear = Effect.fnUntraced(function* <A>(merchant: Merchant, call: Call<A>) {
    const [duration, heard] = yield* Effect.timed(hearOnce(merchant, call))
    yield* report(call.operation, Duration.toMillis(duration), heard)
    return heard
  })

  return Effect.fnUntraced(function* <A>(
    merchant: Merchant,
    call: Call<A>
  ): Effect.fn.Return<A, PayFailure> {
    yield* pacing.turn(merchant, call.operation)
    let heard = yield* hear(merchant, call)
    // A question can be asked again; for the rest, only a query tells what stood behind the probe.
    if (heard.probe === true && call.method === "GET") heard = yield* hear(merchant, call)
    yield* pacing.learn(merchant, call.operation, heard.outcome)
    return yield* Effect.fromResult(heard.outcome)
  })
})

const isV2Call = <A>(call: Call<A>): call is V2Question<A> => isV2Operation(call.operation)

/** Nothing in the log says who pays, or with what. */
const report = <A>(
  operation: string,
  duration: number,
  { outcome, probe, requestId, skew, status }: Heard<A>
) => {
  const fields = { operation, duration: Math.round(duration), status, requestId, clock: skew }
  const tell = (line: Effect.Effect<void>, code?: string) =>
    Effect.annotateLogs(line, { ...fields, code })
  if (Result.isSuccess(outcome)) return tell(Effect.logInfo("WeChat Pay answered"))
  const { failure } = outcome
  const log = probe === true ? Effect.logInfo : Effect.logWarning
  return failure._tag === "PayRefused"
    ? tell(log("WeChat Pay refused"), failure.code)
    : tell(log(`WeChat Pay: ${failure.message}`))
}
