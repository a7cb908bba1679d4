import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import {
  isSignature,
  keyOf,
  open,
  seal,
  signatureOf
} from "../../../../core/wechat/callback/crypto.ts"

const Text = Schema.String
const Optional = Schema.optionalKey(Text)
const file = new URL("../../../fixtures/wechat/wechat-crypto.json", import.meta.url)
const { vectors } = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Struct({ vectors: Schema.Array(Schema.Record(Text, Schema.Unknown)) })
  )
)(readFileSync(file, "utf8"))

const of = <S extends Schema.ConstraintDecoder<unknown>>(kind: string, schema: S) =>
  vectors
    .filter((vector) => vector.kind === kind)
    .map((vector) => Schema.decodeUnknownSync(schema)(vector))

const signed = { id: Text, token: Text, timestamp: Text, nonce: Text }
const encrypted = { ...signed, encodingAESKey: Text, encrypt: Text, expected_msg_signature: Text }

describe("signatures", () => {
  it.each(of("signature3", Schema.Struct({ ...signed, expected_signature: Text })))(
    "$id",
    ({ expected_signature, nonce, timestamp, token }) => {
      assert.strictEqual(signatureOf(token, timestamp, nonce), expected_signature)
    }
  )

  it.each(
    of("signature4", Schema.Struct({ ...signed, encrypt: Text, expected_msg_signature: Text }))
  )("$id", ({ encrypt, expected_msg_signature, nonce, timestamp, token }) => {
    assert.isTrue(isSignature(expected_msg_signature, token, timestamp, nonce, encrypt))
  })

  it.each(
    of("sha1-sorted-concat", Schema.Struct({ id: Text, parts: Schema.Array(Text), expected: Text }))
  )("$id", ({ expected, parts }) => {
    assert.strictEqual(signatureOf(...parts), expected)
  })
})

describe("decryption", () => {
  const Vector = Schema.Struct({
    ...encrypted,
    appid: Optional,
    expected_plaintext: Optional,
    expected_contains: Schema.optionalKey(Schema.Array(Text))
  })
  it.each(of("decrypt", Vector))("$id", (vector) => {
    const { encodingAESKey, encrypt, expected_msg_signature, nonce, timestamp, token } = vector
    assert.isTrue(isSignature(expected_msg_signature, token, timestamp, nonce, encrypt))
    const opened = open(encrypt, keyOf(encodingAESKey))
    const text = Buffer.from(opened?.content ?? []).toString()
    if (vector.appid !== undefined) assert.strictEqual(opened?.appid, vector.appid)
    if (vector.expected_plaintext !== undefined) assert.strictEqual(text, vector.expected_plaintext)
    for (const part of vector.expected_contains ?? []) assert.include(text, part)
  })
})

describe("encryption", () => {
  const Vector = Schema.Struct({
    id: Text,
    encodingAESKey: Text,
    appid: Text,
    random16: Text,
    plaintext: Text,
    expected_encrypt: Text
  })
  it.each(of("encrypt", Vector))("$id", (vector) => {
    const { appid, encodingAESKey, expected_encrypt, plaintext, random16 } = vector
    const key = keyOf(encodingAESKey)
    const random = Buffer.from(random16)
    assert.strictEqual(seal(plaintext, { appid, key, random }), expected_encrypt)
    const opened = open(expected_encrypt, key)
    assert.strictEqual(Buffer.from(opened?.content ?? []).toString(), plaintext)
  })
})
