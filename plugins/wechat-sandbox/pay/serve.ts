import { Clock, Effect, Predicate, Result } from "effect"
import type { RawReply, RawRequest } from "#core"
import type { Merchant, WechatKey } from "../credentials.ts"
import { randomHex } from "../random.ts"
import type { SandboxServices } from "../sandbox.ts"
import type { Answer, Api } from "./apis.ts"
import { admit } from "./gate.ts"
import { readJson } from "./read.ts"
import {
  badParameter,
  Refused,
  systemError,
  tooOften,
  wrongAppid,
  wrongMerchant,
  wrongWechatKey
} from "./refusal.ts"

/** A door that sees this header breaks the connection instead of answering. */
const reset: RawReply = { status: 502, headers: { "x-sandbox-connection": "reset" } }

/**
 * One request to WeChat Pay, faults included. What was begun is ended also when the caller hangs up,
 * as it would be in somebody else's data centre.
 */
export const serve = Effect.fnUntraced(function* (
  sandbox: SandboxServices,
  api: Api,
  request: RawRequest
) {
  const { faults } = sandbox
  const path = pathOf(request)
  if ((yield* faults.take("drop", path)) !== undefined) return reset
  const broken = yield* faults.take("5xx", path)
  if (broken?.status !== undefined && broken.status > 500) return proxyPage(broken.status)
  const reply = yield* Effect.uninterruptible(answer(sandbox, api, request, broken !== undefined))
  const slow = yield* faults.take("slow", path)
  if (slow !== undefined) yield* Effect.sleep(`${slow.seconds ?? 6} seconds`)
  return (yield* faults.take("reset", path)) === undefined ? reply : reset
})

const pathOf = ({ target }: RawRequest) => target.split("?", 1)[0] ?? target

/** First who asks; then by which key the answer is wanted, so that everything after it can be signed. */
const answer = Effect.fnUntraced(function* (
  sandbox: SandboxServices,
  api: Api,
  request: RawRequest,
  failing: boolean
) {
  const { credentials, signing } = sandbox
  const path = pathOf(request)
  const merchant = admit(request, credentials.merchant, yield* Clock.currentTimeMillis)
  if (merchant instanceof Refused) return yield* unsigned(merchant)
  const asked = request.headers["wechatpay-serial"] ?? ""
  const key = asked === "" ? yield* signing.defaultKey(path) : yield* signing.answerKey(asked)
  const work = Effect.gen(function* () {
    if (key === undefined || (asked === "" && api.needsSerial)) return yield* wrongWechatKey()
    if (failing) return yield* systemError()
    return yield* perform(sandbox, api, request, merchant, key)
  })
  const outcome = Result.merge(yield* Effect.result(work))
  return yield* signed(sandbox, key ?? (yield* signing.defaultKey(path)), outcome, path)
})

const perform = Effect.fnUntraced(function* (
  sandbox: SandboxServices,
  { answer, mchid, read }: Api,
  request: RawRequest,
  merchant: Merchant,
  key: WechatKey
) {
  const limit = yield* sandbox.faults.take("quota", pathOf(request))
  if (limit !== undefined) return yield* tooOften()
  const json = read === undefined ? undefined : yield* Effect.fromResult(readJson(request.body))
  const stranger = misses(mchid, request, json, merchant)
  if (stranger !== undefined) return yield* stranger
  const body = read === undefined ? undefined : yield* Effect.fromResult(read(json))
  if (Predicate.hasProperty(body, "appid") && !merchant.appids.has(String(body.appid))) {
    return yield* wrongAppid()
  }
  const frozen = Buffer.from(request.body).toString("utf8")
  const { params } = request
  return yield* answer(sandbox, { merchant, params, body: body as never, frozen, key })
})

/** Who signed must be on whose behalf it is asked; a body that names nobody is told so with its other mistakes. */
const misses = (
  place: Api["mchid"],
  { query }: RawRequest,
  body: unknown,
  { mchid }: Merchant
): Refused | undefined => {
  if (place === "nowhere") return undefined
  const inBody = Predicate.hasProperty(body, "mchid") ? body.mchid : undefined
  const named = place === "query" ? query.get("mchid") : inBody
  if (place === "query" && named === null) {
    return badParameter("/mchid", "此字段为必填项", "", "query")
  }
  return typeof named === "string" && named !== mchid ? wrongMerchant() : undefined
}

const bodyOf = (outcome: Answer | Refused): string => {
  if (!(outcome instanceof Refused)) {
    return outcome.body === undefined ? "" : JSON.stringify(outcome.body)
  }
  const { code, detail, message } = outcome
  return JSON.stringify({ code, ...(detail === undefined ? {} : { detail }), message })
}

const headersOf = Effect.fnUntraced(function* (outcome: Answer | Refused, body: string) {
  const id = yield* randomHex(32)
  const number = outcome instanceof Refused ? outcome.number : 0
  return {
    "request-id": `08${id.toUpperCase()}CF05-${number}`,
    "content-language": "zh-CN",
    "cache-control": "no-cache, must-revalidate",
    ...(body === "" ? {} : { "content-type": "application/json; charset=utf-8" })
  }
})

const unsigned = Effect.fnUntraced(function* (refused: Refused) {
  const body = bodyOf(refused)
  return { status: refused.status, headers: yield* headersOf(refused, body), body }
})

const signed = Effect.fnUntraced(function* (
  { faults, signing }: SandboxServices,
  key: WechatKey,
  outcome: Answer | Refused,
  path: string
) {
  const body = bodyOf(outcome)
  const forged = (yield* faults.take("forge", path)) !== undefined
  const signature = yield* forged ? signing.forge(key, body) : signing.sign(key, body, path)
  const headers = { ...(yield* headersOf(outcome, body)), ...signature }
  return { status: outcome.status, headers, ...(body === "" ? {} : { body }) }
})

/** What a proxy in front of WeChat says when it cannot reach it: unsigned, and not JSON. */
const proxyPage = (status: number): RawReply => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8", server: "nginx" },
  body: `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
})
