import { Schema } from "effect"
import type { Merchant } from "./merchant.ts"
import { sealField } from "./sensitive.ts"

const text = (most: number) => Schema.String.check(Schema.isBetweenLength(1, most))

/**
 * Where an ABNORMAL refund goes instead: to the merchant's own account, which then pays the customer by other means, or to a debit card of
 * the payer's. WeChat: `apply-abnormal-refund`; `bank` is its name of the bank, e.g. `ICBC_DEBIT`.
 */
export const PayOut = Schema.Union([
  Schema.Struct({ to: Schema.Literal("merchant") }),
  Schema.Struct({
    to: Schema.Literal("card"),
    bank: text(32).check(Schema.isPattern(/^[A-Z0-9_]+$/, { expected: "a name like ICBC_DEBIT" })),
    account: text(32).check(Schema.isPattern(/^\d+$/, { expected: "the digits of a card" })),
    name: text(64)
  })
])
export type PayOut = typeof PayOut.Type

/** The body of the request; what it says of a person only WeChat can read. */
export const payOutBody = (merchant: Merchant, outRefundNo: string, to: PayOut): string =>
  JSON.stringify({
    ...(merchant.partner !== undefined && { sub_mchid: merchant.mchid }),
    out_refund_no: outRefundNo,
    ...(to.to === "merchant"
      ? { type: "MERCHANT_BANK_CARD" }
      : {
          type: "USER_BANK_CARD",
          bank_type: to.bank,
          bank_account: sealField(merchant, to.account),
          real_name: sealField(merchant, to.name)
        })
  })
