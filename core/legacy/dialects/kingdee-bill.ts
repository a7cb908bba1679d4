import { Option, Schema, SchemaTransformation } from "effect"
import { errand, lookUp } from "../connection/errand.ts"

/** Our own number of a bill. It stands in a filter, where anything else could ask for other bills. */
const BillNumber = Schema.String.check(
  Schema.isPattern(/^[0-9A-Za-z_-]{1,60}$/, { expected: "a bill number of letters and digits" })
)

/** Which bill is meant, and that it is done. */
const ByNumber = Schema.Struct({ number: BillNumber })
type ByNumber = typeof ByNumber.Type

/** Where a bill stands: `A` made, `B` submitted, `C` audited, `D` to be audited again, `Z` put aside. */
const Standing = Schema.Tuple([Schema.Unknown, Schema.String, Schema.String])
const fields = "FID,FBillNo,FDocumentStatus"

interface QueryOf {
  readonly formid: string
  readonly data: {
    readonly FormId: string
    readonly FieldKeys: typeof fields
    readonly FilterString: string
    readonly TopRowCount: 0
  }
}

const Query = (formid: string) =>
  Schema.Struct({
    formid: Schema.Literal(formid),
    data: Schema.Struct({
      FormId: Schema.Literal(formid),
      FieldKeys: Schema.Literal(fields),
      FilterString: Schema.String,
      TopRowCount: Schema.Literal(0)
    })
  }).pipe(
    Schema.decodeTo(
      ByNumber,
      SchemaTransformation.transform<ByNumber, QueryOf>({
        decode: ({ data }) => ({ number: /^FBillNo = '(.*)'$/.exec(data.FilterString)?.[1] ?? "" }),
        encode: ({ number }: ByNumber) =>
          ({
            formid,
            data: {
              FormId: formid,
              FieldKeys: fields,
              FilterString: `FBillNo = '${number}'`,
              TopRowCount: 0
            }
          }) as const
      })
    )
  )

const Save = <Bill>(formid: string, model: Schema.Codec<Bill, unknown>) =>
  Schema.Struct({
    formid: Schema.Literal(formid),
    data: Schema.Struct({
      NeedUpDateFields: Schema.Tuple([]),
      NeedReturnFields: Schema.Tuple([Schema.Literal("FBillNo")]),
      IsDeleteEntry: Schema.Literal("true"),
      IsVerifyBaseDataField: Schema.Literal("true"),
      ValidateFlag: Schema.Literal("true"),
      NumberSearch: Schema.Literal("true"),
      Model: model
    })
  }).pipe(
    Schema.decodeTo(
      Schema.toType(model),
      SchemaTransformation.transform<Bill, SaveOf<Bill>>({
        decode: ({ data }) => data.Model,
        encode: (bill) => ({
          formid,
          data: {
            NeedUpDateFields: [],
            NeedReturnFields: ["FBillNo"],
            IsDeleteEntry: "true",
            IsVerifyBaseDataField: "true",
            ValidateFlag: "true",
            NumberSearch: "true",
            Model: bill
          }
        })
      })
    )
  )

interface SaveOf<Bill> {
  readonly formid: string
  readonly data: {
    readonly NeedUpDateFields: readonly []
    readonly NeedReturnFields: readonly ["FBillNo"]
    readonly IsDeleteEntry: "true"
    readonly IsVerifyBaseDataField: "true"
    readonly ValidateFlag: "true"
    readonly NumberSearch: "true"
    readonly Model: Bill
  }
}

const Step = (formid: string) =>
  Schema.Struct({
    formid: Schema.Literal(formid),
    data: Schema.Struct({ Numbers: Schema.Tuple([Schema.String]) })
  }).pipe(
    Schema.decodeTo(
      ByNumber,
      SchemaTransformation.transform({
        decode: ({ data }) => ({ number: data.Numbers[0] }),
        encode: ({ number }: ByNumber) => ({ formid, data: { Numbers: [number] } }) as const
      })
    )
  )

interface DoneOf {
  readonly Result: {
    readonly ResponseStatus: { readonly SuccessEntitys: ReadonlyArray<{ readonly Number: string }> }
  }
}

/** A step's answer says which bill it was about, in one of its entities. */
const Done = Schema.Struct({
  Result: Schema.Struct({
    ResponseStatus: Schema.Struct({
      SuccessEntitys: Schema.Array(Schema.Struct({ Number: Schema.String }))
    })
  })
}).pipe(
  Schema.decodeTo(
    ByNumber,
    SchemaTransformation.transform<ByNumber, DoneOf>({
      decode: ({ Result }) => ({ number: Result.ResponseStatus.SuccessEntitys[0]?.Number ?? "" }),
      encode: ({ number }: ByNumber) => ({
        Result: { ResponseStatus: { SuccessEntitys: [{ Number: number }] } }
      })
    })
  )
)

/**
 * The errands of one kind of bill in Kingdee, by our own number (`FBillNo`): saved, submitted and audited are three steps, each told and
 * recorded for itself, as Kingdee's own "all at once" undoes everything when its last step fails. `model` writes the bill's fields in
 * Kingdee's order. `name` is stored with what is told, so it stays as it is.
 */
export const kingdeeBill = <Bill extends { readonly number: string }>(
  formid: string,
  name: string,
  model: Schema.Codec<Bill, unknown>
) => {
  const find = errand(`${name}.find`, {
    call: "ExecuteBillQuery",
    request: Query(formid),
    reply: Schema.Array(Standing)
  })
  const foundIn = (number: string, standings: string) =>
    lookUp(find, { number }, (bills) =>
      bills.some(([, no, status]) => no === number && standings.includes(status))
        ? Option.some({ number })
        : Option.none()
    )
  const step = (call: "Submit" | "Audit", standings: string) =>
    errand(`${name}.${call.toLowerCase()}`, {
      call,
      request: Step(formid),
      reply: Done,
      writes: { key: ({ number }) => [number], lookUp: ({ number }) => foundIn(number, standings) }
    })
  return {
    find,
    save: errand(`${name}.save`, {
      call: "Save",
      request: Save(formid, model),
      reply: Done,
      writes: { key: ({ number }) => [number], lookUp: ({ number }) => foundIn(number, "ABCD") }
    }),
    submit: step("Submit", "BC"),
    audit: step("Audit", "C")
  }
}
