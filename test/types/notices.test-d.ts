import type { CustomerId, Notices } from "#core"
import { notice, yuan } from "#core"

declare const notices: Notices["Service"]
declare const customer: CustomerId

const paid = notice("paid", {
  purpose: "transactional",
  title: "支付成功通知",
  why: "The receipt of what they paid",
  fields: { amount: "amount 金额", at: "time 时间", what: "thing 商品" }
})

const said = { amount: yuan("12.50"), at: 0, what: "拿铁" }
const about = { key: "1", reference: "ticket 1" }

notices.tell(customer, paid, said, about)
notices.tell(customer, paid, { ...said, at: { from: 0, to: 1 } }, about)

// @ts-expect-error a field that is not in its template
notices.tell(customer, paid, { amount: yuan("1"), at: 0, what: "x", remark: "x" }, about)
// @ts-expect-error a field that is missing
notices.tell(customer, paid, { amount: yuan("1"), at: 0 }, about)
// @ts-expect-error money is fen, never a text
notices.tell(customer, paid, { ...said, amount: "12.50" }, about)
// @ts-expect-error what nothing happened about is no notice
notices.tell(customer, paid, said, { key: "1" })

notice("offer", {
  // @ts-expect-error there is no purpose for advertising
  purpose: "marketing",
  title: "特价",
  why: "We want to sell",
  fields: { what: "thing 商品" }
})

notice("strange", {
  purpose: "urgent",
  title: "x",
  why: "x",
  // @ts-expect-error a type that WeChat does not have
  fields: { what: "text 商品" }
})
