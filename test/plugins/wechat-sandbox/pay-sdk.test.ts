import { createServer } from "node:http"
import { createRequire } from "node:module"
import type { AddressInfo } from "node:net"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Schema } from "effect"
import { startSandbox } from "../../../core/gateway/sandboxes.ts"
import { listen } from "../../../core/http/listen.ts"
import { Transport } from "../../../core/transport.ts"
import { beijingDate } from "../../../core/values/beijing.ts"
import { CredentialsReply } from "../../../plugins/wechat-sandbox/credentials.ts"
import { wechatSandbox } from "../../../plugins/wechat-sandbox/index.ts"
import { WechatSandbox } from "../../../plugins/wechat-sandbox/sandbox.ts"
import { keys, temporaryFolder } from "../../support/wechat-sandbox.ts"

// Somebody else's program, as it was published: nothing of it is changed, it is told another address.
const require = createRequire(import.meta.url)
const { Aes, Formatter, Hash, Rsa, Wechatpay } = require("wechatpay-axios-plugin")

/** A sandbox that listens, and the SDK as its readme says it is made. */
const connected = Effect.gen(function* () {
  const folder = yield* temporaryFolder
  const databaseUrl = `sqlite:${join(folder, "sandbox.db")}`
  const declared = wechatSandbox({ port: 0, databaseUrl })
  const plugin = { ...declared, layer: () => WechatSandbox.layer({ keys }) }
  const { app } = yield* startSandbox({ plugin, options: declared.settings })
  const { port } = yield* listen(app, { door: "wechat", host: "127.0.0.1", port: 0 })
  const url = `http://127.0.0.1:${port}`
  const control = (method: string, path: string, body?: object) =>
    Effect.promise(async () => {
      const headers = { "content-type": "application/json" }
      const init = body === undefined ? { method } : { method, headers, body: JSON.stringify(body) }
      // biome-ignore lint/suspicious/noExplicitAny: what a sandbox answers is looked into freely by tests
      return (await (await fetch(`${url}${path}`, init)).json()) as any
    })
  const credentials = Schema.decodeUnknownSync(CredentialsReply)(
    yield* control("GET", "/credentials")
  )
  const { mchid, merchantPrivateKey, merchantSerial, publicKey, publicKeyId } = credentials
  const pay = new Wechatpay({
    baseURL: `${url}/`,
    mchid,
    serial: merchantSerial,
    privateKey: merchantPrivateKey,
    certs: { [publicKeyId]: publicKey },
    headers: { "Wechatpay-Serial": publicKeyId }
  })
  return { control, credentials, pay, url }
}).pipe(Effect.provide(Transport.layer))

const run = <A>(work: () => Promise<A>) => Effect.promise(work)

