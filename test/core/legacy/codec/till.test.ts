import { assert, describe, it } from "@effect/vitest"
import { Redacted, Schema } from "effect"
import { textIn } from "../../../../core/legacy/codec/charset.ts"
import { fixedWidth } from "../../../../core/legacy/codec/fixed-width.ts"
import { signedWithKey } from "../../../../core/legacy/codec/signature.ts"
import { flatXml } from "../../../../core/legacy/codec/xml.ts"
import { BeijingTime } from "../../../../core/values/beijing.ts"
import { FenFromDigits, FenFromYuan } from "../../../../core/values/money.ts"
import { ascii, sample, unreadable } from "./bytes.ts"

/** A till that writes GBK and one level of XML, signed with its store's key. */
const signedXml = textIn("gbk").pipe(
  Schema.decodeTo(flatXml({ root: "Request", declares: "GBK" })),
  signedWithKey({
    field: "Sign",
    charset: "gbk",
    secret: ({ StoreNo }) => (StoreNo === "GZ0013" ? Redacted.make("pos-dummy-key") : undefined)
  })
)

const Micropay = Schema.Struct({
  code: Schema.Literal("MICROPAY"),
  store: Schema.String,
  till: Schema.String,
  cashier: Schema.String,
  ticket: Schema.String,
  at: BeijingTime,
  amount: FenFromYuan,
  authCode: Schema.String.check(Schema.isPattern(/^1[0-5]\d{16}$/, { expected: "18 digits" })),
  title: Schema.String,
  remark: Schema.String
}).pipe(
  Schema.encodeKeys({
    code: "TranCode",
    store: "StoreNo",
    till: "PosNo",
    cashier: "CashierNo",
    ticket: "TicketNo",
    at: "TranTime",
    amount: "TotalFee",
    authCode: "AuthCode",
    title: "Body",
    remark: "Remark"
  })
)

const micropay = signedXml.pipe(Schema.decodeTo(Micropay))
const request = sample("pos-micropay.gbk.xml")
const fields = Schema.decodeSync(signedXml)(request)
/** Signed by the till, and wrong all the same. */
const withField = (name: string, text: string) =>
  Schema.encodeSync(signedXml)({ ...fields, [name]: text })
const withBytes = (from: string, to: string) =>
  ascii(Buffer.from(request).toString("latin1").replace(from, to))

describe("a till's XML", () => {
  it("is read in our own terms", () => {
    assert.deepStrictEqual<object>(Schema.decodeSync(micropay)(request), {
      code: "MICROPAY",
      store: "GZ0013",
      till: "02",
      cashier: "0917",
      ticket: "20240518130200371",
      at: Date.UTC(2024, 4, 18, 5, 31, 7),
      amount: 12850,
      authCode: "134650182203475516",
      title: "天河城店-日用百货",
      remark: ""
    })
  })

  it("is written back byte for byte", () => {
    assert.deepStrictEqual(
      Schema.encodeSync(micropay)(Schema.decodeSync(micropay)(request)),
      request
    )
  })

  it("is answered byte for byte", () => {
    const bytes = sample("pos-micropay-reply-userpaying.gbk.xml")
    const reply = textIn("gbk", { lacking: { substitute: "?" } }).pipe(
      Schema.decodeTo(flatXml({ root: "Response", declares: "gb2312" }))
    )
    const texts = {
      TranCode: "MICROPAY",
      TicketNo: "20240518130200371",
      RetCode: "P1",
      RetMsg: "用户支付中，请提示顾客输入密码",
      QueryAfter: "10",
      Waited: "18"
    }
    assert.deepStrictEqual(Schema.encodeSync(reply)(texts), bytes)
    assert.deepStrictEqual(Schema.decodeSync(reply)(bytes), texts)
  })

  it.each([
    ["charset", undefined, withBytes("\xcc\xec", "\xcc")],
    ["xml", undefined, withBytes("</Body>", "")],
    ["xml", "TotalFee", withBytes("<Remark></Remark>", "<TotalFee>0.01</TotalFee>")],
    ["signature", "Sign", withBytes("128.50", "0.01")],
    ["signature", undefined, withBytes("GZ0013", "GZ0014")],
    ["fields", "TotalFee", withField("TotalFee", "128.505")],
    ["fields", "AuthCode", withField("AuthCode", "6222021234567890123")],
    ["fields", "TranTime", withField("TranTime", "20240230133107")],
    ["fields", "TranCode", withField("TranCode", "REFUND")]
  ] as const)("that is malformed fails in the step %s for the field %s", (step, field, bytes) => {
    const wrong = unreadable(micropay, bytes)
    assert.strictEqual(wrong.step, step)
    assert.strictEqual(wrong.field, field)
    assert.notMatch(wrong.message, /622202|128\.505|0\.01|GZ0014/)
  })
})

