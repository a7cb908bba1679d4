import { Effect, Layer, Redacted, Context } from "effect"
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { startSandbox } from "../core/gateway/sandboxes.ts"
import { listen } from "../core/http/listen.ts"
import { Transport } from "../core/transport.ts"
import { Signer } from "../core/wechat/pay/signer.ts"
import { WechatPay } from "../core/wechat/pay/client.ts"
import { makeMerchant } from "../core/wechat/pay/merchant.ts"
import { wechatSandbox } from "../plugins/wechat-sandbox/index.ts"

rmSync("/tmp/vt/live.db", { force: true })
const main = Effect.gen(function* () {
  const declared = wechatSandbox({ port: 3903, databaseUrl: "sqlite:/tmp/vt/live.db" } as never)
  const t0 = performance.now()
  const { app } = yield* startSandbox({ plugin: declared, options: { port: 3903, databaseUrl: "sqlite:/tmp/vt/live.db" } } as never)
  yield* listen(app, { door: "x", host: "127.0.0.1", port: 3903 })
  console.log("up", performance.now() - t0)
  const c = yield* Effect.promise(() => fetch("http://127.0.0.1:3903/credentials").then((r) => r.json())) as Effect.Effect<any>
  const control = (p: string, b: object, m = "POST") => Effect.promise(() => fetch("http://127.0.0.1:3903/control/" + p, { method: m, body: JSON.stringify(b), headers: { "content-type": "application/json" } }).then(async (r) => ({ status: r.status, json: await r.json() as any })))
  const merchant = yield* makeMerchant({ mchid: c.mchid, appid: c.appid, serial: c.merchantSerial, privateKey: Redacted.make(c.merchantPrivateKey), apiV3Key: Redacted.make(c.apiV3Key), publicKeyId: c.publicKeyId, publicKey: c.publicKey, certificates: [c.platformCertificate], notifyUrl: "http://127.0.0.1:1/x" })
  const pay = yield* WechatPay
  console.log("echo", yield* Effect.exit(pay.echo(merchant)))
  const body = (n: string, code: string) => JSON.stringify({ appid: c.appid, mchid: c.mchid, description: "面包新语 · 人民路店", out_trade_no: n, payer: { auth_code: code }, amount: { total: 12850, currency: "CNY" }, scene_info: { device_id: "till-2", store_info: { out_id: "GZ13" } } })
  console.log("codepay", yield* Effect.exit(pay.codepay(merchant, body("LIVE-0001", "134650182203475516"))))
  console.log("query", yield* Effect.exit(pay.query(merchant, "LIVE-0001")))
  console.log("reverse", yield* Effect.exit(pay.reverse(merchant, "LIVE-0001")))
  for (const outcome of ["paid", "notenough", "expired", "bankerror", "systemerror", "late"]) {
    const { json } = yield* control("codes", { outcome })
    const e = yield* Effect.exit(pay.codepay(merchant, body("LIVE-" + outcome, json.authCode)))
    console.log(outcome, JSON.stringify(e._tag === "Success" ? e.value : e.cause.reasons[0]))
  }
  console.log("native", yield* Effect.exit(pay.native(merchant, JSON.stringify({ appid: c.appid, mchid: c.mchid, description: "交通违法罚款 京A12345", out_trade_no: "LIVE-native", notify_url: "http://127.0.0.1:1/x", amount: { total: 20000, currency: "CNY" } }))))
  console.log("refund", yield* Effect.exit(pay.refund(merchant, JSON.stringify({ out_trade_no: "LIVE-paid", out_refund_no: "R-1", reason: "面包已售完", amount: { refund: 2850, total: 12850, currency: "CNY" } }))))
  console.log("refund unknown", yield* Effect.exit(pay.queryRefund(merchant, "R-2")))
  console.log(yield* control("codes", { outcome: "nope" }), yield* control("clock", { advance: "-1 hour" }), yield* control("clock", { advance: "2 minutes" }), yield* control("pay", {}), yield* control("faults", { fault: "slow", times: 1, seconds: 0.01 }, "PUT"), yield* control("settings", { migrationDay: 9 }, "PUT"))
  yield* Effect.promise(() => fetch("http://127.0.0.1:3903/control/faults", { method: "DELETE" }).then((r) => r.json()).then(console.log))
  for (const f of ["drop","reset"]) { yield* control("faults", { fault: f }, "PUT"); console.log(f, yield* Effect.exit(pay.query(merchant, "LIVE-0001"))) }
  yield* control("faults", { fault: "reorder", times: 2 }, "PUT")
  yield* Effect.sleep(process.argv[2] ?? "60 seconds" as never)
}).pipe(Effect.scoped, Effect.provide(Layer.mergeAll(WechatPay.layer("http://127.0.0.1:3903")).pipe(Layer.provideMerge(Layer.mergeAll(Transport.layer, Signer.layer)))))
Effect.runPromise(main as Effect.Effect<void>).catch((e) => console.log("FAILED", e))
