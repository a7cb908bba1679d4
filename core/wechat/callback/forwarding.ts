import { type Duration, Effect, Metric } from "effect"
import { Transport } from "../../transport.ts"
import type { Account, AccountCallback } from "../account.ts"
import { readFields } from "./fields.ts"
import type { Told } from "./message.ts"
import { isReply } from "./reply.ts"
import { unsealed } from "./sealing.ts"
import type { Push, Request } from "./verification.ts"

const forwarded = Metric.counter("weir_callbacks_forwarded_total", {
  description: "Pushes relayed to the system that owned the callback before, by what came of it",
  incremental: true
})
const count = (outcome: "answered" | "silent" | "invalid" | "not sent" | "no answer") =>
  Metric.update(Metric.withAttributes(forwarded, { outcome }), 1)

/** An answer of WeChat's size. */
const mostBytes = 64 * 1024

/**
 * Relays a push, byte for byte, to the system that owned the callback before us, once. Its answer, if WeChat would take it for one;
 * nothing, if it has none, is silent or talks of something else.
 */
export const forward = Effect.fnUntraced(function* (
  { account, callback, push, told }: Relayed,
  { body, headers, target }: Request,
  timeout: Duration.Input
) {
  const { forwardTo: to } = callback
  if (to === undefined) return undefined
  const transport = yield* Transport
  const type = headers["content-type"]
  const outcome = yield* transport
    .exchange({
      method: "POST",
      url: to + queryOf(to, target),
      headers: type === undefined ? {} : { "content-type": type },
      body,
      timeout,
      maxBytes: mostBytes
    })
    .pipe(Effect.result)
  if (outcome._tag === "Failure") {
    const { _tag } = outcome.failure
    yield* count(_tag === "NotSent" ? "not sent" : "no answer")
    yield* Effect.logWarning(`A push to ${account.name} could not be relayed`, _tag)
    return undefined
  }
  const { body: bytes, status } = outcome.success
  const said = Buffer.from(bytes).toString()
  if (status === 200 && /^\s*(success)?\s*$/.test(said)) {
    yield* count("silent")
    return undefined
  }
  const answers = status === 200 && isAnswer({ account, callback, push, told }, bytes)
  yield* count(answers ? "answered" : "invalid")
  if (!answers)
    yield* Effect.logWarning(
      `What the owner before us says to a push to ${account.name} is no answer`,
      { status, bytes: bytes.length }
    )
  return answers ? said : undefined
})

interface Relayed {
  readonly account: Account
  readonly callback: AccountCallback
  readonly push: Push
  readonly told: Told
}

/** WeChat's signature is in the query, so it goes on as it came, behind a query of the address's own. */
const queryOf = (to: string, target: string): string => {
  const start = target.indexOf("?")
  if (start < 0) return ""
  return (to.includes("?") ? "&" : "?") + target.slice(start + 1)
}

/** Compatible mode takes answers in clear too, plain mode takes no others, secure mode none. */
const isAnswer = ({ account, callback, push, told }: Relayed, bytes: Uint8Array): boolean => {
  const document = readFields(bytes)
  if (document === undefined) return false
  const way = { to: told.from, from: told.to }
  const { Encrypt, MsgSignature, Nonce, TimeStamp } = document.fields
  if (Encrypt === undefined) return callback.mode !== "secure" && isReply(document.fields, way)
  if (!push.sealed) return false
  const signed = {
    signature: String(MsgSignature),
    nonce: String(Nonce),
    timestamp: String(TimeStamp)
  }
  const inside = unsealed(Encrypt, signed, account, callback)
  return typeof inside !== "string" && isReply(inside.fields, way)
}
