/**
 * What 100,000 payments without an end cost a start: the time until its doors are open, beside that of a start without them, on each
 * database; and how many of them WeChat is then asked about a second.
 *
 * `node test/bench/recovery.ts [rounds] [payments]`; on MariaDB too where `WEIR_TEST_MARIADB_URL` names one.
 */
import { setTimeout } from "node:timers/promises"
import { Effect } from "effect"
import type { Fen } from "#core"
import { Database } from "../../core/database/database.ts"
import { begin, tables } from "../../core/payments/store.ts"
import { outTradeNo } from "../../core/values/numbers.ts"
import { mariadb, temporaryDatabaseOn } from "../support/server.ts"
import { median, openPlaces, type Place, start, stop } from "./packaged/gateway.ts"
import { credentials, openWechat } from "./packaged/wechat.ts"

const rounds = Number(process.argv[2] ?? 3)
const payments = Number(process.argv[3] ?? 100_000)
const goal = 1_000

const wechat = await openWechat()
const places = openPlaces(wechat.url)

/** As a process leaves them that is killed while WeChat has not answered. */
const leave = ({ cwd, settings }: Place) =>
  Effect.gen(function* () {
    const { write } = yield* Database
    const because = { event: "sent", at: Date.now() }
    const merchant = credentials.WECHAT_MERCHANT_ID
    yield* Effect.forEach(
      Array.from({ length: payments }, (_, place) => `GZ0013/02/20261124/${place}`),
      (reference) =>
        write(`payment:${reference}`, async (sql) => {
          const id = outTradeNo({ plugin: "pos", reference, part: "", attempt: 1 })
          const amount = 12_850 as Fen
          const common = { merchant, amount }
          await begin(
            sql,
            "payment",
            {
              ...common,
              id,
              state: "open",
              plugin: "pos",
              reference,
              part: "",
              title: "日用百货",
              store: "GZ0013",
              device: "02",
              paid_by: null,
              created_at: because.at,
              asked_at: because.at,
              expires_at: null,
              held_until: null
            },
            because
          )
          await begin(
            sql,
            "attempt",
            {
              ...common,
              id,
              state: "sent",
              payment: id,
              number: 1,
              way: "codepay",
              customer: null,
              request: null,
              code_mark: null,
              prepay: null,
              prepay_at: null,
              payer: null,
              appid: null,
              sent_at: because.at,
              expires_at: null,
              transaction_id: null,
              paid_at: null,
              refusal: null,
              detail: null,
              missing_at: null
            },
            because
          )
        }),
      { concurrency: 256, discard: true }
    )
  }).pipe(
    Effect.provide(
      Database.layer(settings.DATABASE_URL?.replace("sqlite:", `sqlite:${cwd}/`) ?? "")
    )
  )

/** Takes back what a start has made of them, so that the next finds them as the first did. */
const again = ({ cwd, settings }: Place) =>
  Database.use(({ write }) =>
    write("tasks", async (sql) => {
      const all = sql.withTables<{
        weir_tasks: { kind: string }
        weir_task_keys: { kind: string }
      }>()
      await all.deleteFrom("weir_tasks").where("kind", "=", "payments.resolve").execute()
      await all.deleteFrom("weir_task_keys").where("kind", "=", "payments.resolve").execute()
      await tables(sql)
        .updateTable("weir_attempts")
        .set({ state: "sent" })
        .where("state", "=", "unknown")
        .execute()
    })
  ).pipe(
    Effect.provide(
      Database.layer(settings.DATABASE_URL?.replace("sqlite:", `sqlite:${cwd}/`) ?? "")
    )
  )

const measure = async (name: string, databaseUrl?: string) => {
  const place = await places.place(name, databaseUrl)
  const empty = await places.place(`${name}-empty`, databaseUrl)
  for (const one of [place, empty]) await stop(await start(one))
  await Effect.runPromise(leave(place))
  const seen: Array<{ readonly with: number; readonly without: number; readonly asked: number }> =
    []
  for (let round = 0; round < rounds; round++) {
    const bare = await start(empty)
    await stop(bare)
    const before = wechat.asked.length
    const full = await start(place)
    await setTimeout(5_000)
    const asked = (wechat.asked.length - before) / 5
    full.child.kill("SIGKILL")
    await setTimeout(500)
    await Effect.runPromise(again(place))
    seen.push({ with: full.milliseconds, without: bare.milliseconds, asked })
  }
  const of = (what: (one: (typeof seen)[number]) => number) => median(seen.map(what))
  console.log(
    `${name}: open after ${of((one) => one.with).toFixed(0)} ms with ${payments} unfinished, ${of((one) => one.without).toFixed(0)} ms with none ` +
      `(${of((one) => one.with - one.without).toFixed(0)} ms more; ${goal} at most); then ${of((one) => one.asked).toFixed(0)} queries a second`
  )
}

await measure("SQLite")
await Effect.runPromise(
  Effect.gen(function* () {
    if (mariadb === "") return console.log("MariaDB: WEIR_TEST_MARIADB_URL is not set")
    const database = yield* temporaryDatabaseOn(mariadb)
    yield* Effect.promise(() => measure("MariaDB", database))
  }).pipe(Effect.scoped)
)
wechat.close()
places.close()
