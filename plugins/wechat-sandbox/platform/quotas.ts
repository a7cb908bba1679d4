import { Context, Effect, Layer } from "effect"
import { beijingDate, Database, type Sql } from "#core"
import { WechatClock } from "../clock.ts"
import { decide } from "./decide.ts"
import { type Errcode, no } from "./errcodes.ts"
import type { Account } from "./model.ts"
import { count, platform, usedOf } from "./store.ts"

/** Calls a day that the portal of a certified account shows; any other API may be called as often as one likes. */
const dailyLimits: Readonly<Record<string, number>> = {
  "/cgi-bin/token": 2_000,
  "/cgi-bin/stable_token": 500_000,
  "/cgi-bin/message/custom/send": 500_000,
  "/cgi-bin/message/template/send": 100_000,
  "/cgi-bin/message/subscribe/bizsend": 100_000,
  "/cgi-bin/user/info": 500_000,
  "/cgi-bin/user/info/batchget": 500_000,
  "/cgi-bin/user/get": 500,
  "/cgi-bin/qrcode/create": 100_000,
  "/cgi-bin/ticket/getticket": 1_000_000,
  "/cgi-bin/media/upload": 100_000,
  "/cgi-bin/media/get": 200_000,
  "/cgi-bin/menu/create": 1_000,
  "/cgi-bin/message/mass/sendall": 100,
  "/cgi-bin/message/mass/send": 100,
  "/cgi-bin/message/mass/delete": 10
}

export interface Quota {
  readonly daily_limit: number
  readonly used: number
  readonly remain: number
}

/** How often each API may be asked a day, by Beijing's midnight. */
export class Quotas extends Context.Service<
  Quotas,
  {
    spend(account: Account, path: string): Effect.Effect<void, Errcode>
    of(account: Account, path: string): Effect.Effect<Quota, Errcode>
    /** Puts every counter of today back to nothing; ten times a month. */
    clear(account: Account): Effect.Effect<void, Errcode>
    clearOne(account: Account, path: string): Effect.Effect<void, Errcode>
  }
>()("wechat-sandbox/Quotas") {
  static readonly layer = Layer.effect(
    Quotas,
    Effect.gen(function* () {
      const clock = yield* WechatClock
      const database = yield* Database

      const limitOf = ({ quotas }: Account, path: string) => quotas[path] ?? dailyLimits[path]

      const spend = Effect.fnUntraced(function* (account: Account, path: string) {
        const limit = limitOf(account, path)
        if (limit === undefined) return
        const today = beijingDate(yield* clock.now)
        yield* decide(database, `usage:${account.appid}`, async (sql) => {
          if ((await usedOf(sql, account.appid, path, today)) >= limit) return no(45009)
          await count(sql, account.appid, path, today)
        })
      })

      const of = Effect.fnUntraced(function* (account: Account, path: string) {
        const limit = limitOf(account, path) ?? (yield* no(40066))
        const today = beijingDate(yield* clock.now)
        const used = yield* database.read((sql) => usedOf(sql, account.appid, path, today))
        return { daily_limit: limit, used, remain: Math.max(0, limit - used) }
      })

      const clearing = (account: Account, clear: (sql: Sql, today: string) => Promise<unknown>) =>
        Effect.flatMap(clock.now, (now) => {
          const today = beijingDate(now)
          const month = today.slice(0, 6)
          return decide(database, `usage:${account.appid}`, async (sql) => {
            if ((await usedOf(sql, account.appid, "clear_quota", month)) >= clearsAMonth) {
              return no(48006)
            }
            await count(sql, account.appid, "clear_quota", month)
            await clear(sql, today)
          })
        })

      const clear = (account: Account) =>
        clearing(account, (sql, today) =>
          platform(sql)
            .deleteFrom("sandbox_usage")
            .where("appid", "=", account.appid)
            .where("period", "=", today)
            .where("path", "like", "/%")
            .execute()
        )

      const clearOne = (account: Account, path: string) =>
        clearing(account, (sql, today) =>
          platform(sql)
            .deleteFrom("sandbox_usage")
            .where("appid", "=", account.appid)
            .where("period", "=", today)
            .where("path", "=", path)
            .execute()
        )

      return Quotas.of({ spend, of, clear, clearOne })
    })
  )
}

const clearsAMonth = 10
