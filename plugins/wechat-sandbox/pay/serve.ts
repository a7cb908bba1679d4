import { Clock, Effect, Predicate, Result } from "effect"
import type { RawRequest } from "#core"
import type { Merchant, WechatKey } from "../credentials.ts"
import { randomHex } from "../random.ts"
import type { SandboxServices } from "../sandbox.ts"
import { pathOf, struck } from "../struck.ts"
import type { Answer, Api } from "./api.ts"
import type { Parties } from "./fields.ts"
import { admit } from "./gate.ts"
import { readJson } from "./read.ts"
import {
  badParameter,
  noAuthority,
  noPartner,
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
  api: Api,
  request: RawRequest,
  merchant: Merchant,
  key: WechatKey
) {
  const { answer, read } = api
  const limit = yield* sandbox.faults.take("quota", pathOf(request))
  if (limit !== undefined) return yield* tooOften()
  const barred = yield* sandbox.faults.take("no-product", pathOf(request))
  if (barred !== undefined) return yield* noAuthority()
  const json = read === undefined ? undefined : yield* Effect.fromResult(readJson(request.body))
  const stranger = misses(api, request, json, merchant)
  if (stranger !== undefined) return yield* stranger
  const body = read === undefined ? undefined : yield* Effect.fromResult(read(json))
  const sub = subMerchant(request, body)
  const unrelated = strange(api, merchant, sub, body)
  if (unrelated !== undefined) return yield* unrelated
  const frozen = Buffer.from(request.body).toString("utf8")
  const { params, query } = request
  const origin = `http://${request.headers.host ?? "127.0.0.1:3003"}`
  const call = { merchant, sub, params, query, origin, body: body as never, frozen, key }
  return yield* answer(sandbox, call)
})

/** Who signed must be on whose behalf it is asked; a body that names nobody is told so with its other mistakes. */
const misses = (
  { form, mchid: place }: Api,
  { query }: RawRequest,
  body: unknown,
  { mchid }: Merchant
): Refused | undefined => {
  if (place === "nowhere") return undefined
  const name = form === "partner" ? "sp_mchid" : "mchid"
  const inBody = Predicate.hasProperty(body, name) ? body[name] : undefined
  const named = place === "query" ? query.get(name) : inBody
  const needed = form === "partner" ? [name, "sub_mchid"] : [name]
  const missing = needed.find((one) => place === "query" && query.get(one) === null)
  if (missing !== undefined) return badParameter(`/${missing}`, "此字段为必填项", "", "query")
  return typeof named === "string" && named !== mchid ? wrongMerchant() : undefined
}

const subMerchant = ({ query }: RawRequest, body: unknown): string | null =>
  Predicate.hasProperty(body, "sub_mchid") ? String(body.sub_mchid) : query.get("sub_mchid")

/** A merchant sells at its own accounts, a partner for the merchants that chose it, at its own accounts or theirs. */
const strange = (
  { form }: Api,
  { appids, subMerchants }: Merchant,
  sub: string | null,
  body: unknown
): Refused | undefined => {
  const { appid, sp_appid, sub_appid } = (body ?? {}) as Parties
  const own = subMerchants.get(sub ?? "")
  if (form === "direct" && subMerchants.size > 0) return noAuthority()
  if ((form === "partner" || sub !== null) && own === undefined) return noPartner()
  const at = sp_appid ?? appid
  if (at !== undefined && !appids.has(at)) return wrongAppid()
  return sub_appid !== undefined && !own?.has(sub_appid) ? wrongAppid() : undefined
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
