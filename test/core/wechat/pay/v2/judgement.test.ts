import { assert, describe, it } from "@effect/vitest"
import { Option, Result } from "effect"
import { NoAnswer, NotSent } from "../../../../../core/transport.ts"
import type { Operation } from "../../../../../core/wechat/pay/codes.ts"
import { judgeV2 } from "../../../../../core/wechat/pay/v2/judgement.ts"
import type { Fields } from "../../../../../core/wechat/pay/v2/sign.ts"
import { writeFields } from "../../../../../core/wechat/pay/v2/xml.ts"
import { readTransaction } from "../../../../../core/wechat/pay/wire.ts"
import { settings } from "../fixture.ts"
import { ids, signedXml, v2Merchant } from "./fixture.ts"

const v2 = v2Merchant().v2 ?? assert.fail("it speaks version 2")
const SALE = "POS20261124000001"
const asked = { ...ids, out_trade_no: SALE }
const ok = { return_code: "SUCCESS", result_code: "SUCCESS", ...ids }
const no = (err_code: string, more: Fields = {}) =>
  signedXml({ ...ok, result_code: "FAIL", err_code, err_code_des: "…", ...more })

const hear = (operation: Operation, body: string, status = 200) =>
  judgeV2(
    { operation, read: Option.some },
    asked,
    v2,
    Result.succeed({ status, headers: {}, body: Buffer.from(body) })
  ).outcome

/** An outcome in one word: the text that was read, or the kind of failure and what to do. */
const say = (outcome: Result.Result<string, { readonly _tag: string }>) => {
  if (Result.isSuccess(outcome)) return "done"
  const { failure } = outcome as { failure: { _tag: string; reaction?: string } }
  return failure._tag === "PayRefused" ? `refused: ${failure.reaction}` : failure._tag
}

describe("an answer of version 2", () => {
  it("that says what was paid is read as one of version 3", () => {
    const outcome = hear(
      "codepay",
      signedXml({
        ...ok,
        out_trade_no: SALE,
        transaction_id: "4200009999202611240000000001",
        trade_type: "MICROPAY",
        openid: "oTEST",
        bank_type: "OTHERS",
        total_fee: "1250",
        cash_fee: "1200",
        time_end: "20261124140001",
        something_new: "that WeChat added"
      })
    )
    const { amount, appid, mchid, payer, successTime, tradeState } = Option.getOrThrow(
      readTransaction(Result.getOrThrow(outcome))
    )
    assert.deepStrictEqual([appid, mchid, tradeState], [settings.appid, settings.mchid, "SUCCESS"])
    assert.strictEqual(JSON.stringify(amount), '{"total":1250,"payerTotal":1200,"currency":"CNY"}')
    assert.strictEqual(payer?.openid, "oTEST")
    assert.strictEqual(successTime, Date.parse("2026-11-24T14:00:01+08:00"))
  })

  it("that says that the payer is at the password page is no error", () => {
    const order = Option.getOrThrow(
      readTransaction(Result.getOrThrow(hear("codepay", no("USERPAYING"))))
    )
    assert.deepInclude(order, { tradeState: "USERPAYING", outTradeNo: SALE, mchid: settings.mchid })
  })

  it.each([
    ["codepay", "SYSTEMERROR", "PayUnknown"],
    ["codepay", "BANKERROR", "PayUnknown"],
    ["codepay", "ORDERPAID", "refused: ask"],
    ["codepay", "AUTHCODEEXPIRE", "refused: payer"],
    ["codepay", "AUTH_CODE_INVALID", "refused: payer"],
    ["codepay", "NOTENOUGH", "refused: payer"],
    ["codepay", "NOTSUPORTCARD", "refused: payer"],
    ["codepay", "BUYER_MISMATCH", "refused: payer"],
    ["codepay", "OUT_TRADE_NO_USED", "refused: ask"],
    ["codepay", "INVALID_REQUEST", "refused: ask"],
    ["codepay", "NOAUTH", "refused: operator"],
    ["codepay", "LACK_PARAMS", "refused: never"],
    ["codepay", "SIGNERROR", "refused: never"],
    ["codepay", "NEVER_HEARD_OF", "refused: ask"],
    ["query", "ORDERNOTEXIST", "refused: ask"],
    ["close", "ORDERPAID", "refused: ask"],
    ["close", "ORDERCLOSED", "done"],
    ["reverse", "REVERSE_EXPIRE", "refused: never"],
    ["refund", "NOTENOUGH", "refused: operator"],
    ["refund", "BIZERR_NEED_RETRY", "refused: repeat"],
    ["refund", "FREQUENCY_LIMITED", "refused: repeat"],
    ["refund", "TRADE_OVERDUE", "refused: never"],
    ["refund", "ERROR", "refused: operator"],
    ["queryRefund", "REFUNDNOTEXIST", "refused: repeat"],
    ["echo", "ORDERNOTEXIST", "done"]
  ] as const)("to %s: %s means %s", (operation, code, meaning) => {
    assert.strictEqual(say(hear(operation, no(code))), meaning)
  })

  it("to a reversal may ask for another, whatever else it says", () => {
    assert.strictEqual(say(hear("reverse", signedXml({ ...ok, recall: "Y" }))), "refused: repeat")
    assert.strictEqual(say(hear("reverse", no("SYSTEMERROR", { recall: "Y" }))), "refused: repeat")
    assert.strictEqual(say(hear("reverse", signedXml({ ...ok, recall: "N" }))), "done")
  })

  it.each([
    ["签名错误", "refused: never"],
    ["appid不存在", "refused: never"],
    ["XML格式错误", "refused: never"],
    ["证书验证失败", "refused: never"],
    ["系统繁忙，请稍后再试", "PayUnknown"],
    ["", "PayUnknown"]
  ])(
    "that was stopped at the door with %s is certain only where nothing can have happened",
    (message, meaning) => {
      const body = writeFields({ return_code: "FAIL", return_msg: message })
      assert.strictEqual(say(hear("codepay", body)), meaning)
    }
  )

  it("with its code where there should be none leaves everything open", () => {
    assert.strictEqual(
      say(hear("codepay", writeFields({ return_code: "SYSTEMERROR" }))),
      "PayUnknown"
    )
  })

  it.each([
    ["without a signature", writeFields({ ...ok, out_trade_no: SALE })],
    ["with another's signature", writeFields({ ...ok, out_trade_no: SALE, sign: "0".repeat(32) })],
    ["changed after it was signed", signedXml({ ...ok, total_fee: "1" }).replace(">1<", ">2<")],
    ["that is no XML", "<html><h1>502"],
    ["with a document type", `<!DOCTYPE xml [<!ENTITY a "SUCCESS">]>${signedXml(ok)}`],
    ["that says neither yes nor no", signedXml({ return_code: "SUCCESS", ...ids })]
  ])("%s tells nothing", (_, body) => {
    assert.strictEqual(say(hear("codepay", body)), "PayUnknown")
    assert.strictEqual(say(hear("codepay", body, 502)), "PayUnknown")
  })

  it("that never came is told from a request that never left", () => {
    const question = { operation: "codepay" as const, read: Option.some<string> }
    const lost = judgeV2(question, asked, v2, Result.fail(new NoAnswer({ reason: "reset" })))
    const kept = judgeV2(question, asked, v2, Result.fail(new NotSent({ reason: "refused" })))
    assert.deepStrictEqual([say(lost.outcome), say(kept.outcome)], ["PayUnknown", "PayNotSent"])
  })
})
