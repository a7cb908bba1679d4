import type { Customers } from "../customers/customers.ts"
import type { Sql } from "../database/database.ts"
import { raiseTodo } from "../tasks/todos.ts"
import type { Dispatch } from "./message.ts"
import type { Setback } from "./outcome.ts"
import type { NoticeRow } from "./store.ts"

/** Remembers what a refusal taught, so that nobody is asked the same in vain. */
export const learn = async (
  sql: Sql,
  { contacts }: Pick<Customers["Service"], "contacts">,
  row: NoticeRow,
  { account, openid, template }: Pick<Dispatch, "account" | "openid" | "template">,
  { field, lesson, why }: Extract<Setback, { readonly next: "another way" }>,
  at: number
): Promise<void> => {
  const contact = { appid: account.appid, openid }
  switch (lesson) {
    case "not following":
      return contacts.strayed(sql, contact)
    case "blocked":
      return contacts.blocked(sql, contact, at)
    case "not subscribed":
      return contacts.subscribed(sql, contact, template, "none")
    case "no window":
      return row.action === null ? undefined : contacts.closed(sql, contact, row.action)
    case "template wrong":
    case "field wrong":
      return raiseTodo(sql, {
        kind: "notice.template",
        subject: `${account.name}/${row.plugin}.${row.notice}`,
        detail: `Notice ${row.plugin}.${row.notice} by account ${account.name}${
          field === undefined ? "" : `, field ${field}`
        }: ${why}`,
        at
      })
    case "none":
      return
  }
}
