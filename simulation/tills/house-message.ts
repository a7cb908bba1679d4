import { Effect, Schema } from "effect"
import { beijingDate } from "../../core/values/beijing.ts"
import type { Fen } from "../../core/values/money.ts"
import {
  houseXml,
  Micropay,
  Qr,
  Query,
  Refund,
  Reverse
} from "../../plugins/pos/dialects/house-xml.ts"
import { secret } from "../gateway.ts"
import type { Heard, Question } from "./counter.ts"

/** Which till of which store. */
export interface TillId {
  readonly store: string
  readonly pos: string
}

/** One sale of a till, under one ticket. */
export interface Sale {
  readonly till: TillId
  readonly ticket: string
  readonly amount: Fen
  readonly at: number
}

const house = houseXml(() => secret)
const encode = Schema.encodeSync(house.request)
const decode = Schema.decodeEffect(house.reply)

export const nameOf = ({ pos, store }: TillId) => `${store}/${pos}`
const referenceOf = ({ at, ticket, till }: Sale) => `${nameOf(till)}/${beijingDate(at)}/${ticket}`

/** Every field in its place, from the plugin's own Schemas: what a till cannot say does not compile. */
const write = <A>(
  call: string,
  schema: Schema.Codec<A, { readonly [field: string]: string | undefined }>,
  message: A
) => {
  const texts = Object.entries(Schema.encodeSync(schema)(message)).filter(
    (field): field is [string, string] => field[1] !== undefined
  )
  return encode({ TranCode: call, ...Object.fromEntries(texts) })
}

const about = ({ at, ticket, till: { pos, store } }: Sale) => ({
  StoreNo: store,
  PosNo: pos,
  TicketNo: ticket,
  TranTime: at
})

const question = (call: Question["call"], sale: Sale, bytes: Uint8Array): Question => ({
  call,
  reference: referenceOf(sale),
  bytes,
  inlet: call === "NATIVE" ? "qr" : "xml",
  patience: "20 seconds"
})

export const micropay = (sale: Sale, code: string, amount = sale.amount): Question => ({
  ...question(
    "MICROPAY",
    sale,
    write("MICROPAY", Micropay, { ...about(sale), TotalFee: amount, AuthCode: code })
  ),
  amount
})

export const native = (sale: Sale): Question => ({
  ...question("NATIVE", sale, write("NATIVE", Qr, { ...about(sale), TotalFee: sale.amount })),
  amount: sale.amount
})

export const query = (sale: Sale): Question =>
  question("QUERY", sale, write("QUERY", Query, about(sale)))

export const reverse = (sale: Sale): Question =>
  question("REVERSE", sale, write("REVERSE", Reverse, about(sale)))

/** `ticket` is the refund's own: the same ticket is the same money. */
export const refund = (sale: Sale, ticket: string, amount: Fen): Question => ({
  ...question(
    "REFUND",
    sale,
    write("REFUND", Refund, {
      ...about(sale),
      TicketNo: ticket,
      OrigTicketNo: sale.ticket,
      RefundFee: amount
    })
  ),
  amount
})

export interface HouseHeard extends Heard {
  readonly codeUrl?: string | undefined
}

export const read = (bytes: Uint8Array): Effect.Effect<HouseHeard> =>
  Effect.map(Effect.orDie(decode(bytes)), (texts) => ({
    code: texts.RetCode ?? "",
    outTradeNo: texts.OutTradeNo,
    codeUrl: texts.CodeUrl
  }))
