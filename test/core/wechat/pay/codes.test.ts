import { assert, describe, it } from "@effect/vitest"
import { canonical, reactionTo, refusalOf } from "../../../../core/wechat/pay/codes.ts"

describe("what a refusal asks for", () => {
  it.each([
    ["SYSTEM_ERROR", "codepay", 500, "unknown"],
    ["BANK_ERROR", "codepay", 500, "unknown"],
    ["USER_PAYING", "codepay", 400, "unknown"],
    ["FREQUENCY_LIMITED", "refund", 403, "repeat"],
    ["WHATEVER", "refund", 429, "repeat"],
    ["SIGN_ERROR", "query", 401, "never"],
    ["PARAM_ERROR", "native", 400, "never"],
    ["INVALID_REQUEST", "native", 400, "ask"],
    ["NO_AUTH", "codepay", 403, "operator"],
    ["ORDER_CLOSED", "native", 400, "payer"],
    ["ORDER_PAID", "close", 400, "ask"],
    ["OUT_TRADE_NO_USED", "codepay", 403, "ask"],
    ["NOT_ENOUGH", "codepay", 403, "payer"],
    ["NOT_ENOUGH", "refund", 403, "operator"],
    ["OPENID_MISMATCH", "native", 500, "never"],
    ["RESOURCE_NOT_EXISTS", "refund", 404, "never"],
    ["RESOURCE_NOT_EXISTS", "queryRefund", 404, "repeat"],
    ["NEWLY_INVENTED", "codepay", 400, "ask"],
    ["NEWLY_INVENTED", "codepay", 500, "unknown"]
  ] as const)("%s of %s with %d: %s", (code, operation, status, reaction) => {
    assert.strictEqual(reactionTo(code, operation, status), reaction)
    assert.strictEqual(reactionTo(code.replaceAll("_", ""), operation, status), reaction)
  })
})

describe("what the cashier can do", () => {
  it.each([
    ["AUTHCODEEXPIRE", "code"],
    ["AUTH_CODE_ERROR", "code"],
    ["AUTH_CODE_INVALID", "code"],
    ["BUYER_MISMATCH", "code"],
    ["NOTENOUGH", "funds"],
    ["NOTSUPORTCARD", "funds"],
    ["TRADE_ERROR", "other"],
    ["NEWLY_INVENTED", "other"]
  ] as const)("%s: %s", (code, refusal) => {
    assert.strictEqual(refusalOf(code), refusal)
  })
})

it("a code has one spelling here, and what we do not know keeps its own", () => {
  assert.strictEqual(canonical("ORDERNOTEXIST"), "ORDER_NOT_EXIST")
  assert.strictEqual(canonical("NEWLY_INVENTED"), "NEWLY_INVENTED")
  assert.strictEqual(canonical("__proto__"), "__proto__")
  assert.strictEqual(reactionTo("constructor", "codepay", 400), "ask")
})
