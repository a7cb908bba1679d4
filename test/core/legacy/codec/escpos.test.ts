import { assert, describe, it } from "@effect/vitest"
import { escpos } from "../../../../core/legacy/codec/escpos.ts"
import { sample } from "./bytes.ts"

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex")
const added = (bytes: Uint8Array) => hex(bytes).slice(hex(escpos.bytes).length)

describe("a receipt", () => {
  it("is printed byte for byte as the printer knows it", () => {
    const { bytes } = escpos
      .align("center")
      .size("double")
      .line("天河城店")
      .size("normal")
      .line("微信扫码支付")
      .align("left")
      .line("单号 20240518130200371")
      .line("合计 ¥128.50")
      .align("center")
      .qr("weixin://wxpay/bizpayurl?pr=DUMMY0001")
      .line("请使用微信扫一扫")
      .feed(2)
      .cut()
    assert.strictEqual(hex(bytes), hex(sample("pos-escpos-receipt.gb18030.bin")))
  })

  it("goes on from any step without changing it", () => {
    const head = escpos.line("A")
    const before = hex(head.bytes)
    assert.strictEqual(added(head.line("B").bytes), "410a420a")
    assert.strictEqual(added(head.line("C").bytes), "410a430a")
    assert.strictEqual(hex(head.bytes), before)
  })

  it("prints what is inside a name and does not obey it", () => {
    // ESC p 0: open the cash drawer. GS V 0: cut the paper.
    assert.strictEqual(
      added(escpos.line("a\u001bp0\u001dV0\n\u007f\u0085b").bytes),
      "61207030205630202020620a"
    )
  })

  it("does not fail because of half a character", () => {
    assert.strictEqual(added(escpos.line("a\uD83D").bytes), "613f0a")
  })

  it("gives a QR code's length in two bytes", () => {
    const text = "x".repeat(300)
    // 300 and the three bytes before them: 303 is 0x012f.
    assert.include(added(escpos.qr(text, 4).bytes), `1d286b2f01315030${"78".repeat(300)}`)
    assert.include(added(escpos.qr(text, 4).bytes), "1d286b0300314304")
  })
})
