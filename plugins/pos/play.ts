import { Schema } from "effect"
import { action, FenFromYuan, type Play, type World } from "#core"
import * as house from "./play/house-till.ts"
import * as mis from "./play/mis-terminal.ts"

/** What a played till knows of the plugin's options. */
type TillOptions = house.HouseSecrets & mis.MisPort

const outcomes = [
  "paid",
  "userpaying",
  "notenough",
  "expired",
  "bankerror",
  "systemerror",
  "late"
] as const

const text = (summary: string) => ({ summary, value: Schema.NonEmptyString }) as const
const toggle = (summary: string) => ({ summary, value: "switch" }) as const
const yuan = (summary: string) => ({ summary, value: FenFromYuan }) as const

const pos = text("till number; 02 unless said")
const hex = toggle("show the bytes too")
const viaBank = toggle("as a terminal behind its bank's library, over TCP")
const sale = {
  ticket: text("whose; the last sale's unless said"),
  date: text("its business date, 8 digits; the last sale's unless said"),
  store: text("store number; GZ0013 unless said"),
  pos,
  hex
}
const slip = {
  rrn: text("with --mis: number of the slip; the last sale's unless said"),
  mis: viaBank
}

const at = (
  said: { readonly pos: string | undefined; readonly hex: boolean },
  world: World,
  options: TillOptions
) => ({ world, options, pos: said.pos, hex: said.hex })

const pay = action({
  summary: "Sells, and takes the payment with a code of the customer's phone",
  flags: {
    amount: yuan("in yuan; 12.80 unless said"),
    outcome: {
      summary: `what the phone in the sandbox does: ${outcomes.join(", ")}`,
      value: Schema.Literals(outcomes)
    },
    code: text("a payment code; a fresh one from the sandbox unless said"),
    ticket: text("number of the sale; the time unless said"),
    store: sale.store,
    pos,
    mis: viaBank,
    hex
  },
  run: (said, world, options: TillOptions) =>
    (said.mis ? mis.pay : house.pay)(at(said, world, options), said)
})

const query = action({
  summary: "Asks what became of a sale",
  flags: sale,
  run: (said, world, options: TillOptions) => house.query(at(said, world, options), said)
})

const reverse = action({
  summary: "Takes a sale back, whether paid or not (with --mis: a void)",
  flags: { ...sale, ...slip },
  run: (said, world, options: TillOptions) =>
    said.mis
      ? mis.reverse(at(said, world, options), said)
      : house.reverse(at(said, world, options), said)
})

const refund = action({
  summary: "Gives money of a sale back",
  flags: { amount: yuan("in yuan; all of the last sale unless said"), ...sale, ...slip },
  run: (said, world, options: TillOptions) =>
    said.mis
      ? mis.refund(at(said, world, options), said)
      : house.refund(at(said, world, options), said)
})

const signIn = action({
  summary: "Begins the day of a terminal behind its bank's library",
  flags: { pos, hex },
  run: (said, world, options: TillOptions) => mis.signIn(at(said, world, options))
})

const settle = action({
  summary: "Ends it: counts what was sold since, and begins a new batch",
  flags: { pos, hex },
  run: (said, world, options: TillOptions) => mis.settle(at(said, world, options))
})

/** A store's till, played by a person: it speaks by the same dialects that read it. */
export const till: Play<TillOptions> = {
  name: "till",
  summary: "Plays a store's till",
  actions: { pay, query, reverse, refund, "sign-in": signIn, settle },
  firstSteps: ({ door }) => [
    `curl -s --data-binary @test/fixtures/legacy/pos-micropay.gbk.xml -H "Content-Type: text/xml; charset=GBK" ${door}/xml | iconv -f gbk`,
    "npx weir till pay"
  ]
}
