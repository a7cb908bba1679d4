import { Clock, Context, Effect, Layer, Random } from "effect"
import { Behaviour } from "./behaviour.ts"
import { Credentials, type WechatKey } from "./credentials.ts"
import { Faults } from "./faults.ts"
import { migrationShare } from "./model.ts"
import { randomText } from "./random.ts"
import { signMessage } from "./seal.ts"

/** Puts WeChat's name under what it says, with the key that the merchant's mode, or its request, asks for. */
export class Signing extends Context.Service<
  Signing,
  {
    /** By what `Wechatpay-Serial` asks; `undefined` when this merchant has no such key. */
    answerKey(asked: string): Effect.Effect<WechatKey | undefined>
    /** For who asks for no key, and so has not moved to the public key yet. */
    defaultKey(path: string): Effect.Effect<WechatKey>
    /** During a migration WeChat, not the merchant, decides how a notify is signed. */
    notifyKey(path: string): Effect.Effect<WechatKey>
    /** The platform certificates in use; none for a merchant that has only the public key. */
    readonly certificates: Effect.Effect<ReadonlyArray<WechatKey>>
    /** Brings out the next platform certificate, for good. */
    readonly rotate: Effect.Effect<void>
    /** The headers of a message. `path` is whence it was asked or where it goes: a probe may strike there. */
    sign(key: WechatKey, body: string, path: string): Effect.Effect<Signature>
    /** As a stranger would sign it, under the id of WeChat's key. */
    forge(key: WechatKey, body: string): Effect.Effect<Signature>
  }
>()("wechat-sandbox/Signing") {
  static readonly layer = Layer.effect(
    Signing,
    Effect.gen(function* () {
      const { nextPlatform, platform, publicKey, stranger } = yield* Credentials
      const behaviour = yield* Behaviour
      const faults = yield* Faults

      const certificates = Effect.map(behaviour.settings, ({ mode, rotated }) =>
        mode === "pubkey" ? [] : rotated ? [platform, nextPlatform] : [platform]
      )

      const answerKey = Effect.fnUntraced(function* (asked: string) {
        const { mode } = yield* behaviour.settings
        const keys = [...(yield* certificates), ...(mode === "cert" ? [] : [publicKey])]
        return keys.find((key) => key.id === asked)
      })

      const defaultKey = Effect.fnUntraced(function* (path: string) {
        if ((yield* faults.take("rotation", path)) !== undefined) return nextPlatform
        return (yield* behaviour.settings).mode === "pubkey" ? publicKey : platform
      })

      const notifyKey = Effect.fnUntraced(function* (path: string) {
        const key = yield* defaultKey(path)
        const { migrationDay, mode } = yield* behaviour.settings
        if (mode !== "migrating" || key === nextPlatform) return key
        const share = migrationShare[migrationDay - 1] ?? 100
        return (yield* Random.next) * 100 < share ? publicKey : key
      })

      const rotate = Effect.asVoid(behaviour.change({ rotated: true }))

      const stamp = Effect.fnUntraced(function* (id: string, sign: Sign) {
        const timestamp = String(Math.floor((yield* Clock.currentTimeMillis) / 1000))
        const nonce = yield* randomText(32)
        return {
          "wechatpay-timestamp": timestamp,
          "wechatpay-nonce": nonce,
          "wechatpay-signature": sign(timestamp, nonce),
          "wechatpay-serial": id,
          "wechatpay-signature-type": "WECHATPAY2-SHA256-RSA2048"
        }
      })

      const sign = Effect.fnUntraced(function* (key: WechatKey, body: string, path: string) {
        if ((yield* faults.take("probe", path)) !== undefined) {
          return yield* stamp(key.id, (_, nonce) => `${probing}${nonce}`)
        }
        return yield* stamp(key.id, (timestamp, nonce) =>
          signMessage(key.privateKey, timestamp, nonce, body)
        )
      })

      const forge = (key: WechatKey, body: string) =>
        stamp(key.id, (timestamp, nonce) => signMessage(stranger, timestamp, nonce, body))

      return Signing.of({ answerKey, defaultKey, notifyKey, certificates, rotate, sign, forge })
    })
  )
}

type Sign = (timestamp: string, nonce: string) => string
export type Signature = Readonly<Record<`wechatpay-${string}`, string>>

/** How a signature begins that is wrong on purpose; what follows need not even be valid base64. */
const probing = "WECHATPAY/SIGNTEST/"

export const isProbe = (signature: Signature) =>
  signature["wechatpay-signature"]?.startsWith(probing) === true
