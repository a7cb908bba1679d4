import { Clock, Effect, type Redacted, Schema } from "effect"
import {
  beijingDate,
  type Fen,
  formatYuan,
  PlayFailed,
  Transport,
  toBeijing,
  type World,
  yuan
} from "#core"
import { houseXml, Micropay, Query, Refund, Reverse } from "../dialects/house-xml.ts"
import { freshCode } from "./code.ts"
import { recall, remember } from "./memory.ts"
import { seconds, show, textLines, verdict } from "./shown.ts"
import { unanswered, unsayable } from "./silence.ts"

export interface HouseSecrets {
  readonly secret: Redacted.Redacted
  readonly secrets?: { readonly [store: string]: Redacted.Redacted } | undefined
}

/** A till at work: what it has in reach, the secret it signs with, and whether bytes are shown too. */
export interface Till {
  readonly world: World
  readonly options: HouseSecrets
  readonly hex: boolean
}

/** Which sale is meant; what is not said is the last one's. */
export interface SaleSaid {
  readonly store?: string | undefined
  readonly pos?: string | undefined
  readonly ticket?: string | undefined
  readonly date?: string | undefined
}

const cashier = { CashierNo: "0917" }

export const pay = Effect.fnUntraced(function* (
  till: Till,
  said: SaleSaid & {
    readonly amount?: Fen | undefined
    readonly code?: string | undefined
    readonly outcome?: string | undefined
  }
) {
  const { world } = till
  const { amount = yuan("12.80"), pos = "02", store = "GZ0013" } = said
  const now = yield* Clock.currentTimeMillis
  const ticket = said.ticket ?? ticketAt(now)
  const code = said.code ?? (yield* freshCode(world, said.outcome))
  // Before anything is sent: a till whose answer is lost must be able to ask.
  yield* remember(world, { sale: { store, pos, ticket, date: beijingDate(now), amount } })
  const message = {
    ...cashier,
    StoreNo: store,
    PosNo: pos,
    TicketNo: ticket,
    TranTime: now,
    TotalFee: amount,
    AuthCode: code,
    Body: "门店消费"
  }
  const { RetCode } = yield* speak(till, "MICROPAY", yield* written(Micropay, message))
  if (RetCode === "P1" && world.sandbox !== undefined)
    yield* world.say(`Pay on the phone, ${world.sandbox}/phone, then: npx weir till query`)
})

export const query = Effect.fnUntraced(function* (till: Till, said: SaleSaid) {
  const { fields } = yield* saleMeant(till.world, said)
  yield* speak(till, "QUERY", yield* written(Query, fields))
})

export const reverse = Effect.fnUntraced(function* (till: Till, said: SaleSaid) {
  const { fields } = yield* saleMeant(till.world, said)
  yield* speak(till, "REVERSE", yield* written(Reverse, fields))
})

export const refund = Effect.fnUntraced(function* (
  till: Till,
  said: SaleSaid & { readonly amount?: Fen | undefined }
) {
  const { amount, fields } = yield* saleMeant(till.world, said)
  const money = said.amount ?? amount
  if (money === undefined) return yield* new PlayFailed({ reason: "say how much with --amount" })
  const message = {
    ...fields,
    OrigTicketNo: fields.TicketNo,
    TicketNo: ticketAt(fields.TranTime),
    RefundFee: money
  }
  yield* till.world.say(`Refunding ${formatYuan(money)} of ticket ${fields.TicketNo}`)
  yield* speak(till, "REFUND", yield* written(Refund, message))
})

/** As tills number: the time, so that no two are the same. */
const ticketAt = (now: number) => `${toBeijing(now)}${String(now % 1000).padStart(3, "0")}`

const saleMeant = Effect.fnUntraced(function* (world: World, said: SaleSaid) {
  const { sale } = yield* recall(world)
  const ticket = said.ticket ?? sale?.ticket
  if (ticket === undefined)
    return yield* new PlayFailed({
      reason: "no sale is remembered: `npx weir till pay` makes one, or name one with --ticket"
    })
  const now = yield* Clock.currentTimeMillis
  const last = ticket === sale?.ticket ? sale : undefined
  const fields = {
    ...cashier,
    StoreNo: said.store ?? last?.store ?? "GZ0013",
    PosNo: said.pos ?? last?.pos ?? "02",
    TicketNo: ticket,
    TranTime: now,
    OrigDate: said.date ?? last?.date ?? beijingDate(now)
  }
  return { fields, amount: last?.amount }
})

const written = <A, I>(schema: Schema.Codec<A, I>, message: A) =>
  Effect.mapError(Schema.encodeEffect(schema)(message), unsayable)

/** Sends one message and reads the answer, both by the house's own dialect. */
const speak = Effect.fnUntraced(function* (
  { hex, options, world }: Till,
  call: string,
  fields: { readonly [name: string]: string | undefined }
) {
  const { reply, request } = houseXml((store) => options.secrets?.[store] ?? options.secret)
  const body = yield* written(request, { TranCode: call, ...defined(fields) })
  const url = `${world.door}/xml`
  const as = { lines: textLines, hex }
  yield* show(world, `→ POST ${url}`, body, as)
  const [took, answer] = yield* Transport.use((transport) =>
    transport.exchange({
      method: "POST",
      url,
      headers: { "content-type": "text/xml; charset=GBK" },
      body,
      timeout: "20 seconds"
    })
  ).pipe(Effect.timed, Effect.mapError(unanswered(url)))
  yield* show(world, `← ${answer.status} after ${seconds(took)}`, answer.body, as)
  const texts = yield* Effect.mapError(
    Schema.decodeEffect(reply)(answer.body),
    () => new PlayFailed({ reason: `${url} did not answer in house XML` })
  )
  const { RetCode = "", RetMsg = "" } = texts
  yield* world.say(verdict(RetCode, RetMsg))
  return texts
})

const defined = (fields: { readonly [name: string]: string | undefined }) =>
  Object.fromEntries(
    Object.entries(fields).filter((field): field is [string, string] => field[1] !== undefined)
  )
