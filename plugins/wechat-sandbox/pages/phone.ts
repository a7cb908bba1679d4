import { Effect, Schema } from "effect"
import { type RawReply, type RawRequest, route } from "#core"
import { FaultName } from "../faults.ts"
import { Outcome, PayerResult } from "../model.ts"
import { WechatSandbox } from "../sandbox.ts"
import { live } from "./live.ts"
import { phonePage, type Said } from "./screen.ts"

const form = ({ body }: RawRequest) => new URLSearchParams(Buffer.from(body).toString("utf8"))

/** Back to the phone of the same shopper, so that a reload repeats nothing. */
const back = (fields: URLSearchParams, more: Readonly<Record<string, string>> = {}): RawReply => ({
  status: 303,
  headers: { location: `/phone?${new URLSearchParams({ as: fields.get("as") ?? "", ...more })}` }
})

const isOneOf = <A extends string>(schema: Schema.Schema<A>) => Schema.is(schema)
const isOutcome = isOneOf(Outcome)
const isResult = isOneOf(PayerResult)
const isFault = isOneOf(FaultName)

const show = Effect.fnUntraced(function* ({ query }: RawRequest) {
  const { phone } = yield* WechatSandbox
  const screen = yield* phone.screen(query.get("as") ?? "", query.get("scan") ?? "")
  const said = (query.get("say") ?? undefined) as Said | undefined
  const body = yield* Effect.promise(async () => String(await phonePage(screen, said)))
  return { status: 200, headers: pageHeaders, body }
})

const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'"
}

const pay = Effect.fnUntraced(function* (request: RawRequest) {
  const fields = form(request)
  const { payers } = yield* WechatSandbox
  const result = fields.get("result") ?? ""
  const openid = fields.get("as") || undefined
  const act = payers.act(fields.get("number") ?? "", {
    openid,
    result: isResult(result) ? result : "paid"
  })
  return yield* Effect.match(act, {
    onSuccess: () => back(fields, { say: isResult(result) ? result : "paid" }),
    onFailure: ({ _tag }) => back(fields, { say: _tag })
  })
})

/** A QR is scanned by what it says; the payment is shown first, as a phone does. */
const scan = Effect.fnUntraced(function* (request: RawRequest) {
  const fields = form(request)
  const { payers } = yield* WechatSandbox
  return yield* Effect.match(payers.find((fields.get("code") ?? "").trim()), {
    onSuccess: (order) => back(fields, { scan: order.out_trade_no }),
    onFailure: ({ _tag }) => back(fields, { say: _tag })
  })
})

const choose = Effect.fnUntraced(function* (request: RawRequest) {
  const fields = form(request)
  const { phone } = yield* WechatSandbox
  const outcome = fields.get("outcome")
  if (isOutcome(outcome)) yield* phone.choose(fields.get("as") ?? "", outcome)
  return back(fields)
})

const breakIt = Effect.fnUntraced(function* (request: RawRequest) {
  const fields = form(request)
  const { faults, signing } = yield* WechatSandbox
  const fault = fields.get("fault")
  if (isFault(fault)) yield* faults.set({ fault, times: 1 })
  if (fault === "rotation") yield* signing.rotate
  return back(fields)
})

const mend = Effect.fnUntraced(function* (request: RawRequest) {
  const { faults } = yield* WechatSandbox
  yield* faults.clear
  return back(form(request))
})

/** A phone in the browser: everything works by forms alone, the script only looks again now and then. */
export const phoneRoutes = [
  route.raw("GET", "/phone", show),
  route.raw("GET", "/phone/live.js", () =>
    Effect.succeed({
      status: 200,
      headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" },
      body: live
    })
  ),
  route.raw("POST", "/phone/pay", pay),
  route.raw("POST", "/phone/scan", scan),
  route.raw("POST", "/phone/outcome", choose),
  route.raw("POST", "/phone/faults", breakIt),
  route.raw("POST", "/phone/faults/off", mend)
]
