import { Context, DateTime, Effect, Layer } from "effect"
import { Database, rfc3339 } from "#core"
import { Agenda } from "../agenda.ts"
import { WechatClock } from "../clock.ts"
import type { Merchant, WechatKey } from "../credentials.ts"
import { randomHex } from "../random.ts"
import { openField, seal, sealField } from "../seal.ts"
import { Signing } from "../signing.ts"
import { announce } from "./announce.ts"
import type { EchoRequest } from "./fields.ts"
import { cannotOpen, noCertificates, type Refused } from "./refusal.ts"

interface EchoReply {
  readonly echo_message: string
  readonly encrypted_echo_message?: string
}

/** What WeChat hands out and tests of its cryptography: platform certificates, and the round trip of an echo. */
export class Security extends Context.Service<
  Security,
  {
    certificates(merchant: Merchant): Effect.Effect<object, Refused>
    /** `key` is WeChat's key that the request named: what is sealed must be sealed for it. */
    echo(merchant: Merchant, body: EchoRequest, key: WechatKey): Effect.Effect<EchoReply, Refused>
  }
>()("wechat-sandbox/Security") {
  static readonly layer = Layer.effect(
    Security,
    Effect.gen(function* () {
      const agenda = yield* Agenda
      const clock = yield* WechatClock
      const database = yield* Database
      const signing = yield* Signing

      const certificates = Effect.fnUntraced(function* ({ apiV3Key }: Merchant) {
        const keys = yield* signing.certificates
        if (keys.length === 0) return yield* noCertificates()
        const data = yield* Effect.forEach(keys, (key) =>
          Effect.map(randomHex(12), (nonce) => listed(key, apiV3Key, nonce))
        )
        return { data }
      })

      const echo = Effect.fnUntraced(function* (
        merchant: Merchant,
        body: EchoRequest,
        key: WechatKey
      ) {
        const sealed = body.encrypted_echo_message
        const message = sealed === undefined ? undefined : openField(key.privateKey, sealed)
        if (sealed !== undefined && message === undefined) return yield* cannotOpen()
        const back = message === undefined ? undefined : sealField(merchant.publicKey, message)
        yield* tell(merchant, body, back)
        return {
          echo_message: body.echo_message,
          ...(back === undefined ? {} : { encrypted_echo_message: back })
        }
      })

      const tell = Effect.fnUntraced(function* (
        { mchid }: Merchant,
        { echo_message, notify_url: url }: EchoRequest,
        back: string | undefined
      ) {
        if (url === undefined) return
        const at = yield* clock.now
        const subject = yield* randomHex(32)
        // The notify spells this field differently from the answer.
        const resource = {
          echo_message,
          ...(back === undefined ? {} : { encrypt_echo_message: back })
        }
        yield* database.write(`echo:${subject}`, (sql) =>
          announce(sql, agenda, {
            mchid,
            event_type: "SECURITY_ECHO.SUCCESS",
            original_type: "security",
            summary: "签名验签测试成功",
            url,
            resource: JSON.stringify(resource),
            subject,
            at
          })
        )
      })

      return Security.of({ certificates, echo })
    })
  )
}

const listed = ({ certificate, id }: WechatKey, apiV3Key: string, nonce: string) => ({
  serial_no: id,
  effective_time: beijing(certificate?.validFrom),
  expire_time: beijing(certificate?.validTo),
  encrypt_certificate: seal(apiV3Key, nonce, "certificate", certificate?.toString() ?? "")
})

const beijing = (time = "") => rfc3339(DateTime.toEpochMillis(DateTime.makeUnsafe(time)))
