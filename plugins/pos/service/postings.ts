import { Context, Effect, Layer, Schema } from "effect"
import { Books, type BooksBalanced, type Connection, type ToldOutcome } from "#core"
import { type Receivable, receivable } from "../dialects/receivable.ts"

const Code = Schema.NonEmptyString

/** How the finance department's codes stand for what we know. */
export const PostingCodes = Schema.Struct({
  /** Whose receivable it is: the settling and receiving organisation (组织). */
  organization: Code,
  /** Stores by their number: the customer they are in the ERP, and their organisation where it is another. */
  customers: Schema.Record(
    Schema.String,
    Schema.Struct({ customer: Code, organization: Schema.optional(Code) })
  ),
  /** The customer of every other store, and of money that belongs to none that is known. */
  otherwise: Code,
  /** The items (物料) of a receivable's lines. */
  items: Schema.Struct({ sales: Code, refunds: Code, fee: Code, coupons: Code })
})
export type PostingCodes = typeof PostingCodes.Type

/** The ERP that books what WeChat owes. */
export class Erp extends Context.Service<Erp, Connection>()("pos/Erp") {}

type Balanced = typeof BooksBalanced.schema.Type

/** Posts a store's day to the ERP as a receivable once its books balance, and tells the books when it is there. */
export class Postings extends Context.Service<
  Postings,
  {
    /** Has it posted: saved, submitted, audited, each once by our own number. */
    post(balanced: Balanced): Effect.Effect<void>
    /** The last step of a posting has come to an end. */
    audited(number: string, outcome: ToldOutcome<unknown>): Effect.Effect<void>
  }
>()("pos/Postings") {
  static readonly layer = (codes: PostingCodes | undefined) =>
    Layer.effect(
      Postings,
      Effect.gen(function* () {
        const { tell } = yield* Erp
        const books = yield* Books
        return Postings.of({
          post: Effect.fnUntraced(function* (balanced) {
            if (codes === undefined) return
            const bill = billOf(balanced, codes)
            if (bill.lines.length === 0) return yield* books.posted(balanced.posting)
            const { number } = bill
            const order = `${balanced.merchant}:${balanced.store}`
            yield* tell(receivable.save, { order, request: bill })
            yield* tell(receivable.submit, { order, request: { number } })
            yield* tell(receivable.audit, { order, request: { number } })
          }, Effect.orDie),
          audited: (number, outcome) =>
            outcome.is === "done" ? books.posted(number.slice(prefix.length)) : Effect.void
        })
      })
    )
}

/** Before our number of a posting, so that whoever reads the ERP sees whence a bill comes. */
const prefix = "WX"

const billOf = (balanced: Balanced, codes: PostingCodes): Receivable => {
  const { about, day, entity, fee, gross, net, posting, refunds, store } = balanced
  const known = codes.customers[store]
  const { items } = codes
  // WeChat's fee and what is got are in hundred-thousandths of a yuan; what is sold and given back, in fen.
  const [sold, back] = [gross * 1_000, refunds * 1_000]
  const lines = [
    { item: items.sales, amount: sold, comment: "微信收款" },
    { item: items.refunds, amount: -back, comment: "微信退款" },
    { item: items.fee, amount: -fee, comment: "微信手续费" },
    { item: items.coupons, amount: net - (sold - back - fee), comment: "商户优惠" }
  ]
  return {
    number: `${prefix}${posting}`,
    day,
    customer: known?.customer ?? codes.otherwise,
    organization: known?.organization ?? codes.organization,
    remark: `${entity} ${store} ${about}${about === day ? "" : " 调整"}`.slice(0, 255),
    lines: lines
      .filter(({ amount }) => amount !== 0)
      .map(({ amount, ...line }) => ({
        ...line,
        quantity: amount > 0 ? 1 : -1,
        price: Math.abs(amount)
      }))
  }
}
