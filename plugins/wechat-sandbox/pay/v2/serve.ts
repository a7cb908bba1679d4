import { Effect, Result } from "effect"
import type { RawReply, RawRequest } from "#core"
import type { Merchant } from "../../credentials.ts"
import { randomText } from "../../random.ts"
import type { SandboxServices } from "../../sandbox.ts"
import { struck } from "../../struck.ts"
import type { Refused } from "../refusal.ts"
import { systemError, tooOften, wrongAppid } from "../refusal.ts"
import type { V2Api } from "./apis.ts"
import { type Fields, readXml, signedXml, signOf, writeXml } from "./sealing.ts"

/** One request to WeChat Pay in version 2, faults included. */
export const serveV2 = (sandbox: SandboxServices, api: V2Api, request: RawRequest) =>
  struck(sandbox.faults, request, (failing) => answer(sandbox, api, request, failing))

const answer = Effect.fnUntraced(function* (
  sandbox: SandboxServices,
  api: V2Api,
  request: RawRequest,
  failing: boolean
) {
  const fields = readXml(request.body)
  if (fields === undefined) return stopped("XML格式错误")
  const merchant = sandbox.credentials.merchant(fields.mch_id ?? "")
  if (merchant === undefined) return stopped("商户号mch_id或sub_mch_id不存在")
  if (api.isCertified && !isCertified(merchant, request)) return noCertificate
  if (!fields.sign || fields.sign !== signOf(fields, merchant.apiV2Key)) return stopped("签名错误")
  if (!fields.nonce_str) return stopped("缺少参数")
  const work = Effect.gen(function* () {
    if (failing) return yield* systemError()
    if ((yield* sandbox.faults.take("quota", api.path)) !== undefined) return yield* tooOften()
    if (!merchant.appids.has(fields.appid ?? "")) return yield* wrongAppid()
    return yield* api.answer(sandbox, merchant, fields)
  })
  const outcome = yield* Effect.result(work)
  const said = Result.isSuccess(outcome) ? outcome.success : refusalFields(api, outcome.failure)
  const all = {
    return_code: "SUCCESS",
    return_msg: "OK",
    appid: fields.appid ?? "",
    mch_id: merchant.mchid,
    nonce_str: yield* randomText(16),
    result_code: "SUCCESS",
    ...said
  }
  return xml(signedXml(all, merchant.apiV2Key, fields.sign_type))
})

/** The door that ends TLS says whose certificate it saw; over a plain line the merchant says so itself. */
const isCertified = ({ serial }: Merchant, { headers }: RawRequest) =>
  (headers["x-client-certificate"] ?? "").toUpperCase() === serial.toUpperCase()

const xml = (body: string): RawReply => ({
  status: 200,
  headers: { "content-type": "text/xml; charset=utf-8" },
  body
})

/** Stopped before anything was looked at: no signature, no code. */
const stopped = (message: string) => xml(writeXml({ return_code: "FAIL", return_msg: message }))

const noCertificate: RawReply = {
  status: 400,
  headers: { "content-type": "text/html", server: "nginx" },
  body: "<html>\r\n<head><title>400 No required SSL certificate was sent</title></head>\r\n</html>\r\n"
}

/** Codes that version 2 writes in one word. */
const inOneWord = new Set([
  "SYSTEM_ERROR",
  "BANK_ERROR",
  "USER_PAYING",
  "ORDER_PAID",
  "ORDER_CLOSED",
  "ORDER_NOT_EXIST",
  "NOT_ENOUGH"
])

const refusalFields = ({ path }: V2Api, { code, message }: Refused): Fields => ({
  result_code: "FAIL",
  err_code: codeOf(path, code),
  err_code_des: message
})

const codeOf = (path: string, code: string) => {
  if (code === "RESOURCE_NOT_EXISTS")
    return path === "/pay/refundquery" ? "REFUNDNOTEXIST" : "ORDERNOTEXIST"
  return inOneWord.has(code) ? code.replaceAll("_", "") : code
}
