import { Effect } from "effect"
import type { Action } from "../customers/contacts.ts"
import type { Customers } from "../customers/customers.ts"
import type { Obstacle, Reach } from "../customers/reach.ts"
import type { Database } from "../database/database.ts"
import type { Accounts } from "../wechat/accounts.ts"
import type { Content } from "./content.ts"
import type { Dispatch } from "./message.ts"
import type { Notice } from "./notice.ts"
import type { NoticeRow, TemplateRow } from "./store.ts"
import { filled, findTemplates, mappingIn, wantedBy } from "./templates.ts"

/** A way to tell somebody something now, unless what is said does not fit a field of its template. */
interface Way {
  readonly way: Dispatch
  /** Whose window a customer-service message uses. */
  readonly action: Action | undefined
  readonly unfit: string | undefined
}

/** There is no way, and why; or somebody only has to say which template it is. */
export interface Nobody {
  readonly way: undefined
  readonly not: Obstacle
  readonly isUnmapped: boolean
}

interface Choosing {
  readonly customers: Customers["Service"]
  readonly accounts: Accounts["Service"]
  readonly database: Database["Service"]
}

/** Chooses the channel by which somebody may be told now. `closed`: templates that turned out not to do. */
export const choose = Effect.fnUntraced(function* (
  { accounts, customers, database }: Choosing,
  row: NoticeRow,
  notice: Notice,
  content: Content,
  closed: ReadonlySet<string>
): Effect.fn.Return<Way | Nobody> {
  const known = yield* database.read((sql) => findTemplates(sql, row.plugin, row.notice))
  const open = known.filter(({ template }) => !closed.has(template))
  const reach = yield* customers.reach(row.customer, {
    purpose: "transaction",
    templates: wantedBy(open)
  })
  if ("not" in reach) return { way: undefined, not: reach.not, isUnmapped: isUnmapped(reach) }
  const { action, appid, channel, openid, template = "" } = reach
  const account = accounts.byAppid(appid)
  // `reach` looks at these accounts only, and has marketing alone go by mass messages.
  if (account === undefined || channel === "mass")
    return yield* Effect.die(new Error(`No way to send by ${channel} of ${appid}`))
  const fields = fieldsBy(open, appid, template, content)
  const said = "unfit" in fields ? {} : fields.fields
  return {
    action,
    unfit: "unfit" in fields ? fields.unfit : undefined,
    way: { id: row.id, account, openid, channel, template, content, notice, fields: said }
  }
})

export const fieldsBy = (
  rows: ReadonlyArray<TemplateRow>,
  appid: string,
  template: string,
  { texts }: Content
): ReturnType<typeof filled> => {
  const found = rows.find((row) => row.appid === appid && row.template === template)
  return found === undefined ? { fields: {} } : filled(mappingIn(found), texts)
}

/** They could be told if somebody said which template does it: of an account they follow, none is named. */
const isUnmapped = (reach: Extract<Reach, { readonly not: Obstacle }>): boolean =>
  reach.tried.some(
    ({ appid, channel, why }) =>
      channel === "template" &&
      why === "no template" &&
      !reach.tried.some(
        (other) =>
          other.appid === appid &&
          other.channel === "custom" &&
          (other.why === "not following" || other.why === "blocked")
      )
  )
