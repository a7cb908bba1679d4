import { Clock, Duration, Effect } from "effect"
import {
  type Incoming,
  type NoAnswer,
  type NotSent,
  type Outgoing,
  Transport
} from "../../transport.ts"
import { authorization, requestText } from "./authorization.ts"
import type { Call } from "./call.ts"
import type { Merchant, Pair } from "./merchant.ts"
import { makeNonce } from "./nonce.ts"
import { signs } from "./parties.ts"
import { Signer } from "./signer.ts"

/** Answers weigh a few kilobytes; what is heavier is not WeChat's. */
const MAX_BYTES = 256 * 1024

/** WeChat's other data centre: the same interface, keys and orders. The address is not signed, so a signed request is good there too. */
const others: Readonly<Record<string, string>> = {
  "https://api.mch.weixin.qq.com": "https://api2.mch.weixin.qq.com"
}

/** How long a key that WeChat did not know is left alone before it is tried again. */
const UNKNOWN_FOR = 10 * 60_000

/** What is asked, without how its answer is read. */
type Request = Pick<Call<unknown>, "method" | "target" | "body" | "timeout">

type Answer = Effect.Effect<Incoming, NotSent | NoAnswer>

/** A request under the merchant's name: what is sent of it beside how long that may take. */
export type Sign = (
  merchant: Merchant,
  request: Omit<Request, "timeout">,
  by?: {
    readonly pair?: Pair
    /** WeChat's key that the answer should be signed with. */
    readonly wechatKey?: string
  }
) => Effect.Effect<Pick<Outgoing, "body" | "headers" | "method" | "url">>

export const makeSign = Effect.fnUntraced(function* (url: string) {
  const signer = yield* Signer
  // The path is signed, so the address has none.
  const { origin } = new URL(url)

  const sign: Sign = Effect.fnUntraced(function* (merchant, { body, method, target }, by = {}) {
    const { privateKey, serial } = by.pair ?? merchant
    const timestamp = String(Math.floor((yield* Clock.currentTimeMillis) / 1000))
    const nonce = yield* makeNonce
    const text = requestText({ method, target, timestamp, nonce, body: body ?? "" })
    const signature = yield* signer.sign(privateKey, text)
    const headers = {
      accept: "application/json",
      authorization: authorization(
        { mchid: signs(merchant), serial },
        { timestamp, nonce },
        signature
      ),
      // WeChat refuses requests without one.
      "user-agent": "weir",
      // On every call: one that lacks it keeps a merchant from ever moving to the public key.
      "wechatpay-serial": by.wechatKey ?? merchant.preferredKey
    }
    if (body === undefined) return { method, url: origin + target, headers }
    return {
      method,
      url: origin + target,
      headers: { ...headers, "content-type": "application/json" },
      body: Buffer.from(body)
    }
  })
  return sign
})

/**
 * Signs requests of version 3 and sends them. `wechatKey` is WeChat's key that the answer should be signed with.
 *
 * What never left goes to WeChat's other data centre at once, and so does a question that was not answered; anything else that may
 * have arrived is never said twice here. A 401 comes from before anything is done: it is asked again with the key before, which is
 * what WeChat still knows while ours are changed.
 */
export const makeSend = Effect.fnUntraced(function* (url: string) {
  const sign = yield* makeSign(url)
  const transport = yield* Transport
  const { origin } = new URL(url)
  const other = others[origin]
  const used = new Map<string, { readonly pair: Pair; readonly until: number }>()

  const sendBy = Effect.fnUntraced(function* (
    merchant: Merchant,
    request: Request,
    wechatKey: string,
    pair: Pair
  ) {
    const signed = yield* sign(merchant, request, { pair, wechatKey })
    const begun = yield* Clock.currentTimeMillis
    const to = (host: string, timeout: Request["timeout"]): Answer =>
      transport.exchange({ ...signed, url: host + request.target, timeout, maxBytes: MAX_BYTES })
    const first = to(origin, request.timeout)
    if (other === undefined) return yield* first
    return yield* Effect.catch(first, (failure): Answer => {
      if (failure._tag === "NoAnswer" && request.method !== "GET") return Effect.fail(failure)
      return Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const left = Duration.toMillis(request.timeout) - (now - begun)
        return left < 1_000 ? Effect.fail(failure) : to(other, Duration.millis(left))
      })
    })
  })

  const pairOf = (merchant: Merchant, now: number): Pair => {
    const known = used.get(merchant.mchid)
    return known !== undefined && now < known.until ? known.pair : merchant
  }

  return Effect.fnUntraced(function* (merchant: Merchant, request: Request, wechatKey: string) {
    const now = yield* Clock.currentTimeMillis
    const first = pairOf(merchant, now)
    const answer = yield* sendBy(merchant, request, wechatKey, first)
    if (answer.status !== 401) return answer
    for (const pair of [merchant, ...merchant.previous]) {
      if (pair.serial === first.serial) continue
      const again = yield* sendBy(merchant, request, wechatKey, pair)
      if (again.status === 401) continue
      used.set(merchant.mchid, { pair, until: now + UNKNOWN_FOR })
      yield* Effect.logWarning(
        `WeChat Pay does not know our certificate ${first.serial} of merchant ${merchant.mchid}; ${pair.serial} is used`
      )
      return again
    }
    return answer
  })
})
