import { readFileSync } from "node:fs"
import { Effect } from "effect"
import { meanwhile, type World } from "../../support/world.ts"

export const sample = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/legacy/${name}`, import.meta.url)))

export const ticket = {
  StoreNo: "GZ0013",
  PosNo: "02",
  CashierNo: "0917",
  TicketNo: "371",
  TranTime: "20261124120000"
}

export const sale = (AuthCode: string, TotalFee = "128.50") => ({
  TranCode: "MICROPAY",
  ...ticket,
  TotalFee,
  AuthCode,
  Body: "天河城店-日用百货"
})

export const query = { TranCode: "QUERY", ...ticket }
export const reverse = { TranCode: "REVERSE", ...ticket }
export const refund = (TicketNo: string, RefundFee: string, OrigTicketNo = ticket.TicketNo) => ({
  TranCode: "REFUND",
  ...ticket,
  TicketNo,
  OrigTicketNo,
  RefundFee
})

/** Says it, and hears the answer, however long that takes. */
export const hears = (world: World, texts: Readonly<Record<string, string>>, where = "/xml") =>
  Effect.map(meanwhile(world.say(where, texts)), ({ value }) => value)

/** A sale that is paid. */
export const sold = Effect.fnUntraced(function* (world: World, TotalFee?: string) {
  return yield* hears(world, sale(yield* world.code("paid"), TotalFee))
})
