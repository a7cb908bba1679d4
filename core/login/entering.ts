import { Effect } from "effect"
import { isGiven } from "../customers/consents.ts"
import { Customers } from "../customers/customers.ts"
import { makeMeans } from "../customers/means.ts"
import type { Sql } from "../database/database.ts"
import type { Account } from "../wechat/account.ts"
import { Accounts } from "../wechat/accounts.ts"
import type { LoggedIn, Way } from "./model.ts"
import { Sessions } from "./sessions.ts"

/** Somebody is let in. */
interface Entry {
  /** What the session is to be known by. */
  readonly secret: string
  readonly who: LoggedIn
  readonly former: string | undefined
  readonly way: Way
  /** They agreed to show who they are. */
  readonly agreed: boolean
}

/** Whom a consent to show nickname and picture binds. */
const entityOf = ({ appid, entity }: Pick<Account, "appid" | "entity">): string => entity ?? appid

/** Consent to show nickname and picture, as WeChat's page asks for it. */
const showing = "profile"

/** What is written when somebody is let in: session, timeline, and what they agreed to, in one write with the login. */
export const makeEntering = Effect.gen(function* () {
  const accounts = yield* Accounts
  const customers = yield* Customers
  const sessions = yield* Sessions
  const { now } = yield* makeMeans

  return {
    in: async (sql: Sql, { agreed, former, secret, way, who }: Entry): Promise<void> => {
      const { account, customer } = who
      await sessions.openIn(sql, { secret, who, former })
      await customers.note(sql, customer, { kind: "logged in", at: now(), data: { way, account } })
      const at = accounts.named(account)
      if (agreed && at !== undefined)
        await customers.consents.recordIn(sql, customer, {
          entity: entityOf(at),
          purpose: showing,
          place: `login by ${account}`
        })
    }
  }
})

/** Whether what somebody shows of themselves may be told for an account. */
export const mayShow = (
  account: Pick<Account, "appid" | "entity">,
  said: Parameters<typeof isGiven>[0]
): boolean => isGiven(said, { entity: entityOf(account), purpose: showing })
