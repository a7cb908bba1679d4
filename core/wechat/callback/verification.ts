import { Redacted } from "effect"
import type { Account, AccountCallback } from "../account.ts"
import { isSignature } from "./crypto.ts"
import { type Document, type Field, mostBytes, readFields } from "./fields.ts"
import { keysOf, unsealed } from "./sealing.ts"

/** Why a request cannot be taken for WeChat's, or not be read. */
export type Flaw =
  | "malformed"
  | "too large"
  | "stale"
  | "not encrypted"
  | "signature"
  | "decryption"
  | "another account"

/** A request to the callback, as far as it matters here. */
export interface Request {
  /** Path and query, exactly as sent. */
  readonly target: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
}

/** A push that is WeChat's. */
export interface Push extends Document {
  /** Whether it came encrypted, as its answer then must be. */
  readonly sealed: boolean
  /** The signature that was looked at; no two requests have the same. */
  readonly signature: string
  readonly nonce: string
}

/** Either way, in seconds, as WeChat Pay's own SDKs have it. Platform guide: repeats come with a fresh timestamp. */
const WINDOW = 300

/** What keeps a push longer than this from being taken again is of no use: it is stale. */
export const freshFor = 2 * WINDOW * 1000

interface Signed {
  readonly signature: string
  readonly msgSignature: string
  readonly timestamp: string
  readonly nonce: string
}

/** A parameter that comes twice is read differently by everybody, so neither is believed. */
const readSigned = (query: URLSearchParams, now: number): Signed | Flaw => {
  const names = ["signature", "msg_signature", "timestamp", "nonce", "echostr", "encrypt_type"]
  if (names.some((name) => query.getAll(name).length > 1)) return "malformed"
  const timestamp = query.get("timestamp") ?? ""
  const nonce = query.get("nonce") ?? ""
  if (!/^\d{10}$/.test(timestamp) || !/^[!-~]{1,128}$/.test(nonce)) return "malformed"
  if (Math.abs(Math.floor(now / 1000) - Number(timestamp)) > WINDOW) return "stale"
  const signature = query.get("signature") ?? ""
  return { signature, msgSignature: query.get("msg_signature") ?? "", timestamp, nonce }
}

/**
 * URL verification: what to answer, word for word. The text is plain in all three modes; encrypted ones are WeCom's.
 * The signature does not cover it, so it is kept short and plain.
 */
export const echoOf = (
  callback: AccountCallback,
  query: URLSearchParams,
  now: number
): { readonly echo: string } | Flaw => {
  const signed = readSigned(query, now)
  if (typeof signed === "string") return signed
  const token = Redacted.value(callback.token)
  if (!isSignature(signed.signature, token, signed.timestamp, signed.nonce)) return "signature"
  const echo = query.get("echostr") ?? ""
  return /^[!-~]{1,128}$/.test(echo) ? { echo } : "malformed"
}

/**
 * Opens a push. Our configuration says the least that is accepted, never the request: in `plain` mode clear fields under `signature`,
 * which does not cover them; otherwise only what was encrypted, under `msg_signature`. Where a push brings both, the clear copy counts
 * for nothing. Encrypted pushes are welcome in `plain` mode too if there is a key, so that a mode can be changed without losing any.
 */
export const openPush = (
  account: Account,
  callback: AccountCallback,
  { body, query }: Pick<Request, "body" | "query">,
  now: number
): Push | Flaw => {
  if (body.length > mostBytes) return "too large"
  const signed = readSigned(query, now)
  if (typeof signed === "string") return signed
  const document = readFields(body)
  if (document === undefined) return "malformed"
  const { Encrypt: encrypted } = document.fields
  const push =
    encrypted !== undefined && keysOf(callback).length > 0
      ? inside(encrypted, signed, account, callback)
      : inClear(document, signed, callback)
  if (typeof push === "string") return push
  const { originalId } = account
  return originalId !== undefined && push.fields.ToUserName !== originalId
    ? "another account"
    : push
}

const inClear = (document: Document, signed: Signed, callback: AccountCallback): Push | Flaw => {
  if (callback.mode !== "plain") return "not encrypted"
  const { nonce, signature, timestamp } = signed
  if (!isSignature(signature, Redacted.value(callback.token), timestamp, nonce)) return "signature"
  return { ...document, sealed: false, signature, nonce }
}

const inside = (
  encrypted: Field,
  { msgSignature: signature, nonce, timestamp }: Signed,
  account: Account,
  callback: AccountCallback
): Push | Flaw => {
  const document = unsealed(encrypted, { signature, nonce, timestamp }, account, callback)
  return typeof document === "string" ? document : { ...document, sealed: true, signature, nonce }
}