const text = (name: string, width: number) => ({ name, width, pad: "right", fill: " " }) as const
const digits = (name: string, width: number) => ({ name, width, pad: "left", fill: "0" }) as const

describe("a bank's fixed widths", () => {
  it("carry a request, byte for byte", () => {
    const codec = fixedWidth(
      [
        text("PosNo", 8),
        text("CashierNo", 8),
        digits("Type", 2),
        digits("Amount", 12),
        text("OldDate", 8),
        text("Reference", 12),
        text("Trace", 6),
        digits("Check", 3),
        text("AuthCode", 100)
      ],
      { charset: "gbk" }
    )
    const bytes = sample("pos-bankall-request.gbk.bin")
    const texts = Schema.decodeSync(codec)(bytes)
    assert.deepStrictEqual<object>(texts, {
      PosNo: "02",
      CashierNo: "0917",
      Type: "00",
      Amount: "000000012850",
      OldDate: "",
      Reference: "",
      Trace: "",
      Check: "471",
      AuthCode: "134650182203475516"
    })
    assert.deepStrictEqual(Schema.encodeSync(codec)(texts), bytes)
  })

  it("carry an answer, byte for byte, with its Chinese in the middle", () => {
    const codec = fixedWidth(
      [
        digits("Code", 2),
        digits("Bank", 4),
        text("Card", 20),
        digits("Trace", 6),
        digits("Amount", 12),
        { ...text("Message", 40), cut: true },
        text("Merchant", 15),
        text("Terminal", 8),
        digits("Batch", 6),
        digits("Date", 4),
        digits("Time", 6),
        text("Reference", 12),
        text("Authorisation", 6),
        digits("SettledOn", 4),
        digits("Check", 3)
      ],
      { charset: "gbk", lacking: { substitute: "?" } }
    ).pipe(
      Schema.decodeTo(
        Schema.Struct({
          Code: Schema.String,
          Bank: Schema.String,
          Card: Schema.String,
          Trace: Schema.String,
          Amount: FenFromDigits(12),
          Message: Schema.String,
          Merchant: Schema.String,
          Terminal: Schema.String,
          Batch: Schema.String,
          Date: Schema.String,
          Time: Schema.String,
          Reference: Schema.String,
          Authorisation: Schema.String,
          SettledOn: Schema.String,
          Check: Schema.String
        })
      )
    )
    const bytes = sample("pos-bankall-response.gbk.bin")
    const answer = Schema.decodeSync(codec)(bytes)
    assert.strictEqual(answer.Amount, 12850)
    assert.strictEqual(answer.Message, "交易成功")
    assert.strictEqual(answer.Merchant, "898440153990017")
    assert.strictEqual(answer.Check, "471")
    assert.deepStrictEqual(Schema.encodeSync(codec)(answer), bytes)

    const long = { ...answer, Message: "用户支付中，请提示顾客输入密码，然后再次查询本单😀" }
    const cutBytes = Schema.encodeSync(codec)(long)
    assert.strictEqual(cutBytes.length, 148)
    assert.deepStrictEqual(Schema.decodeSync(codec)(cutBytes), {
      ...long,
      Message: "用户支付中，请提示顾客输入密码，然后再次"
    })
  })
})
