import type { Sql } from "../../database/database.ts"
import type { Rule } from "../../database/rule.ts"
import { outRefundNo, outTradeNo } from "../../values/numbers.ts"
import { tables } from "../store.ts"

/** How many rows are held in memory at once. */
const page = 5_000

/** Looks at rows page by page, and collects what is wrong with them. */
const paged = async <Row extends { readonly id: string }>(
  next: (after: string) => Promise<ReadonlyArray<Row>>,
  complain: (row: Row) => string | undefined,
  most: number
): Promise<ReadonlyArray<string>> => {
  const wrong: Array<string> = []
  for (let after = ""; wrong.length < most; ) {
    const rows = await next(after)
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.id
    wrong.push(...rows.map(complain).filter((line) => line !== undefined))
  }
  return wrong.slice(0, most)
}

const attemptsAfter = (sql: Sql, after: string) =>
  tables(sql)
    .selectFrom("weir_attempts as attempt")
    .innerJoin("weir_payments as payment", "payment.id", "attempt.payment")
    .select(["attempt.id", "attempt.number", "payment.plugin", "payment.reference", "payment.part"])
    .where("attempt.id", ">", after)
    .orderBy("attempt.id")
    .limit(page)
    .execute()

const refundsAfter = (sql: Sql, after: string) =>
  tables(sql)
    .selectFrom("weir_refunds as refund")
    .innerJoin("weir_payments as payment", "payment.id", "refund.payment")
    .select(["refund.id", "refund.key", "refund.payment", "payment.plugin"])
    .where("refund.id", ">", after)
    .orderBy("refund.id")
    .limit(page)
    .execute()

export const numbersAreDerived: Rule = {
  sentence: "Every number at WeChat's follows from what it is for: reference, part and attempt",
  find: (sql, _now, most) =>
    paged(
      (after) => attemptsAfter(sql, after),
      ({ id, number, ...of }) =>
        id === outTradeNo({ ...of, attempt: number })
          ? undefined
          : `attempt ${number} of ${of.plugin} ${of.reference} goes by ${id}`,
      most
    )
}

export const oneNumberARefund: Rule = {
  sentence: "One intention to give money back has one number for life",
  find: (sql, _now, most) =>
    paged(
      (after) => refundsAfter(sql, after),
      ({ id, key, payment, plugin }) =>
        id.startsWith(outRefundNo({ plugin, reference: payment, key }))
          ? undefined
          : `the refund ${key} of payment ${payment} goes by ${id}`,
      most
    )
}
