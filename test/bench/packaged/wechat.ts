import { createCipheriv, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto"
import { once } from "node:events"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { rfc3339 } from "#core"

const pair = () => generateKeyPairSync("rsa", { modulusLength: 2048 })
const pem = (key: KeyObject) =>
  String(key.export({ format: "pem", type: key.type === "private" ? "pkcs8" : "spki" }))

const merchant = pair()
const wechat = pair()
const appid = "wx0123456789abcdef"
const mchid = "1900000001"
const keyId = "PUB_KEY_ID_0119000000012026112400000001"

/** What the gateway is told of this merchant and this WeChat. */
export const credentials = {
  WECHAT_APP_ID: appid,
  WECHAT_APP_SECRET: randomBytes(16).toString("hex"),
  WECHAT_MERCHANT_ID: mchid,
  WECHAT_MERCHANT_SERIAL: "5157F09EFDC096DE15EBE81A47057A7232F1B8E1",
  WECHAT_MERCHANT_KEY: pem(merchant.privateKey),
  WECHAT_API_V3_KEY: randomBytes(16).toString("hex"),
  WECHAT_PAY_PUBLIC_KEY_ID: keyId,
  WECHAT_PAY_PUBLIC_KEY: pem(wechat.publicKey)
}

export const keys = { ours: merchant.privateKey, theirs: wechat }

/** A store's people come again: a thousand of them. */
export const openidOf = (place: number) =>
  `oUpF8uMuAJO_M2pxb1Q9zNjWe${String(place % 1_000).padStart(3, "0")}`

const answerTo = (outTradeNo: string, total: number, place: number) => {
  const at = Date.now()
  return JSON.stringify({
    appid,
    mchid,
    out_trade_no: outTradeNo,
    transaction_id: `42000001${String(at + place).padStart(20, "0")}`,
    trade_type: "MICROPAY",
    trade_state: "SUCCESS",
    trade_state_desc: "支付成功",
    bank_type: "OTHERS",
    success_time: rfc3339(at),
    payer: { openid: openidOf(place) },
    amount: { total, payer_total: total, currency: "CNY", payer_currency: "CNY" }
  })
}

const signed = (body: string) => {
  const timestamp = String(Math.floor(Date.now() / 1000))
  const nonce = randomBytes(16).toString("hex")
  const text = Buffer.from(`${timestamp}\n${nonce}\n${body}\n`)
  return {
    body,
    headers: {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Length": Buffer.byteLength(body),
      "Request-ID": nonce,
      "Wechatpay-Timestamp": timestamp,
      "Wechatpay-Nonce": nonce,
      "Wechatpay-Serial": keyId,
      "Wechatpay-Signature": sign("RSA-SHA256", text, wechat.privateKey).toString("base64")
    }
  }
}

/** The notify of a payment, as WeChat sends it. */
export const notifyOf = (outTradeNo: string, total: number, place: number) => {
  const nonce = randomBytes(6).toString("hex")
  const cipher = createCipheriv("aes-256-gcm", credentials.WECHAT_API_V3_KEY, nonce)
  cipher.setAAD(Buffer.from("transaction"))
  const plain = answerTo(outTradeNo, total, place).replace("MICROPAY", "JSAPI")
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  return signed(
    JSON.stringify({
      id: `EV-${outTradeNo}`,
      create_time: rfc3339(Date.now()),
      event_type: "TRANSACTION.SUCCESS",
      resource_type: "encrypt-resource",
      summary: "支付成功",
      resource: {
        original_type: "transaction",
        algorithm: "AEAD_AES_256_GCM",
        ciphertext: sealed.toString("base64"),
        associated_data: "transaction",
        nonce
      }
    })
  )
}

const refused = () => ({
  ...signed(JSON.stringify({ code: "ORDER_NOT_EXIST", message: "订单不存在" })),
  status: 404
})

/** A WeChat that knows beforehand which payments it will be asked for, and has its answers signed. Of all else it has never heard. */
export const openWechat = async () => {
  const answers = new Map<string, ReturnType<typeof signed>>()
  const asked: Array<string> = []
  const server = createServer((request, response) => {
    const chunks: Array<Buffer> = []
    request.on("data", (chunk) => chunks.push(chunk))
    request.on("end", () => {
      const body = Buffer.concat(chunks).toString()
      const [, number = ""] = /"out_trade_no":"([^"]+)"/.exec(body) ?? []
      const answer = { status: 200, ...(answers.get(number) ?? refused()) }
      if (answer.status === 404) asked.push(request.url ?? "")
      response.writeHead(answer.status, answer.headers).end(answer.body)
    })
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  return {
    // Every address of this machine: a gateway in production takes 127.0.0.1 for a sandbox.
    url: `http://0.0.0.0:${(server.address() as AddressInfo).port}`,
    prepare: (numbers: ReadonlyArray<string>, total: number) => {
      answers.clear()
      for (const [place, number] of numbers.entries())
        answers.set(number, signed(answerTo(number, total, place)))
    },
    /** Orders inside WeChat that it will take. */
    expect: (numbers: ReadonlyArray<string>) => {
      answers.clear()
      for (const number of numbers)
        answers.set(number, signed(JSON.stringify({ prepay_id: `wx24${number.slice(0, 26)}` })))
    },
    /** What it was asked about that it has never heard of. */
    asked,
    close: () => server.close()
  }
}
