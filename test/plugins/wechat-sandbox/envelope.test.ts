import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { decrypt, encrypt, signatureOf } from "../../../plugins/wechat-sandbox/platform/envelope.ts"

interface Vector {
  readonly id: string
  readonly kind: string
  readonly [field: string]: string
}

const { vectors }: { readonly vectors: ReadonlyArray<Vector> } = JSON.parse(
  readFileSync(new URL("../../fixtures/wechat/wechat-crypto.json", import.meta.url), "utf8")
)
const of = (kind: string) => vectors.filter((vector) => vector.kind === kind)

describe("the sandbox's envelope agrees with published vectors", () => {
  it.each(of("signature3"))("$id: signature", ({ expected_signature, nonce, timestamp, token }) => {
    assert.strictEqual(signatureOf(`${token}`, `${timestamp}`, `${nonce}`), expected_signature)
  })

  it.each(of("signature4"))("$id: msg_signature", (vector) => {
    const { encrypt, expected_msg_signature, nonce, timestamp, token } = vector
    assert.strictEqual(
      signatureOf(`${token}`, `${timestamp}`, `${nonce}`, `${encrypt}`),
      expected_msg_signature
    )
  })

  it.each(of("encrypt"))("$id: to the byte", (vector) => {
    const {
      appid = "",
      encodingAESKey = "",
      expected_encrypt,
      plaintext = "",
      random16 = ""
    } = vector
    assert.strictEqual(encrypt(encodingAESKey, appid, random16, plaintext), expected_encrypt)
  })

  it.each(of("decrypt").filter(({ appid }) => appid !== undefined))("$id: opened", (vector) => {
    const { appid = "", encodingAESKey = "", encrypt = "", expected_plaintext } = vector
    const opened = decrypt(encodingAESKey, appid, encrypt)
    assert.isDefined(opened)
    if (expected_plaintext !== undefined) assert.strictEqual(opened, expected_plaintext)
    assert.isUndefined(decrypt(encodingAESKey, `${appid}0`, encrypt))
  })
})