interface Posted {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** A merchant's address for notifies: what comes first, acknowledged. */
const notifyAddress = Effect.gen(function* () {
  const posted = yield* Deferred.make<Posted>()
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk) => chunks.push(chunk))
    request.on("end", () => {
      response.writeHead(204).end()
      const headers = request.headers as Record<string, string>
      Deferred.doneUnsafe(
        posted,
        Effect.succeed({ headers, body: Buffer.concat(chunks).toString() })
      )
    })
  })
  yield* Effect.acquireRelease(
    run(() => new Promise<void>((open) => server.listen(0, "127.0.0.1", () => open()))),
    () => Effect.sync(() => server.close())
  )
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}/notify`, posted: Deferred.await(posted) }
})

const order = ({ appid, mchid }: typeof CredentialsReply.Type, out_trade_no: string) => ({
  appid,
  mchid,
  description: "拿铁 x2",
  out_trade_no,
  amount: { total: 2_500, currency: "CNY" }
})

describe("wechatpay-axios-plugin, unmodified", () => {
  it.live("orders, queries, refunds, and asks about the refund", () =>
    Effect.gen(function* () {
      const { control, credentials, pay } = yield* connected
      const { mchid, openid } = credentials
      const notify = yield* notifyAddress
      const asked = { ...order(credentials, "SDK-0001"), notify_url: notify.url }
      yield* run(async () => {
        const { data } = await pay.v3.pay.transactions.native.post(asked)
        assert.match(data.code_url, /^weixin:\/\//)
        const before = await pay.v3.pay.transactions.outTradeNo.$out_trade_no$.get({
          params: { mchid },
          out_trade_no: "SDK-0001"
        })
        assert.strictEqual(before.data.trade_state, "NOTPAY")
      })
      yield* control("POST", "/control/pay", { outTradeNo: "SDK-0001" })
      yield* run(async () => {
        const { data } = await pay.v3.pay.transactions.outTradeNo.$out_trade_no$.get({
          params: { mchid },
          out_trade_no: "SDK-0001"
        })
        assert.deepInclude(data, { trade_state: "SUCCESS", payer: { openid } })
        const refunded = await pay.v3.refund.domestic.refunds.post({
          out_trade_no: "SDK-0001",
          out_refund_no: "SDK-R-1",
          amount: { refund: 500, total: 2_500, currency: "CNY" }
        })
        assert.include(["PROCESSING", "SUCCESS"], refunded.data.status)
        const known = await pay.v3.refund.domestic.refunds.$out_refund_no$.get({
          out_refund_no: "SDK-R-1"
        })
        assert.strictEqual(known.data.refund_id, refunded.data.refund_id)
      })
    })
  )

  it.live("orders inside WeChat and in an app, and closes what nobody paid", () =>
    Effect.gen(function* () {
      const { credentials, pay } = yield* connected
      const { mchid, openid } = credentials
      const notify_url = "http://127.0.0.1:9/notify"
      yield* run(async () => {
        const inside = { ...order(credentials, "SDK-0002"), notify_url, payer: { openid } }
        const { data } = await pay.v3.pay.transactions.jsapi.post(inside)
        assert.match(data.prepay_id, /^wx/)
        const app = { ...order(credentials, "SDK-0003"), notify_url }
        assert.match((await pay.v3.pay.transactions.app.post(app)).data.prepay_id, /^wx/)
        const closed = await pay.v3.pay.transactions.outTradeNo.$out_trade_no$.close.post(
          { mchid },
          { out_trade_no: "SDK-0002" }
        )
        assert.strictEqual(closed.status, 204)
        const after = await pay.v3.pay.transactions.outTradeNo.$out_trade_no$.get({
          params: { mchid },
          out_trade_no: "SDK-0002"
        })
        assert.strictEqual(after.data.trade_state, "CLOSED")
      })
    })
  )

  it.live("verifies and opens a notify", () =>
    Effect.gen(function* () {
      const { control, credentials, pay } = yield* connected
      const notify = yield* notifyAddress
      yield* run(() =>
        pay.v3.pay.transactions.native.post({
          ...order(credentials, "SDK-0004"),
          notify_url: notify.url
        })
      )
      yield* control("POST", "/control/pay", { outTradeNo: "SDK-0004" })
      const { body, headers } = yield* notify.posted
      const signed = Formatter.response(
        headers["wechatpay-timestamp"],
        headers["wechatpay-nonce"],
        body
      )
      assert.strictEqual(headers["wechatpay-serial"], credentials.publicKeyId)
      assert.isTrue(Rsa.verify(signed, headers["wechatpay-signature"], credentials.publicKey))
      const { event_type, resource } = JSON.parse(body)
      assert.strictEqual(event_type, "TRANSACTION.SUCCESS")
      const opened = JSON.parse(
        Aes.AesGcm.decrypt(
          resource.ciphertext,
          credentials.apiV3Key,
          resource.nonce,
          resource.associated_data
        )
      )
      assert.deepInclude(opened, { out_trade_no: "SDK-0004", trade_state: "SUCCESS" })
    })
  )

  it.live(
    "fetches the bill of a day, which holds what was paid and is what WeChat's hash says",
    () =>
      Effect.gen(function* () {
        const { control, credentials, pay, url } = yield* connected
        const notify_url = "http://127.0.0.1:9/notify"
        yield* run(() =>
          pay.v3.pay.transactions.native.post({ ...order(credentials, "SDK-0006"), notify_url })
        )
        yield* control("POST", "/control/pay", { outTradeNo: "SDK-0006" })
        const today = beijingDate(Date.now())
        yield* control("POST", "/control/clock", { advance: "36 hours" })
        yield* run(async () => {
          const bill_date = today.replace(/(\d{4})(\d\d)(\d\d)/, "$1-$2-$3")
          const { data } = await pay.v3.bill.tradebill.get({ params: { bill_date } })
          const { pathname, searchParams } = new URL(data.download_url, url)
          assert.strictEqual(pathname, "/v3/billdownload/file")
          const params = Object.fromEntries(searchParams)
          const file = await pay.v3.billdownload.file.get({ params, responseType: "arraybuffer" })
          assert.include(file.data.toString(), "SDK-0006")
          assert.strictEqual(Hash.sha1(file.data), data.hash_value)
        })
      })
  )

  it.live("hears why it is refused", () =>
    Effect.gen(function* () {
      const { credentials, pay } = yield* connected
      const refused = yield* run(() =>
        pay.v3.pay.transactions.native
          .post({ ...order(credentials, "SDK-0005"), amount: { total: 0, currency: "CNY" } })
          .then(
            () => undefined,
            // biome-ignore lint/suspicious/noExplicitAny: an error of somebody else's
            ({ response }: any) => ({ status: response.status, code: response.data.code })
          )
      )
      assert.deepStrictEqual(refused, { status: 400, code: "PARAM_ERROR" })
    })
  )
})
