import { createDecipheriv, hash, timingSafeEqual } from "node:crypto"
import { Option, Redacted, Schema } from "effect"
import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import { readsAs, text } from "./wire.ts"

/** A login of a mini program. */
export interface MiniSession {
  readonly openid: string
  readonly unionid: string | undefined
  /** Opens what the mini program brings; it never leaves this server. */
  readonly sessionKey: Redacted.Redacted
}

const readSession = readsAs(
  Schema.Struct({
    openid: text(64).check(Schema.isMinLength(1)),
    session_key: text(64),
    unionid: Schema.optionalKey(text(64))
  }),
  ({ openid, session_key, unionid }): MiniSession => ({
    openid,
    unionid: unionid || undefined,
    sessionKey: Redacted.make(session_key)
  })
)

/** What the code of `wx.login` stands for. It is good once, for five minutes. */
export const exchangeMiniCode = (account: Account, code: string) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "GET",
      path: "/sns/jscode2session",
      query: { js_code: code, grant_type: "authorization_code" },
      door: "login",
      ability: "session",
      repeatable: false,
      read: readSession
    })
  )

const readPhone = readsAs(
  Schema.Struct({
    phone_info: Schema.Struct({ purePhoneNumber: text(32), countryCode: text(8) })
  }),
  ({ phone_info: { countryCode, purePhoneNumber } }) => ({ countryCode, number: purePhoneNumber })
)

/** The phone number behind the code of a `getPhoneNumber` button, which the person pressed. Good once. */
export const phoneOf = (account: Account, code: string) =>
  WechatApi.use((api) =>
    api.ask(account, {
      method: "POST",
      path: "/wxa/business/getuserphonenumber",
      body: { code },
      ability: "session",
      repeatable: false,
      read: readPhone
    })
  )

/** Whether data is what WeChat gave the mini program in this session (`rawData` and `signature`). */
export const isFromSession = (
  { sessionKey }: Pick<MiniSession, "sessionKey">,
  rawData: string,
  signature: string
): boolean => {
  const ours = Buffer.from(hash("sha1", `${rawData}${Redacted.value(sessionKey)}`))
  const theirs = Buffer.from(signature)
  return ours.length === theirs.length && timingSafeEqual(ours, theirs)
}

const Watermarked = Schema.fromJsonString(
  Schema.StructWithRest(Schema.Struct({ watermark: Schema.Struct({ appid: Schema.String }) }), [
    Schema.Record(Schema.String, Schema.Unknown)
  ])
)
const decode = Schema.decodeUnknownOption(Watermarked)

/**
 * Opens `encryptedData` of a mini program (AES-128-CBC under the session key); nothing if it was made for another session or another
 * appid. Its `watermark.timestamp` tells how old it is, in seconds.
 */
export const openEncryptedData = (
  { appid }: Pick<Account, "appid">,
  { sessionKey }: Pick<MiniSession, "sessionKey">,
  { encryptedData, iv }: { readonly encryptedData: string; readonly iv: string }
): Option.Option<typeof Watermarked.Type> => {
  if (encryptedData.length > longest) return Option.none()
  try {
    const key = Buffer.from(Redacted.value(sessionKey), "base64")
    const decipher = createDecipheriv("aes-128-cbc", key, Buffer.from(iv, "base64"))
    const plain = [decipher.update(Buffer.from(encryptedData, "base64")), decipher.final()]
    return Option.filter(
      decode(Buffer.concat(plain).toString()),
      ({ watermark }) => watermark.appid === appid
    )
  } catch {
    return Option.none()
  }
}

/** What a mini program brings is a few hundred characters; the log of a person's steps some thousands. */
const longest = 65_536
