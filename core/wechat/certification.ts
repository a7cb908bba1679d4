import { Clock, Effect } from "effect"
import { Database } from "../database/database.ts"
import { leaveTodo, settleTodos } from "../tasks/todos.ts"
import { beijingDate } from "../values/beijing.ts"
import type { Account } from "./account.ts"
import { Accounts } from "./accounts.ts"

const aDay = 86_400_000

/** How many days an account's certification has left; 0 or less: it has ended. */
export const daysLeft = ({ certifiedUntil }: Account, now: number): number | undefined =>
  certifiedUntil === undefined ? undefined : Math.ceil((certifiedUntil - now) / aDay)

/** The review takes WeChat's auditors weeks; the last reminders are for those who forgot. */
const reminders = [0, 7, 30]

/**
 * For every day: leaves a to-do 30, 7 and 0 days before a certification ends, each in the place of the one before, and settles those of
 * one that was renewed and of yesterday's quotas.
 */
export const watchAccounts = Effect.gen(function* () {
  const { all } = yield* Accounts
  const database = yield* Database
  const at = yield* Clock.currentTimeMillis
  yield* Effect.forEach(all, (account) =>
    database.write(`todo:${account.name}`, async (sql) => {
      const reminder = reminderOf(account, at)
      await settleTodos(sql, kind, { prefix: `${account.name}/`, except: reminder?.subject }, at)
      if (reminder !== undefined) await leaveTodo(sql, { kind, ...reminder, at })
      for (const quota of [45009, 45028])
        await settleTodos(sql, "wechat.api", { prefix: `${account.name}/${quota}` }, at)
    })
  )
})

const kind = "wechat.certification"

const reminderOf = (account: Account, now: number) => {
  const days = account.certified ? daysLeft(account, now) : undefined
  if (days === undefined) return undefined
  const due = reminders.find((before) => days <= before)
  if (due === undefined) return undefined
  const last = beijingDate((account.certifiedUntil ?? 0) - 1)
  return { subject: `${account.name}/${last}/${due}`, detail: say(account, days) }
}

const say = ({ name }: Account, days: number) =>
  days <= 0
    ? `The certification of account ${name} has ended: logins, messages and payments by it stop. Renew it in WeChat's portal, then set certifiedUntil`
    : `The certification of account ${name} ends in ${days} days: renew it in WeChat's portal, then set certifiedUntil`
