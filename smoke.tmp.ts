import { ConfigProvider, Effect, Layer } from "effect"
import { readFileSync } from "node:fs"
import config from "./gateway.config.ts"
import { startGateway } from "./core/gateway/gateway.ts"
import { openSandboxes } from "./core/gateway/sandboxes.ts"
import { Transport } from "./core/transport.ts"
import { Signer } from "./core/wechat/pay/signer.ts"

const provider = ConfigProvider.fromEnv({ env: { WEIR_MODE: "development", DATABASE_URL: "sqlite:/tmp/smoke/weir.db", SANDBOX_DATABASE_URL: "sqlite:/tmp/smoke/sandbox.db" } })
const program = Effect.gen(function* () {
  console.log(yield* openSandboxes(config))
  const gateway = yield* startGateway(config)
  const xml = gateway.plugins[0]!.inlets[0]!.answer
  const bytes = readFileSync("test/fixtures/legacy/pos-micropay.gbk.xml")
  const t = Date.now()
  const reply = yield* xml({ carrier: "http", peer: "127.0.0.1", bytes })
  console.log(Date.now() - t, new TextDecoder("gbk").decode(reply.bytes))
  const ledger = yield* Effect.promise(() => fetch("http://127.0.0.1:3003/control/ledger").then((r) => r.json()))
  console.log(JSON.stringify(ledger))
  const number = (ledger as any).orders[0].outTradeNo
  console.log(yield* Effect.promise(() => fetch("http://127.0.0.1:3003/control/pay", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ outTradeNo: number }) }).then((r) => r.text())))
  const again = yield* xml({ carrier: "http", peer: "127.0.0.1", bytes })
  console.log(Date.now() - t, new TextDecoder("gbk").decode(again.bytes))
})
Effect.runPromise(program.pipe(Effect.scoped, Effect.provide(Layer.mergeAll(Transport.layer, Signer.layer)), Effect.provideService(ConfigProvider.ConfigProvider, provider))).then(() => process.exit(0), (e) => { console.error(e); process.exit(1) })
