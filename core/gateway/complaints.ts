import { Effect, Schema } from "effect"
import { Complaints } from "../payments/complaints/complaints.ts"
import { ComplaintState, ListedComplaint, ReadComplaint } from "../payments/complaints/model.ts"
import { route } from "../plugin/route.ts"
import { Fen } from "../values/money.ts"
import { Person } from "./person.ts"

const id = Schema.String.check(Schema.isBetweenLength(1, 64))
const Done = Schema.Struct({})
const text = (most: number) => Schema.String.check(Schema.isBetweenLength(1, most))

const done = <E, R>(work: Effect.Effect<void, E, R>) => Effect.as(work, {})

/** What people do about complaints, for the operator door. Each says who it is, and that is kept. */
export const complaintRoutes = [
  route.get("/complaints", {
    input: {
      state: Schema.optionalKey(ComplaintState),
      /** Our number of a payment, WeChat's, or the reference it was made for. */
      about: Schema.optionalKey(text(128))
    },
    output: Schema.Array(ListedComplaint),
    handle: (by) => Complaints.use(({ list }) => list(by))
  }),
  route.get("/complaints/:id", {
    input: { id },
    output: ReadComplaint,
    handle: ({ id }) => Complaints.use(({ read }) => read(id))
  }),
  route.post("/complaints/:id/phone", {
    input: { id, by: Person },
    output: Schema.Struct({ phone: Schema.NullOr(Schema.String) }),
    handle: ({ by, id }) =>
      Complaints.use(({ phone }) =>
        Effect.map(phone(id, by), (phone) => ({ phone: phone ?? null }))
      )
  }),
  route.post("/complaints/:id/answer", {
    input: { id, by: Person, text: text(200) },
    output: Done,
    handle: ({ by, id, text }) => done(Complaints.use(({ answer }) => answer(id, by, text)))
  }),
  route.post("/complaints/:id/complete", {
    input: { id, by: Person },
    output: Done,
    handle: ({ by, id }) => done(Complaints.use(({ complete }) => complete(id, by)))
  }),
  route.post("/complaints/:id/refund", {
    input: { id, by: Person, amount: Schema.optionalKey(Fen) },
    output: Schema.Struct({ standing: Schema.String, number: Schema.String }),
    handle: ({ amount, by, id }) =>
      Effect.map(
        Complaints.use(({ refund }) => refund(id, by, amount)),
        ({ _tag, outRefundNo }) => ({ standing: _tag, number: outRefundNo })
      )
  }),
  /** What the customer is told of the refund they want: in how many days it comes, or why it does not. */
  route.post("/complaints/:id/verdict", {
    input: {
      id,
      by: Person,
      verdict: Schema.Union([
        Schema.Struct({
          approve: Schema.Literal(true),
          withinDays: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 30 }))
        }),
        Schema.Struct({ approve: Schema.Literal(false), reason: text(200) })
      ])
    },
    output: Done,
    handle: ({ by, id, verdict }) =>
      done(Complaints.use(({ judgeRefund }) => judgeRefund(id, by, verdict)))
  }),
  /** Has WeChat notify a merchant's complaints here, whoever was told of them before. */
  route.post("/complaints/listen", {
    input: { mchid: text(32) },
    output: Done,
    handle: ({ mchid }) => done(Complaints.use(({ listen }) => listen(mchid)))
  })
]
