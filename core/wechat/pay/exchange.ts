import { Clock, Duration, Effect, Result } from "effect"
import { type Outgoing, Transport } from "../../transport.ts"
import { authorization, requestText } from "./authorization.ts"
import type { Call } from "./call.ts"
import type { PayFailure } from "./errors.ts"
import { type Heard, judge } from "./judgement.ts"
import type { Merchant } from "./merchant.ts"
import { makeNonce } from "./nonce.ts"
import { makePacing } from "./pacing.ts"
import { signs } from "./parties.ts"
import { Signer } from "./signer.ts"
import { makeHearV2, type V2Question } from "./v2/exchange.ts"
import { isV2Operation } from "./v2/request.ts"

/** Answers weigh a few kilobytes; what is heavier is not WeChat's. */
const MAX_BYTES = 256 * 1024

/** A request under the merchant's name: what is sent of it beside how long that may take. */
export type Sign = (
  merchant: Merchant,
  request: Pick<Call<unknown>, "body" | "method" | "target">
) => Effect.Effect<Pick<Outgoing, "body" | "headers" | "method" | "url">>

export const makeSign = Effect.fnUntraced(function* (url: string) {
  const signer = yield* Signer
  // The path is signed, so the address has none.
  const { origin } = new URL(url)

  return Effect.fnUntraced(function* (
    merchant: Merchant,
    { body, method, target }: Parameters<Sign>[1]
  ) {
    const timestamp = String(Math.floor((yield* Clock.currentTimeMillis) / 1000))
    const nonce = yield* makeNonce
    const caller = { mchid: signs(merchant), serial: merchant.serial }
    const text = requestText({ method, target, timestamp, nonce, body: body ?? "" })
    const signature = yield* signer.sign(merchant.privateKey, text)
    const headers = {
      accept: "application/json",
      authorization: authorization(caller, { timestamp, nonce }, signature),
      // WeChat refuses requests without one.
      "user-agent": "weir",
      // On every call: one that lacks it keeps a merchant from ever moving to the public key.
      "wechatpay-serial": merchant.preferredKey
    }
    if (body === undefined) return { method, url: origin + target, headers }
    return {
      method,
      url: origin + target,
      headers: { ...headers, "content-type": "application/json" },
      body: Buffer.from(body)
    }
  })
})

/** Signs a call, sends it once, verifies the answer and says what it means. */
export const makeAsk = Effect.fnUntraced(function* (url: string) {
  const pacing = yield* makePacing
  const sign = yield* makeSign(url)
  const transport = yield* Transport

  const exchange = Effect.fnUntraced(function* <A>(merchant: Merchant, call: Call<A>) {
    const signed = yield* sign(merchant, call)
    const { timeout } = call
    return yield* transport.exchange({ ...signed, timeout, maxBytes: MAX_BYTES })
  })

  const hearV2 = yield* makeHearV2(new URL(url).origin)

  const hearV3 = Effect.fnUntraced(function* <A>(merchant: Merchant, call: Call<A>) {
    const answer = yield* Effect.result(exchange(merchant, call))
    return judge(call, merchant.keys, answer, yield* Clock.currentTimeMillis)
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
