import { Clock, Effect } from "effect"
import { customerRules } from "../customers/rules.ts"
import type { Sql } from "../database/database.ts"
import { lookInto } from "../database/looking.ts"
import type { Rule } from "../database/rule.ts"
import { journalRules } from "../journal/rules.ts"
import { paymentRules } from "../payments/audit/rules.ts"
import { taskRules } from "../tasks/rules.ts"

/** All that must be true of a database, whatever has failed. */
export const rules: ReadonlyArray<Rule> = [
  ...paymentRules,
  ...taskRules,
  ...journalRules,
  ...customerRules
]

/** What was found out about a rule. */
export interface Judged {
  readonly sentence: string
  /** What contradicts it, one line each: our own numbers, never anything of a person's. */
  readonly against: ReadonlyArray<string>
}

/** So many lines are enough to see what is wrong. */
const most = 20

/** All that is wrong with a database, one line each, beside whoever uses it. */
export const faultsOf = Effect.fnUntraced(function* (url: string) {
  const sql = yield* lookInto(url)
  const judged = yield* Effect.forEach(rules, (rule) => judge(sql, rule))
  return judged.flatMap(({ against, sentence }) => against.map((line) => `${sentence}: ${line}`))
}, Effect.scoped)

/** Holds a database against a rule. */
export const judge = Effect.fnUntraced(function* (sql: Sql, { find, sentence }: Rule) {
  const now = yield* Clock.currentTimeMillis
  return { sentence, against: yield* Effect.promise(() => find(sql, now, most)) } satisfies Judged
})
