import { Schema } from "effect"
import { NoticeTemplates, Proposal } from "../notices/proposing.ts"
import { route } from "../plugin/route.ts"

const proposals = Schema.Array(Proposal)

/** Which template says which notice, for the operator door. */
export const noticeRoutes = [
  route.get("/notices/templates", {
    output: proposals,
    handle: () => NoticeTemplates.use(({ propose }) => propose)
  }),
  route.post("/notices/templates", {
    input: { apply: Schema.Literal(true) },
    output: proposals,
    handle: () => NoticeTemplates.use(({ apply }) => apply)
  })
]
