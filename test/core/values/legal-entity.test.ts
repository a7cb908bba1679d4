import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { LegalEntity } from "../../../core/values/legal-entity.ts"

const read = (creditCode: string) =>
  Schema.decodeUnknownResult(LegalEntity)({ name: "腾讯", creditCode })

describe("a unified social credit code", () => {
  it.each(["91440300708461136T", "9144030071526726XG"])("%s is one", (code) => {
    assert.isTrue(Result.isSuccess(read(code)))
  })

  it.each([
    ["with two characters exchanged", "91440300704861136T"],
    ["with one character mistyped", "91440300708461137T"],
    ["with a letter that is never used", "9144030070846113IT"],
    ["cut short", "91440300708461136"],
    ["in small letters", "91440300708461136t"]
  ])("%s is none", (_, code) => {
    assert.isTrue(Result.isFailure(read(code)))
  })
})
