import { createDecipheriv, createPublicKey, sign, verify, X509Certificate } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setImmediate } from "node:timers/promises"
import { Clock, Context, Effect, Exit, Layer, Schema } from "effect"
import { TestClock } from "effect/testing"
import { Database } from "../../core/database/database.ts"
import { migrateUp } from "../../core/database/migrator.ts"
import type { RawReply, RawRequest } from "../../core/plugin/route.ts"
import { NoAnswer, type Outgoing, Transport } from "../../core/transport.ts"
import type { CredentialsReply } from "../../plugins/wechat-sandbox/credentials.ts"
import { sandboxRoutes } from "../../plugins/wechat-sandbox/door.ts"
import { SandboxKeys } from "../../plugins/wechat-sandbox/keys.ts"
import { migrations } from "../../plugins/wechat-sandbox/migrations.ts"
import { WechatSandbox } from "../../plugins/wechat-sandbox/sandbox.ts"

export const keys = Schema.decodeUnknownSync(SandboxKeys)(
  JSON.parse(readFileSync(new URL("../fixtures/wechat/sandbox-keys.json", import.meta.url), "utf8"))
)

export const noon = Date.parse("2026-11-24T12:00:00+08:00")

export interface Reply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  // biome-ignore lint/suspicious/noExplicitAny: what a server answered is looked into freely by tests
  readonly json: any
}

export interface Arrival {
  readonly at: number
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
}

export interface Signed {
  readonly mchid?: string
  readonly serial?: string
  readonly timestamp?: number
  readonly wechatSerial?: string | undefined
  /** What is signed instead of what is sent. */
  readonly signs?: string
  readonly authorization?: string
}

export const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "weir-sandbox-"))),
  (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
)

/** A network of one merchant's server: what arrives is kept, and answered as the test says. */
interface Network {
  readonly arrivals: Array<Arrival>
  answer: (arrival: Arrival) => number | "silence" | "hang" | { readonly said: string }
}

const carry = (network: Network) =>
  Layer.succeed(
    Transport,
    Transport.of({
      exchange: Effect.fnUntraced(function* ({ body, headers, timeout, url }: Outgoing) {
        const at = yield* Clock.currentTimeMillis
        const arrival = { at, url, headers, text: Buffer.from(body ?? []).toString("utf8") }
        network.arrivals.push(arrival)
        const answer = network.answer(arrival)
        if (answer === "hang") yield* Effect.sleep(timeout)
        if (typeof answer === "string") return yield* new NoAnswer({ reason: answer })
        const [status, said] = typeof answer === "number" ? [answer, ""] : [200, answer.said]
        return { status, headers: {}, body: Buffer.from(said) }
      })
    })
  )

