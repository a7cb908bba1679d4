import { Effect, Schema } from "effect"
import { route } from "#core"
import { Fault } from "./faults.ts"
import { LegacySandbox } from "./sandbox.ts"
import { tables } from "./store.ts"

const Faulty = Schema.Struct({ faults: Schema.Array(Fault) })
const faultList = LegacySandbox.use(({ faults }) => Effect.succeed({ faults: faults.all }))

const Texts = Schema.Record(Schema.String, Schema.String)

/** What the old systems have in their books. */
const Ledger = Schema.Struct({
  bills: Schema.Array(
    Schema.Struct({
      form: Schema.String,
      number: Schema.String,
      status: Schema.String,
      model: Schema.Unknown
    })
  ),
  messages: Schema.Array(
    Schema.Struct({ code: Schema.String, number: Schema.String, fields: Texts })
  ),
  invoices: Schema.Array(
    Schema.Struct({ number: Schema.String, redOf: Schema.NullOr(Schema.String), fields: Texts })
  )
})

const ledger = LegacySandbox.use(({ database }) =>
  database.read(async (sql) => {
    const bills = await tables(sql).selectFrom("legacy_sandbox_bills").selectAll().execute()
    const messages = await tables(sql)
      .selectFrom("legacy_sandbox_messages")
      .selectAll()
      .orderBy("place")
      .execute()
    const invoices = await tables(sql)
      .selectFrom("legacy_sandbox_invoices")
      .selectAll()
      .orderBy("place")
      .execute()
    return {
      bills: bills.map(({ model, ...bill }) => ({ ...bill, model: JSON.parse(model) })),
      messages: messages.map(({ code, fields, number }) => ({
        code,
        number,
        fields: JSON.parse(fields)
      })),
      invoices: invoices.map(({ fields, number, red_of }) => ({
        number,
        redOf: red_of,
        fields: JSON.parse(fields)
      }))
    }
  })
)

/** What a developer does to the old systems, from outside of them. */
export const controlRoutes = [
  route.get("/control/ledger", { output: Ledger, handle: () => ledger }),
  route.get("/control/faults", { output: Faulty, handle: () => faultList }),
  route.put("/control/faults", {
    input: { ...Fault.fields, times: Schema.optionalKey(Fault.fields.times) },
    output: Faulty,
    handle: ({ times = 1, ...fault }) =>
      LegacySandbox.use(({ faults }) => Effect.sync(() => faults.set({ ...fault, times }))).pipe(
        Effect.andThen(faultList)
      )
  }),
  route.delete("/control/faults", {
    output: Faulty,
    handle: () =>
      LegacySandbox.use(({ faults }) => Effect.sync(() => faults.clear())).pipe(
        Effect.andThen(faultList)
      )
  })
]
