import { Duration, Layer, Schema } from "effect"
import { definePlugin, http, tcp } from "#core"
import { bankMis, misFraming } from "./dialects/bank-mis.ts"
import { asReceipt, asSvg } from "./dialects/drawn-qr.ts"
import { houseCalls, qrCalls } from "./dialects/house-calls.ts"
import { houseXml } from "./dialects/house-xml.ts"
import { misCalls } from "./dialects/mis-calls.ts"
import { migrations } from "./migrations.ts"
import { walletOf } from "./model.ts"
import { till } from "./play.ts"
import { Sales } from "./service.ts"
import { Slips } from "./store.ts"

const Port = Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 65535 }))
const Secret = Schema.Redacted(Schema.NonEmptyString)

/** Store tills: a sale comes in the till's own bytes and is paid by WeChat. */
export const pos = definePlugin({
  name: "pos",

  options: {
    /** What tills sign house XML with. */
    secret: Secret,
    /** Stores with a secret of their own, by store number. */
    secrets: Schema.optional(Schema.Record(Schema.String, Secret)),
    /** How long a QR on the customer's display may be paid; 5 minutes. */
    qrLife: Schema.optional(Schema.Duration),
    /** Terminals of a bank's MIS library: where they connect, and what stands on their slips. */
    mis: Schema.optional(
      Schema.Struct({
        port: Port,
        host: Schema.optional(Schema.String),
        store: Schema.NonEmptyString,
        merchant: Schema.String.check(Schema.isMaxLength(15)),
        terminal: Schema.String.check(Schema.isMaxLength(8))
      })
    ),
    /** Systems that take codes of other wallets, in the same house XML. Without one, such codes are refused. */
    wallets: Schema.optional(
      Schema.Struct({
        alipay: Schema.optional(Schema.URLFromString),
        unionpay: Schema.optional(Schema.URLFromString)
      })
    )
  },

  layer: Layer.merge(Sales.layer, Slips.layer),

  inlets: ({ mis, qrLife, secret, secrets, wallets }) => {
    const house = houseXml((store) => secrets?.[store] ?? secret)
    const qr = qrCalls(qrLife ?? Duration.minutes(5))
    const elsewhere = ({ AuthCode = "" }) => {
      const wallet = walletOf(AuthCode)
      return wallet === undefined || wallet === "wechat" ? undefined : wallets?.[wallet]
    }
    return [
      http("/xml", house, houseCalls, { elsewhere }),
      http("/qr", house, qr),
      http("/qr.svg", asSvg(house), qr),
      http("/qr.escpos", asReceipt(house), qr),
      ...(mis === undefined ? [] : [tcp({ ...mis, framing: misFraming }, bankMis, misCalls(mis))])
    ]
  },

  migrations,
  play: till
})
