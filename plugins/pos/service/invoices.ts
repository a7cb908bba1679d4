import { Clock, Context, Effect, Layer } from "effect"
import { Database, digest, Fen, Payments, type Sql, type ToldOutcome } from "#core"
import { invoiceErrand } from "../dialects/house-tellings.ts"
import {
  addInvoice,
  endInvoice,
  type InvoiceRow,
  invoicesOf,
  standingInvoice
} from "../store/invoices.ts"
import { Teller } from "./teller.ts"

/** Whom an invoice is for, as the till was told. */
export interface Buyer {
  readonly name?: string
  readonly taxNo?: string
  readonly mail?: string
}

/** What is known of a sale's invoice. */
export type InvoiceStanding =
  | {
      readonly is: "issued"
      readonly number: string
      readonly url: string | null
      readonly amount: Fen
    }
  | { readonly is: "asked" }
  | { readonly is: "refused"; readonly reason: string }
  | { readonly is: "no such sale" | "nothing to invoice" | "not offered" }

/** Electronic invoices of paid sales, made by the old system: once each, and taken back with the money. */
export class Invoices extends Context.Service<
  Invoices,
  {
    /** Asks for one, unless one stands already: that is then what is known. */
    ask(reference: string, buyer: Buyer): Effect.Effect<InvoiceStanding>
    /**
     * Money went back, because of `cause`: the invoice that stands is taken back whole, and what is left of the sale is invoiced anew for
     * the same buyer.
     */
    returned(reference: string, cause: string): Effect.Effect<void>
    /** What the old system said to one that was asked for. */
    ended(
      id: string,
      outcome: ToldOutcome<{ readonly InvoiceNo: string; readonly InvoiceUrl?: string }>
    ): Effect.Effect<void>
  }
>()("pos/Invoices") {
  static readonly layer = Layer.effect(
    Invoices,
    Effect.gen(function* () {
      const database = yield* Database
      const payments = yield* Payments
      const teller = yield* Teller

      /** What of a sale's money is here; `undefined`: no such sale. */
      const kept = (reference: string) =>
        payments.standing({ reference }).pipe(
          Effect.map((standing) =>
            Fen.make(standing._tag === "Paid" ? standing.amount - standing.refunded : 0)
          ),
          Effect.catchTag("PaymentUnknown", () => Effect.undefined)
        )

      const tell = (sql: Sql, { amount, id, red_of, reference }: InvoiceRow, more: object) =>
        teller.tellIn(sql, invoiceErrand, {
          order: `invoice:${reference}`,
          request: {
            TranCode: "INVOICE",
            RequestNo: id,
            Reference: reference,
            TotalFee: amount,
            ...(red_of !== null && { RedOf: red_of }),
            ...more
          }
        })

      const add = async (
        sql: Sql,
        all: ReadonlyArray<InvoiceRow>,
        asked: Pick<InvoiceRow, "reference" | "cause" | "amount" | "red_of" | "asked_at">,
        more: object = {}
      ) => {
        const place = all.length + 1
        const id = digest(`invoice ${asked.reference} ${place}`)
        const row = {
          ...asked,
          id,
          place,
          state: "asked",
          number: null,
          url: null,
          detail: null
        } as const
        await addInvoice(sql, row)
        await tell(sql, row, more)
        return row
      }

      const write = <A>(reference: string, work: (sql: Sql) => Promise<A>) =>
        database.write(`invoice:${reference}`, work)

      return Invoices.of({
        ask: Effect.fnUntraced(function* (reference, { mail, name, taxNo }) {
          if (!teller.there) return { is: "not offered" }
          const amount = yield* kept(reference)
          if (amount === undefined) return { is: "no such sale" }
          const asked_at = yield* Clock.currentTimeMillis
          return yield* write(reference, async (sql): Promise<InvoiceStanding> => {
            const all = await invoicesOf(sql, reference)
            const known = standingInvoice(all)
            if (known !== undefined) return standingOf(known)
            const last = all.at(-1)
            if (
              last?.state === "refused" &&
              last.cause.startsWith(sameBuyer({ mail, name, taxNo }))
            )
              return { is: "refused", reason: last.detail ?? "" }
            if (amount === 0) return { is: "nothing to invoice" }
            const row = {
              reference,
              cause: `${sameBuyer({ mail, name, taxNo })} ${all.length}`,
              amount,
              red_of: null,
              asked_at
            }
            await add(sql, all, row, {
              ...(name !== undefined && { BuyerName: name }),
              ...(taxNo !== undefined && { BuyerTaxNo: taxNo }),
              ...(mail !== undefined && { BuyerMail: mail })
            })
            return { is: "asked" }
          })
        }),

        returned: Effect.fnUntraced(function* (reference, cause) {
          if (!teller.there) return
          const amount = (yield* kept(reference)) ?? Fen.make(0)
          const asked_at = yield* Clock.currentTimeMillis
          yield* write(reference, async (sql) => {
            const all = await invoicesOf(sql, reference)
            const blue = standingInvoice(all)
            if (blue === undefined || all.some((row) => row.cause === cause)) return
            // Its amount may have been less already when it was asked for.
            if (blue.amount <= amount) return
            const red = { reference, cause, amount: blue.amount, red_of: blue.id, asked_at }
            const taken = await add(sql, all, red)
            if (amount > 0)
              await add(
                sql,
                [...all, taken],
                { reference, cause: `${cause}+`, amount, red_of: null, asked_at },
                { Replaces: blue.id }
              )
          })
        }),

        ended: (id, outcome) =>
          write(id, (sql) =>
            endInvoice(
              sql,
              id,
              outcome.is === "done"
                ? {
                    state: "issued",
                    number: outcome.reply.InvoiceNo,
                    url: outcome.reply.InvoiceUrl ?? null
                  }
                : { state: "refused", detail: outcome.reason.slice(0, 255) }
            )
          )
      })
    })
  )
}

/** Tells a buyer who asks again from another, or from one whose details were put right, without keeping who it is. */
const sameBuyer = ({
  mail = "",
  name = "",
  taxNo = ""
}: { [field in keyof Buyer]: string | undefined }) =>
  `buyer ${digest(JSON.stringify([name, taxNo, mail]))}`

const standingOf = ({ amount, number, state, url }: InvoiceRow): InvoiceStanding =>
  state === "issued" && number !== null ? { is: "issued", number, url, amount } : { is: "asked" }