/** A WeChat of its own, and what a merchant and a developer do with it. */
export const openSandbox = Effect.fnUntraced(function* (
  options: { readonly file?: string; readonly keys?: SandboxKeys | undefined } = {}
) {
  yield* TestClock.setTime(Math.max(noon, yield* Clock.currentTimeMillis))
  const file = options.file ?? join(yield* temporaryFolder, "sandbox.db")
  const network: Network = { arrivals: [], answer: () => 200 }
  const layer = Layer.effectDiscard(migrateUp(migrations)).pipe(
    Layer.provideMerge(Database.layer(`sqlite:${file}`))
  )
  const sandbox = WechatSandbox.layer("keys" in options ? pick(options.keys) : { keys }).pipe(
    Layer.provide(carry(network)),
    Layer.provideMerge(layer)
  )
  const context = yield* Layer.build(sandbox)
  const credentials = Context.get(context, WechatSandbox).credentials.reply

  const request = (
    method: string,
    target: string,
    body: Uint8Array,
    headers: Record<string, string>
  ) => Effect.provideContext(visit(method, target, body, headers), context)

  /** As a merchant: signed, and what comes back verified. */
  const call = Effect.fnUntraced(function* (
    method: "GET" | "POST",
    target: string,
    body?: object | string,
    how: Signed = {}
  ) {
    const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body)
    const seconds = Math.floor((yield* Clock.currentTimeMillis) / 1000)
    const stamp = String(how.timestamp ?? seconds)
    const message = [method, target, stamp, nonce, how.signs ?? text].map((line) => `${line}\n`)
    const signature = sign("RSA-SHA256", Buffer.from(message.join("")), keyOf(credentials))
    const { mchid = credentials.mchid, serial = credentials.merchantSerial } = how
    const authorization = `WECHATPAY2-SHA256-RSA2048 mchid="${mchid}",nonce_str="${nonce}",signature="${signature.toString("base64")}",timestamp="${stamp}",serial_no="${serial}"`
    const wechatSerial = "wechatSerial" in how ? how.wechatSerial : credentials.publicKeyId
    return yield* request(method, target, Buffer.from(text), {
      accept: "application/json",
      "content-type": "application/json",
      authorization: how.authorization ?? authorization,
      ...(wechatSerial === undefined ? {} : { "wechatpay-serial": wechatSerial })
    })
  })

  const control = (method: "GET" | "POST" | "PUT" | "DELETE", target: string, body?: object) =>
    request(method, target, Buffer.from(body === undefined ? "" : JSON.stringify(body)), {})

  const post = (target: string, fields: Record<string, string>) =>
    request("POST", target, Buffer.from(new URLSearchParams(fields).toString()), {
      "content-type": "application/x-www-form-urlencoded"
    })

  /** WeChat's books, where the merchant's word counts for nothing. */
  const ledgerOf = (outTradeNo: string) =>
    Effect.map(control("GET", "/control/ledger"), ({ json }) =>
      json.orders.find((order: { outTradeNo: string }) => order.outTradeNo === outTradeNo)
    )

  /** Waits until something can be seen to be so; what never comes fails by the test's own limit. */
  const until = Effect.fnUntraced(function* <A, E>(look: Effect.Effect<A | undefined | false, E>) {
    while (true) {
      const seen = yield* look
      if (seen !== undefined && seen !== false) return seen as A
      yield* Effect.promise(() => setImmediate())
    }
  })

  const agenda = Effect.provideContext(
    Effect.flatMap(Database, (database) =>
      database.read((sql) =>
        sql
          .withTables<{ sandbox_agenda: { id: string; tries: number; due_at: number } }>()
          .selectFrom("sandbox_agenda")
          .select(["id", "tries", "due_at"])
          .execute()
      )
    ),
    context
  )

  return {
    ...{ agenda, call, context, control, credentials },
    ...{ file, ledgerOf, network, post, request, until }
  }
})

type Sandbox = Effect.Success<ReturnType<typeof openSandbox>>
type Credentials = typeof CredentialsReply.Type

const pick = (keys: SandboxKeys | undefined) => (keys === undefined ? {} : { keys })
const nonce = "5K8264ILTKCH16CQ2502SI8ZNMTM67VS"
const keyOf = (credentials: Credentials) => credentials.merchantPrivateKey

const visit = Effect.fnUntraced(function* (
  method: string,
  target: string,
  body: Uint8Array,
  headers: Record<string, string>
) {
  const [pathname = "", search = ""] = target.split("?")
  for (const route of sandboxRoutes) {
    const params = route.method === method ? match(route.path, pathname) : undefined
    if (params === undefined) continue
    const query = new URLSearchParams(search)
    const raw: RawRequest = { method, target, params, query, headers, body }
    if (route.kind === "raw") return reply(yield* route.handle(raw))
    const text = Buffer.from(body).toString("utf8")
    const fields = {
      ...(text === "" ? {} : JSON.parse(text)),
      ...params,
      ...Object.fromEntries(query)
    }
    const input = Schema.decodeUnknownExit(route.input)(fields)
    if (Exit.isFailure(input)) return reply({ status: 400, body: String(input.cause) })
    const outcome = yield* Effect.exit(route.handle(input.value as never))
    if (Exit.isFailure(outcome)) {
      const [reason] = outcome.cause.reasons
      const error = reason?._tag === "Fail" ? reason.error : undefined
      if (error === undefined) return yield* Effect.die(outcome.cause)
      return reply({ status: error.status, body: JSON.stringify({ code: error._tag }) })
    }
    const output = Schema.encodeUnknownSync(Schema.toCodecJson(route.output))(outcome.value)
    return reply({ status: 200, body: JSON.stringify(output) })
  }
  return reply({ status: 404 })
})

