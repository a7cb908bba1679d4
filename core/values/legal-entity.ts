import { Schema } from "effect"

/** Letters of a unified social credit code; those that look like digits are left out. */
const LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"

/** GB 32100-2015: the last character is the rest of the weighted sum of the others to 31. */
const checks = (code: string): boolean => {
  let sum = 0
  let weight = 1
  for (const letter of code.slice(0, 17)) {
    sum += LETTERS.indexOf(letter) * weight
    weight = (weight * 3) % 31
  }
  return LETTERS[(31 - (sum % 31)) % 31] === code[17]
}

/** 统一社会信用代码. */
const CreditCode = Schema.String.check(
  Schema.makeFilter((code) => /^[0-9A-HJ-NPQRTUWXY]{18}$/.test(code) && checks(code), {
    expected: "a unified social credit code: 18 characters of which the last fits the others"
  })
)

/** Who sells, as the law and the tax office know them. */
export const LegalEntity = Schema.Struct({ name: Schema.NonEmptyString, creditCode: CreditCode })
export type LegalEntity = typeof LegalEntity.Type
