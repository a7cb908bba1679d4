import { Effect, Schema } from "effect"
import {
  flatXml,
  type RawReply,
  type RawRequest,
  route,
  type Sql,
  signedWithKey,
  type Texts,
  textIn
} from "#core"
import { LegacySandbox } from "./sandbox.ts"
import { count, invoiceOf, messageOf, tables } from "./store.ts"

const Reply = textIn("gbk", { lacking: { substitute: "?" } }).pipe(
  Schema.decodeTo(flatXml({ declares: "GBK", newline: "\r\n", root: "Response" }))
)

const requestWith = (secret: LegacySandbox["Service"]["secret"]) =>
  textIn("gbk").pipe(
    Schema.decodeTo(flatXml({ declares: "GBK", newline: "\r\n", root: "Request" })),
    signedWithKey({ field: "Sign", charset: "gbk", secret: () => secret })
  )

const said = (texts: Texts): Effect.Effect<RawReply> =>
  Effect.map(Effect.orDie(Schema.encodeEffect(Reply)(texts)), (body) => ({
    status: 200,
    headers: { "content-type": "text/xml; charset=GBK" },
    body
  }))

/** A message is taken once by its own number, however often it comes. */
const take = async (sql: Sql, code: string, number: string, fields: Texts): Promise<Texts> => {
  if ((await messageOf(sql, number)) === undefined)
    await tables(sql)
      .insertInto("legacy_sandbox_messages")
      .values({
        place: (await count(sql, "legacy_sandbox_messages")) + 1,
        code,
        number,
        fields: JSON.stringify(fields)
      })
      .execute()
  return { RetCode: "00", RetMsg: "成功" }
}

const issued = (number: string, place: number): Texts => ({
  RetCode: "00",
  RetMsg: "成功",
  InvoiceNo: String(24_440_000_000_000 + place),
  InvoiceUrl: `https://invoice.example/${number}.pdf`
})

/** An invoice is made once by its asker's number; a red one takes another back. */
const invoice = async (sql: Sql, number: string, fields: Texts): Promise<Texts> => {
  const known = await invoiceOf(sql, number)
  if (known !== undefined) return issued(number, known.place)
  const redOf = fields.RedOf
  if (redOf !== undefined && (await invoiceOf(sql, redOf)) === undefined)
    return { RetCode: "E4", RetMsg: "没有这张发票" }
  const place = (await count(sql, "legacy_sandbox_invoices")) + 1
  await tables(sql)
    .insertInto("legacy_sandbox_invoices")
    .values({ number, place, red_of: redOf ?? null, fields: JSON.stringify(fields) })
    .execute()
  return issued(number, place)
}

const find = async (sql: Sql, number: string): Promise<Texts> => {
  const known = await invoiceOf(sql, number)
  return known === undefined
    ? { RetCode: "E4", RetMsg: "没有这张发票" }
    : issued(number, known.place)
}

const act = (sql: Sql, { TranCode = "", ...fields }: Texts): Promise<Texts> => {
  const number = fields.NotifyNo ?? fields.RequestNo ?? ""
  switch (TranCode) {
    case "INVOICE":
      return invoice(sql, number, fields)
    case "INVOICEQUERY":
      return find(sql, number)
    default:
      return take(sql, TranCode, number, fields)
  }
}

const serve = (request: RawRequest) =>
  LegacySandbox.use(({ answer, database, faults, secret }) =>
    answer(
      request,
      Effect.gen(function* () {
        const read = yield* Effect.option(Schema.decodeEffect(requestWith(secret))(request.body))
        if (read._tag === "None") return yield* said({ RetCode: "E2", RetMsg: "签名错误" })
        const { TranCode = "" } = read.value
        if (faults.take("refuse", request.target) !== undefined)
          return yield* said({ TranCode, RetCode: "F3", RetMsg: "门店未开通" })
        const texts = yield* database.write("house", (sql) => act(sql, read.value))
        return yield* said({ TranCode, ...texts })
      })
    )
  )

/** An ERP that is told in house XML: what was paid, refunded and closed; and that makes invoices. */
export const houseRoutes = [route.raw("POST", "/house", serve)]
