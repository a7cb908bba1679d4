import { Effect, Schema } from "effect"
import { type RawReply, type RawRequest, route } from "#core"
import { FaultName } from "../faults.ts"
import { Outcome, PayerResult } from "../model.ts"
import { WechatSandbox } from "../sandbox.ts"
import { chatAt } from "./chat.ts"
import { chatActs } from "./chat-acts.ts"
import { back, form } from "./form.ts"
import { subscriptionActs } from "./subscription-acts.ts"

const isOneOf = <A extends string>(schema: Schema.Schema<A>) => Schema.is(schema)
const isOutcome = isOneOf(Outcome)
const isResult = isOneOf(PayerResult)
const isFault = isOneOf(FaultName)

const pay = Effect.fnUntraced(function* (request: RawRequest) {
  const fields = form(request)
  const { payers } = yield* WechatSandbox
  const said = fields.get("result") ?? ""
  const result = isResult(said) ? said : "paid"
  const openid = fields.get("as") || undefined
  return yield* Effect.match(payers.act(fields.get("number") ?? "", { openid, result }), {
    onSuccess: () => back(fields, result),
    onFailure: ({ _tag }) => back(fields, _tag)
  })
})

/** What a parametric QR says, or the ticket of the picture it is on. */
const sceneIn = (code: string) => {
  const url = URL.parse(code)
  if (url?.pathname === "/cgi-bin/showqrcode") return url.searchParams.get("ticket") ?? ""
  return url?.host === "weixin.qq.com" && url.pathname.startsWith("/q/") ? code : undefined
}

const scanScene = Effect.fnUntraced(function* (fields: URLSearchParams, scene: string) {
  const { accounts, chats, people } = (yield* WechatSandbox).platform
  const account = yield* accounts.main
  const contact = yield* people.contact(account.appid, fields.get("as") ?? "")
  if (contact === undefined) return back(fields, "unreadable")
  return yield* Effect.match(chats.scan(account, contact, scene), {
    onSuccess: () => back(fields, undefined, chatAt(account.appid)),
    onFailure: () => back(fields, "unreadable")
  })
})

/** A payment is shown first, as a phone does; an address is gone to, by the browser that is this person's WeChat. */
const scan = Effect.fnUntraced(function* (request: RawRequest) {
  const fields = form(request)
  const { payers } = yield* WechatSandbox
  const code = (fields.get("code") ?? "").trim()
  const scene = sceneIn(code)
  if (scene !== undefined) return yield* scanScene(fields, scene)
  const url = URL.parse(code)
  if (url !== null && /^https?:$/.test(url.protocol)) {
    return { status: 303, headers: { location: url.href } } satisfies RawReply
  }
  return yield* Effect.match(payers.find(code), {
    onSuccess: ({ out_trade_no }) =>
      back(fields, undefined, `/phone/scan?${new URLSearchParams({ scan: out_trade_no })}`),
    onFailure: ({ _tag }) => back(fields, _tag)
  })
})

const choose = Effect.fnUntraced(function* (request: RawRequest) {
  const fields = form(request)
  const { phone } = yield* WechatSandbox
  const outcome = fields.get("outcome")
  if (isOutcome(outcome)) yield* phone.choose(fields.get("as") ?? "", outcome)
  return back(fields)
})

/** Somebody new in this WeChat; it is their phone that is held then. */
const meet = Effect.fnUntraced(function* (request: RawRequest) {
  const fields = form(request)
  const { people } = (yield* WechatSandbox).platform
  const name = (fields.get("name") ?? "").trim().slice(0, 32)
  const [person] = name === "" ? [] : yield* people.add([{ name }])
  if (person !== undefined) fields.set("as", person.id)
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

/** What is done on a phone: forms, each of which ends on a screen. */
export const acts = [
  route.raw("POST", "/phone/pay", pay),
  route.raw("POST", "/phone/scan", scan),
  route.raw("POST", "/phone/outcome", choose),
  route.raw("POST", "/phone/people", meet),
  route.raw("POST", "/phone/faults", breakIt),
  route.raw("POST", "/phone/faults/off", mend),
  ...chatActs,
  ...subscriptionActs
]
