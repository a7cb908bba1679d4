import { Effect, Schema, SchemaIssue, SchemaTransformation } from "effect"
import { type Dialect, escpos, qrSvg, type Texts } from "#core"

/**
 * House XML whose answer is drawn: a till that cannot draw a QR itself shows or prints the bytes it gets. Refusals stay XML, told
 * apart by their content type.
 */
const drawn = (
  house: Dialect,
  as: {
    readonly type: string
    readonly draw: (url: string, reply: Texts) => Uint8Array
  }
): Dialect => ({
  ...house,
  contentType: (reply) =>
    reply.CodeUrl === undefined ? (house.contentType?.(reply) ?? "text/xml") : as.type,
  reply: Schema.Uint8Array.pipe(
    Schema.decodeTo(
      Schema.Record(Schema.String, Schema.String),
      SchemaTransformation.transformEffect<Texts, Uint8Array>({
        decode: () =>
          Effect.fail(new SchemaIssue.InvalidValue({ message: "A drawing cannot be read back" })),
        encode: (reply) =>
          reply.CodeUrl === undefined
            ? Effect.mapError(Schema.encodeEffect(house.reply)(reply), ({ issue }) => issue)
            : Effect.succeed(as.draw(reply.CodeUrl, reply))
      })
    )
  )
})

/** For a customer's display that shows pictures. */
export const asSvg = (house: Dialect): Dialect =>
  drawn(house, { type: "image/svg+xml", draw: (url) => new TextEncoder().encode(qrSvg(url)) })

/** For a receipt printer, which draws the QR itself. */
export const asReceipt = (house: Dialect): Dialect =>
  drawn(house, {
    type: "application/octet-stream",
    draw: (url, { TicketNo = "", TotalFee = "" }) =>
      escpos
        .align("center")
        .size("double")
        .line("微信支付")
        .size("normal")
        .line(`单号 ${TicketNo}`)
        .line(`合计 ￥${TotalFee}`)
        .qr(url)
        .line("请使用微信扫一扫")
        .feed(3)
        .cut().bytes
  })
