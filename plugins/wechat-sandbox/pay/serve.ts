import { Clock, Effect, Predicate, Result } from "effect"
import type { RawRequest } from "#core"
import type { Merchant, WechatKey } from "../credentials.ts"
import { randomHex } from "../random.ts"
import type { SandboxServices } from "../sandbox.ts"
import { pathOf, struck } from "../struck.ts"
import type { Answer, Api } from "./api.ts"
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

/** One request to WeChat Pay, faults included. */
export const serve = (sandbox: SandboxServices, api: Api, request: RawRequest) =>
  struck(sandbox.faults, request, (failing) => answer(sandbox, api, request, failing))

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
  const { params, query } = request
  const origin = `http://${request.headers.host ?? "127.0.0.1:3003"}`
  const call = { merchant, params, query, origin, body: body as never, frozen, key }
  return yield* answer(sandbox, call)
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

const fileHeaders = { "content-type": "application/octet-stream" }

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
  if (!(outcome instanceof Refused) && outcome.file !== undefined)
    return { status: outcome.status, headers: fileHeaders, body: outcome.file }
  const body = bodyOf(outcome)
  const forged = (yield* faults.take("forge", path)) !== undefined
  const signature = yield* forged ? signing.forge(key, body) : signing.sign(key, body, path)
  const headers = { ...(yield* headersOf(outcome, body)), ...signature }
  return { status: outcome.status, headers, ...(body === "" ? {} : { body }) }
})
