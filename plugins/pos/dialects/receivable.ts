import { Effect, Schema, SchemaIssue, SchemaTransformation } from "effect"
import { kingdeeBill, Numeral } from "#core"

/** Money in hundred-thousandths of a yuan ⇄ the JSON number that Kingdee writes, digit by digit: WeChat's fees have five decimals. */
const Price = Schema.Unknown.pipe(
  Schema.decodeTo(
    Schema.Int.check(Schema.isGreaterThan(0)),
    SchemaTransformation.transformEffect<number, unknown>({
      decode: (value) => {
        const text = value instanceof Numeral ? value.text : String(value)
        const [, whole = "", fraction = ""] = /^(\d{1,10})(?:\.(\d{1,5}))?$/.exec(text) ?? []
        return whole === ""
          ? Effect.fail(
              new SchemaIssue.InvalidValue({
                expected: "an amount in yuan with at most five decimals"
              })
            )
          : Effect.succeed(Number(whole + fraction.padEnd(5, "0")))
      },
      encode: (amount) => {
        const digits = String(amount).padStart(6, "0")
        const text = `${digits.slice(0, -5)}.${digits.slice(-5)}`
        return Effect.succeed(new Numeral(text.replace(/(\.\d\d)(\d*?)0+$/, "$1$2")))
      }
    })
  )
)

const Named = Schema.Struct({ FNumber: Schema.String })
const named = (FNumber: string) => ({ FNumber })

/** 应收单 as Kingdee stores it. The order of its fields is Kingdee's. */
const Model = Schema.Struct({
  FID: Schema.Literal(0),
  FBillTypeID: Schema.Struct({ FNUMBER: Schema.Literal("YSD01_SYS") }),
  FBillNo: Schema.String,
  FDATE: Schema.String,
  FENDDATE_H: Schema.String,
  FCUSTOMERID: Named,
  FCURRENCYID: Schema.Struct({ FNumber: Schema.Literal("PRE001") }),
  FSETTLEORGID: Named,
  FPAYORGID: Named,
  FAR_Remark: Schema.String,
  FEntityDetail: Schema.Array(
    Schema.Struct({
      FMATERIALID: Named,
      FPriceQty: Schema.Literals([1, -1]),
      FTaxPrice: Price,
      FEntryTaxRate: Schema.Literal(0),
      FCOMMENT: Schema.String
    })
  )
})

/** What a store's customer owes for a day. */
const Receivable = Schema.Struct({
  number: Schema.String,
  /** Eight digits in Beijing. */
  day: Schema.String,
  customer: Schema.String,
  organization: Schema.String,
  remark: Schema.String,
  lines: Schema.Array(
    Schema.Struct({
      item: Schema.String,
      /** −1: it lessens what is owed. */
      quantity: Schema.Literals([1, -1]),
      /** In hundred-thousandths of a yuan. */
      price: Schema.Int,
      comment: Schema.String
    })
  )
})
export type Receivable = typeof Receivable.Type

const midnight = (day: string) => `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)} 00:00:00`

const model = Model.pipe(
  Schema.decodeTo(
    Receivable,
    SchemaTransformation.transform<Receivable, typeof Model.Type>({
      decode: (model) => ({
        number: model.FBillNo,
        day: model.FDATE.slice(0, 10).replaceAll("-", ""),
        customer: model.FCUSTOMERID.FNumber,
        organization: model.FSETTLEORGID.FNumber,
        remark: model.FAR_Remark,
        lines: model.FEntityDetail.map((line) => ({
          item: line.FMATERIALID.FNumber,
          quantity: line.FPriceQty,
          price: line.FTaxPrice,
          comment: line.FCOMMENT
        }))
      }),
      encode: ({ customer, day, lines, number, organization, remark }) => ({
        FID: 0,
        FBillTypeID: { FNUMBER: "YSD01_SYS" },
        FBillNo: number,
        FDATE: midnight(day),
        FENDDATE_H: midnight(day),
        FCUSTOMERID: named(customer),
        FCURRENCYID: { FNumber: "PRE001" },
        FSETTLEORGID: named(organization),
        FPAYORGID: named(organization),
        FAR_Remark: remark,
        FEntityDetail: lines.map(({ comment, item, price, quantity }) => ({
          FMATERIALID: named(item),
          FPriceQty: quantity,
          FTaxPrice: price,
          FEntryTaxRate: 0,
          FCOMMENT: comment
        }))
      })
    })
  )
)

/** The errands of a receivable in Kingdee: saved, submitted, audited. */
export const receivable = kingdeeBill<Receivable>("AR_receivable", "receivable", model)
