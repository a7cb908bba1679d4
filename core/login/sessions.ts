import { Context, Duration, Effect, Layer } from "effect"
import { Customers } from "../customers/customers.ts"
import { makeMeans } from "../customers/means.ts"
import { Database, type Sql } from "../database/database.ts"
import { Pseudonyms } from "../database/pseudonyms.ts"
import { Tasks } from "../tasks/tasks.ts"
import type { LoggedIn, Session } from "./model.ts"
import { isSecret } from "./secrets.ts"
import { findSession, forgetCustomers, forgetOver, type SessionRow, tables } from "./store.ts"

/** Who is logged in where. A session is known by a secret of which the database holds a pseudonym alone. */
export class Sessions extends Context.Service<
  Sessions,
  {
    /**
     * Opens the session that a secret stands for, inside the write of the login, and ends the one the browser had before: a secret
     * somebody knew before the login is worth nothing after it. It may be opened again: it is then as it was.
     */
    openIn(
      sql: Sql,
      opened: {
        readonly secret: string
        readonly who: LoggedIn
        readonly former?: string | undefined
      }
    ): Promise<void>
    /** Whose session it is; nobody's if it is over, was ended, or its customer asked to be forgotten. */
    find(secret: string | undefined): Effect.Effect<Session | undefined>
    end(secret: string | undefined): Effect.Effect<void>
  }
>()("weir/Sessions") {
  static readonly layer = Layer.effect(
    Sessions,
    Effect.gen(function* () {
      const customers = yield* Customers
      const database = yield* Database
      const pseudonyms = yield* Pseudonyms
      const { now, openText, sealText } = yield* makeMeans
      const idOf = (secret: string) => pseudonyms.of("session", secret)

      yield* customers.whenErased((sql, erased) => forgetCustomers(sql, erased.customers))
      yield* Tasks.use((tasks) =>
        tasks.every(
          "login: tidy",
          "1 hour",
          Effect.suspend(() =>
            database.write("logins", (sql) => forgetOver(sql, now() - tellingOver))
          )
        )
      )

      const touch = (row: SessionRow) => {
        const at = now()
        if (at - row.seen_at < touched) return Effect.void
        const expires_at = Math.min(at + idle, row.created_at + longest)
        return database.write(`session:${row.id}`, (sql) =>
          tables(sql)
            .updateTable("weir_sessions")
            .set({ seen_at: at, expires_at })
            .where("id", "=", row.id)
            .execute()
        )
      }

      const end = (sql: Sql, secret: string) =>
        tables(sql).deleteFrom("weir_sessions").where("id", "=", idOf(secret)).execute()

      return Sessions.of({
        openIn: async (sql, { former, secret, who }) => {
          const id = idOf(secret)
          if (former !== undefined && former !== secret) await end(sql, former)
          if ((await findSession(sql, id)) !== undefined) return
          await tables(sql)
            .insertInto("weir_sessions")
            .values({
              id,
              customer: who.customer,
              account: who.account,
              sealed: sealText(who.openid, placeOf(id)),
              created_at: now(),
              seen_at: now(),
              expires_at: now() + idle
            })
            .execute()
        },
        find: Effect.fnUntraced(function* (secret) {
          if (!isSecret(secret)) return undefined
          const row = yield* database.read((sql) => findSession(sql, idOf(secret)))
          if (row === undefined || row.expires_at <= now()) return undefined
          const customer = yield* customers.current(row.customer)
          if (customer === undefined) return undefined
          yield* touch(row)
          const openid = openText(row.sealed, placeOf(row.id))
          return { customer, account: row.account, openid, since: row.created_at }
        }),
        end: (secret) =>
          isSecret(secret)
            ? Effect.asVoid(database.write(`session:${idOf(secret)}`, (sql) => end(sql, secret)))
            : Effect.void
      })
    })
  )
}

const placeOf = (id: string) => `weir_sessions.sealed:${id}`

/** Somebody who does not come for so long has to log in again. */
const idle = Duration.toMillis("30 days")

/** And whoever comes all the time, after so long. */
const longest = Duration.toMillis("180 days")

/** How much later than now a session may have been seen last: a write for each request would be too many. */
const touched = Duration.toMillis("1 hour")

/** How long what is over is still told from what never was. */
const tellingOver = Duration.toMillis("1 hour")

/** How long a browser keeps the cookie; the database decides. */
export const sessionSeconds = longest / 1000
