import { Effect, Layer, Redacted } from "effect"
import { publicDoor } from "../core/gateway/doors.ts"
import { startGateway } from "../core/gateway/gateway.ts"
import { defineGateway } from "../core/gateway/settings.ts"
import type { Answerer } from "../core/legacy/message.ts"
import { Transport } from "../core/transport.ts"
import { Signer } from "../core/wechat/pay/signer.ts"
import { pos } from "../plugins/pos/index.ts"
import type { CredentialsReply } from "../plugins/wechat-sandbox/credentials.ts"
import { type Routes, type Site, transportOf } from "./network.ts"
import { type Ground, Party } from "./party.ts"
import { shop } from "./shop/plugin.ts"

/** What a till signs with. */
export const secret = Redacted.make("simulated-till-secret")

/** Whose terminals speak the bank's format. */
export const bank = { store: "GZ0013", merchant: "898440153990017", terminal: "10203040" }

/** The gateway's doors, where the world comes in. */
export interface Doors extends Site {
  readonly xml: Answerer
  readonly qr: Answerer
  readonly mis: Answerer
}

/** The gateway under test: all of it, on files and lines of this world. */
export const makeGateway = (
  ground: Ground,
  merchant: () => typeof CredentialsReply.Type,
  routes: Routes
): Party<Doors> =>
  new Party<Doors>("gateway", ground, (life) =>
    Effect.suspend(() => startGateway(deployment(life.file, merchant()))).pipe(
      Effect.map((gateway) => {
        const inlets = gateway.plugins.flatMap(({ inlets }) => inlets)
        const at = (place: string): Answerer => {
          const found = inlets.find(
            ({ inlet }) => (inlet.carrier === "http" ? inlet.path : "tcp") === place
          )
          if (found === undefined) throw new Error(`The gateway has no inlet ${place}`)
          return found.answer
        }
        return { fetch: publicDoor(gateway).fetch, xml: at("/xml"), qr: at("/qr"), mis: at("tcp") }
      }),
      Effect.provide([Signer.layerInLoop, Layer.succeed(Transport, transportOf(life, routes))])
    )
  )

const deployment = (file: string, merchant: typeof CredentialsReply.Type) =>
  defineGateway({
    mode: "development",
    databaseUrl: `sqlite:${file}`,
    host: "127.0.0.1",
    port: 0,
    legacyHost: "127.0.0.1",
    legacyPort: 0,
    legacyAllow: [],
    operatorHost: "127.0.0.1",
    operatorPort: 0,
    sandboxHost: "127.0.0.1",
    sandboxPort: 0,
    publicUrl: new URL("http://gateway"),
    trustedProxies: [],
    sealKey: Redacted.make(Buffer.alloc(32, "simulated").toString("base64")),
    wechatApiUrl: new URL("http://wechat"),
    wechatOpenUrl: new URL("http://wechat"),
    wechatMpUrl: new URL("http://wechat"),
    wechatPayUrl: new URL("http://wechat"),
    appId: merchant.appid,
    appSecret: Redacted.make(merchant.secret),
    callbackToken: Redacted.make(merchant.callbackToken),
    encodingAesKey: Redacted.make(merchant.encodingAesKey),
    merchantId: merchant.mchid,
    merchantSerial: merchant.merchantSerial,
    merchantKey: Redacted.make(merchant.merchantPrivateKey),
    apiV3Key: Redacted.make(merchant.apiV3Key),
    payPublicKeyId: merchant.publicKeyId,
    payPublicKey: merchant.publicKey,
    // One store keeps what came too late for its cashier, the other gives it back.
    stores: [{ store: "GZ0013", lateSuccess: "hold", holdMinutes: 3 }],
    plugins: [pos({ secret, mis: { port: 0, ...bank } }), shop({ appid: merchant.appid })]
  })
