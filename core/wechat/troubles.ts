import { Clock, Context, Effect, Layer } from "effect"
import { Database } from "../database/database.ts"
import { raiseTodo, settleTodos } from "../tasks/todos.ts"
import type { Account } from "./account.ts"
import type { WechatRefused } from "./errors.ts"

/** What about an account is in trouble: its token, or its use of the API. */
export type Matter = "token" | "api"

/** Codes that somebody must mend in WeChat's portal, or should at least know of, on any call. */
const grave = new Set([
  40164, 40243, 45009, 45028, 48001, 48003, 48004, 50002, 50004, 50007, 61004, 89501, 89503, 89504,
  89505, 89506, 89507
])

/** Refusals that wait for a person become to-dos, once each, which are settled when WeChat changes its mind. */
export class Troubles extends Context.Service<
  Troubles,
  {
    report(account: Account, matter: Matter, refused: WechatRefused): Effect.Effect<void>
    /** What was wrong with it is so no longer. */
    over(account: Account, matter: Matter): Effect.Effect<void>
  }
>()("weir/Troubles") {
  static readonly layer = Layer.effect(
    Troubles,
    Effect.gen(function* () {
      const database = yield* Database
      /** When this process last said so: a storm of refusals writes once an hour. */
      const said = new Map<string, number>()

      return Troubles.of({
        report: Effect.fnUntraced(function* (account, matter, { code, message, until }) {
          if (matter === "api" && !grave.has(code)) return
          const at = yield* Clock.currentTimeMillis
          const subject = `${account.name}/${code}`
          if (at < (said.get(subject) ?? Number.NEGATIVE_INFINITY) + anHour) return
          said.set(subject, at)
          const detail = `Account ${account.name}: ${message}${untilWhen(until)}`
          const todo = { kind: kindOf(matter), subject, detail, at }
          yield* database.write(`todo:${subject}`, (sql) => raiseTodo(sql, todo))
        }),
        over: Effect.fnUntraced(function* (account, matter) {
          const now = yield* Clock.currentTimeMillis
          const prefix = `${account.name}/`
          for (const subject of said.keys()) if (subject.startsWith(prefix)) said.delete(subject)
          yield* database.write(`todo:${prefix}`, (sql) =>
            settleTodos(sql, kindOf(matter), { prefix }, now)
          )
        })
      })
    })
  )
}

const anHour = 3_600_000

const kindOf = (matter: Matter) => `wechat.${matter}`

const untilWhen = (until: number | undefined) =>
  until === undefined ? "" : ` (until ${new Date(until).toISOString()})`
