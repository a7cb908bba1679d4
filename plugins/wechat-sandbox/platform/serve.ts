import { Effect, Result, Schema } from "effect"
import type { RawReply, RawRequest } from "#core"
import { randomHex } from "../random.ts"
import { pathOf, struck } from "../struck.ts"
import { may } from "./abilities.ts"
import { type Answer, type Api, type Asked, Download } from "./api.ts"
import { Errcode, no } from "./errcodes.ts"
import { readJson, writeJson } from "./json.ts"
import type { PlatformServices } from "./platform.ts"

/** One request to the platform, faults included. Every answer has status 200; what went wrong stands in the body. */
export const serve = (platform: PlatformServices, api: Api, request: RawRequest) =>
  struck(platform.faults, request, (failing) =>
    Effect.gen(function* () {
      const work = failing ? no(-1) : perform(platform, api, request)
      const outcome = Result.merge(yield* Effect.result(work))
      const isPlain = api.plain || (yield* platform.faults.take("plain", pathOf(request)))
      return yield* reply(outcome, isPlain !== undefined)
    })
  )

/** The path is known, the method is another. */
export const wrongMethod = (api: Api) =>
  reply(no(api.method === "POST" ? 43002 : 43001), api.plain === true)

/** In WeChat's order: who asks, whether they may, how often, and only then what. */
const perform = Effect.fnUntraced(function* (
  platform: PlatformServices,
  api: Api,
  request: RawRequest
) {
  const path = pathOf(request)
  const query = (name: string) => request.query.get(name) ?? ""
  const account = api.needsToken ? yield* caller(platform, query("access_token"), path) : undefined
  if (account !== undefined && api.ability !== undefined && !may(account, api.ability)) {
    return yield* no(48001)
  }
  if ((yield* platform.faults.take("quota", path)) !== undefined) return yield* no(45011)
  if (account !== undefined) yield* platform.quotas.spend(account, path)
  const body = api.body === undefined ? undefined : yield* read(api.body, request.body)
  const asked: Asked<unknown> = { request, query, body }
  return yield* api.answer(platform, { ...asked, account } as never)
})

const caller = Effect.fnUntraced(function* (
  { accounts, faults, tokens }: PlatformServices,
  token: string,
  path: string
) {
  if (token === "") return yield* no(41001)
  const appid = yield* tokens.judge(token)
  if ((yield* faults.take("revoke", path)) !== undefined) {
    yield* tokens.revoke(appid)
    return yield* no(40001)
  }
  return (yield* accounts.byAppid(appid)) ?? (yield* no(40014))
})

const read = Effect.fnUntraced(function* <A>(schema: Schema.Codec<A, unknown>, bytes: Uint8Array) {
  if (bytes.length === 0) return yield* no(44002)
  const text = new TextDecoder().decode(bytes)
  if (/(?<!\\)(\\\\)*\\u[0-9a-f]{4}/i.test(text)) return yield* no(47002)
  const json = yield* Effect.try({ try: () => readJson(text), catch: () => no(47001) })
  return yield* Effect.mapError(Schema.decodeUnknownEffect(schema)(json), () => no(47001))
})

/** The sentence ends in the number under which WeChat finds the call again. */
const reply = Effect.fnUntraced(function* (outcome: Answer | Errcode, isPlain: boolean) {
  if (outcome instanceof Download) return outcome.reply
  const body = outcome instanceof Errcode ? yield* refusal(outcome) : outcome
  const type = isPlain ? "text/plain" : "application/json; encoding=utf-8"
  return {
    status: 200,
    headers: { "content-type": type, "cache-control": "no-cache, must-revalidate" },
    body: Buffer.from(writeJson(body))
  } satisfies RawReply
})

const refusal = Effect.fnUntraced(function* ({ code, message, more }: Errcode) {
  const [first, second, third] = [yield* randomHex(8), yield* randomHex(8), yield* randomHex(8)]
  const errmsg = `${message} rid: ${`${first}-${second}-${third}`.toLowerCase()}`
  return { errcode: code, errmsg, ...more }
})