const match = (path: string, pathname: string) => {
  const pattern = path.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)")
  const found = new RegExp(`^${pattern}$`).exec(pathname)
  if (found === null) return undefined
  return Object.fromEntries(
    Object.entries(found.groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)])
  )
}

const reply = ({ body = "", headers = {}, status }: RawReply): Reply => {
  if (typeof body === "function") throw new Error("The sandbox tells nothing bit by bit")
  const text = typeof body === "string" ? body : Buffer.from(body).toString("utf8")
  return { status, headers, text, json: text.startsWith("{") ? JSON.parse(text) : undefined }
}

/** Whether a message is WeChat's, by the key that it names; a serial nobody knows is nobody's. */
export const isAuthentic = (
  { headers, text }: Pick<Reply, "headers" | "text">,
  credentials: Credentials,
  more: Readonly<Record<string, string>> = {}
) => {
  const known: Readonly<Record<string, string>> = {
    [credentials.publicKeyId]: credentials.publicKey,
    [credentials.platformSerial]: credentials.platformCertificate,
    ...more
  }
  const key = known[headers["wechatpay-serial"] ?? ""]
  if (key === undefined) return false
  const lines = [headers["wechatpay-timestamp"], headers["wechatpay-nonce"], text]
  return verify(
    "RSA-SHA256",
    Buffer.from(lines.map((line) => `${line}\n`).join("")),
    key.includes("CERTIFICATE") ? new X509Certificate(key).publicKey : createPublicKey(key),
    Buffer.from(headers["wechatpay-signature"] ?? "", "base64")
  )
}

/** What is inside a notify or a listed certificate. */
export const unseal = (
  sealed: { ciphertext: string; nonce: string; associated_data: string },
  apiV3Key: string
) => {
  const bytes = Buffer.from(sealed.ciphertext, "base64")
  const cipher = createDecipheriv("aes-256-gcm", apiV3Key, sealed.nonce)
  cipher.setAuthTag(bytes.subarray(-16))
  cipher.setAAD(Buffer.from(sealed.associated_data))
  return Buffer.concat([cipher.update(bytes.subarray(0, -16)), cipher.final()]).toString("utf8")
}

export const codepay = (
  sandbox: Sandbox,
  outTradeNo: string,
  authCode: string,
  total = 12_850
) => ({
  appid: sandbox.credentials.appid,
  mchid: sandbox.credentials.mchid,
  description: "面包新语 · 人民路店",
  out_trade_no: outTradeNo,
  payer: { auth_code: authCode },
  amount: { total, currency: "CNY" },
  scene_info: { device_id: "till-2", store_info: { out_id: "GZ13" } }
})

export const native = (sandbox: Sandbox, outTradeNo: string, total = 8_800) => ({
  appid: sandbox.credentials.appid,
  mchid: sandbox.credentials.mchid,
  description: "交通违法罚款",
  out_trade_no: outTradeNo,
  notify_url: "https://gateway.example.com/wechat/pay/notify/main/paid",
  amount: { total, currency: "CNY" }
})

export const refund = (
  outTradeNo: string,
  outRefundNo: string,
  amount: number,
  total = 12_850
) => ({
  out_trade_no: outTradeNo,
  out_refund_no: outRefundNo,
  notify_url: "https://gateway.example.com/wechat/pay/notify/main/refund",
  amount: { refund: amount, total, currency: "CNY" }
})

/** A fresh code on somebody's phone. */
export const codeFor = (sandbox: Sandbox, outcome: string, openid?: string) =>
  Effect.map(
    sandbox.control("POST", "/control/codes", {
      outcome,
      ...(openid === undefined ? {} : { openid })
    }),
    ({ json }) => String(json.authCode)
  )
