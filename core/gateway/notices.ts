import { Effect, Schema } from "effect"
import { MassMessages } from "../notices/mass.ts"
import { Mass, MassStanding } from "../notices/mass-model.ts"
import { Choice, NoticeTemplates, Proposal } from "../notices/proposing.ts"
import { route } from "../plugin/route.ts"

const proposals = Schema.Array(Proposal)

/** Which template says which notice, and mass messages: for the operator door. */
export const noticeRoutes = [
  route.get("/notices/templates", {
    output: proposals,
    handle: () => NoticeTemplates.use(({ propose }) => propose)
  }),
  route.post("/notices/templates", {
    input: { apply: Schema.Literal(true), choice: Schema.optionalKey(Choice) },
    output: proposals,
    handle: ({ choice }) => NoticeTemplates.use(({ apply }) => apply(choice))
  }),
  route.post("/mass", {
    input: Mass.fields,
    output: Schema.Struct({}),
    handle: (mass) =>
      Effect.as(
        MassMessages.use(({ send }) => send(mass)),
        {}
      )
  }),
  route.get("/mass/:key", {
    input: { key: Schema.String },
    output: MassStanding,
    handle: ({ key }) => MassMessages.use(({ standing }) => standing(key))
  })
]
