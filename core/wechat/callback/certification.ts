import { leaveTodo } from "../../tasks/todos.ts"
import { beijingDate } from "../../values/beijing.ts"
import type { Listener } from "./message.ts"

/** What WeChat says of an account's certification is for a person to act on: with it the abilities end, and its date is in our configuration. */
export const todoOfCertification: Listener = async (sql, account, message) => {
  if (message.type !== "certification-changed") return
  const { at, expires, reason, what } = message
  const until = expires === undefined ? "" : `, date ${beijingDate(expires)}`
  const why = reason === undefined ? "" : `: ${reason}`
  await leaveTodo(sql, {
    kind: "account.certification",
    subject: `${account.name}/${what}/${at}`,
    detail: `WeChat says of the certification of ${account.name}: ${what}${until}${why}`,
    at
  })
}
