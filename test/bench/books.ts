/**
 * A day of a million payments: WeChat's bill is unpacked, weighed, read, stored and matched against our ledger, on each kind of
 * database; beside it the same match the naive way, with the bill and the ledger in two maps and nothing stored. Each runs in a process
 * of its own, whose memory is watched.
 *
 * `node test/bench/books.ts [lines]`; on MariaDB too where `WEIR_TEST_MARIADB_URL` names one.
 */
import { spawnSync } from "node:child_process"
import { createReadStream, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { createGunzip } from "node:zlib"
import { Effect } from "effect"
import { Database } from "../../core/database/database.ts"
import { makeLoading } from "../../core/payments/books/loading.ts"
import { makeMatch } from "../../core/payments/books/match.ts"
import { tables } from "../../core/payments/books/store.ts"
import { outTradeNo } from "../../core/values/numbers.ts"
import { merchant } from "../core/wechat/pay/fixture.ts"
import {
  addTrade,
  type Bills,
  billsOnly,
  noSums,
  packInto,
  piecesIn,
  putBills,
  tradeHead,
  tradeLine,
  tradeTail,
  write,
  writePayment
} from "../support/bill-day.ts"
import { mariadb, temporaryDatabaseOn } from "../support/server.ts"

const day = "20261123"
const morning = Date.parse("2026-11-23T08:00:00+08:00")
const { mchid } = merchant

const payment = (index: number) => {
  const [store, till] = [`S${index % 200}`, `0${index % 4}`]
  const reference = `${store}/${till}/${day}/${index}`
  const number = outTradeNo({ plugin: "pos", reference, part: "", attempt: 1 })
  const paidAt = morning + Math.floor((index * 12 * 3_600_000) / 1_000_000)
  return { number, reference, merchant: mchid, store, till, amount: 100 + (index % 9_000), paidAt }
}

/** The thousandth payments are missing in the bill: what has to be found. */
const isMissing = (index: number) => index % 1_000 === 999

function* billOf(lines: number) {
  const sums = noSums()
  yield tradeHead
  for (let index = 0; index < lines; index++) {
    if (isMissing(index)) continue
    const { amount, number, paidAt: at } = payment(index)
    const fee = Math.floor((amount * 60 + 5_000) / 10_000) * 1_000
    const row = { number, amount, settled: amount, coupon: 0, fee, at, kind: "SUCCESS" as const }
    addTrade(sums, row)
    yield tradeLine(row)
  }
  yield tradeTail(sums)
}

const prepare = Effect.fnUntraced(function* (lines: number) {
  for (let from = 0; from < lines; from += 2_000)
    yield* write((sql) => {
      for (let index = from; index < Math.min(lines, from + 2_000); index++)
        writePayment(sql, { ...payment(index), state: "paid" })
    })
})

/** Watches how much memory a piece of work takes at most. */
const watched = async (work: () => Promise<number>) => {
  let most = 0
  const look = () => {
    most = Math.max(most, process.memoryUsage.rss())
  }
  const timer = setInterval(look, 50)
  const begin = performance.now()
  const before = process.cpuUsage()
  const found = await work()
  const seconds = (performance.now() - begin) / 1_000
  const { system, user } = process.cpuUsage(before)
  clearInterval(timer)
  look()
  console.log(
    JSON.stringify({
      found,
      seconds: Number(seconds.toFixed(1)),
      cpu: Number(((system + user) / 1e6).toFixed(1)),
      megabytes: Math.round(most / 2 ** 20)
    })
  )
}

const ours = (url: string, folder: string, hash: string) =>
  Effect.gen(function* () {
    const bills: Bills = new Map()
    putBills(bills, day, { trade: [], funds: [] })
    bills.set(`trade ${day}`, { pieces: piecesIn(join(folder, "bill.gz")), hash })
    const { fetch } = yield* makeLoading.pipe(Effect.provide(billsOnly(bills)))
    const match = yield* makeMatch(() => Effect.void)
    const begin = performance.now()
    yield* Effect.scoped(fetch(merchant, "trade", day))
    console.error(`  stored after ${((performance.now() - begin) / 1_000).toFixed(1)} s`)
    yield* match(mchid, day)
    const rows = yield* Database.use(({ read }) =>
      read((sql) =>
        tables(sql)
          .selectFrom("weir_book_differences")
          .select(({ fn }) => [fn.countAll().as("count")])
          .execute()
      )
    )
    return Number(rows[0]?.count)
  }).pipe(Effect.provide(Database.layer(url)))

const naive = (url: string, folder: string) =>
  Effect.gen(function* () {
    const billed = new Map<string, string>()
    const file = createReadStream(join(folder, "bill.gz")).pipe(createGunzip())
    yield* Effect.promise(async () => {
      for await (const line of createInterface({ input: file })) {
        const cells = line.split(",`")
        if (line.startsWith("`20")) billed.set(cells[6] ?? "", cells[24] ?? cells[12] ?? "")
      }
    })
    const rows = yield* Database.use(({ read }) =>
      read((sql) =>
        tables(sql)
          .selectFrom("weir_attempts")
          .select(["id", "amount", "paid_at"])
          .where("merchant", "=", mchid)
          .execute()
      )
    )
    return rows.filter(({ id }) => !billed.has(id)).length
  }).pipe(Effect.provide(Database.layer(url)))

const [, file = "", first = "1000000", url = "", folder = "", lines = ""] = process.argv

/** The same file again, for one step in a process of its own. */
const step = (name: string, ...args: ReadonlyArray<string>): string => {
  const { status, stdout } = spawnSync(process.execPath, [file, name, ...args], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"]
  })
  if (status !== 0) process.exitCode = 1
  return stdout.trim()
}

const compare = (kind: string, at: string, count: number) => {
  const folder = mkdtempSync(join(tmpdir(), "weir-books-"))
  step("prepare", at, folder, String(count))
  const one = JSON.parse(step("ours", at, folder))
  const other = JSON.parse(step("naive", at, folder))
  rmSync(folder, { recursive: true, force: true })
  console.log(`${kind}, ${count} payments`)
  console.log(
    `  stored and matched     ${one.seconds} s (CPU ${one.cpu} s), ${one.megabytes} MB at most, ${one.found} differences`
  )
  console.log(
    `  two maps, not stored   ${other.seconds} s (CPU ${other.cpu} s), ${other.megabytes} MB at most, ${other.found} differences`
  )
  console.log(
    `  ratio                  time ${(one.seconds / other.seconds).toFixed(2)}, memory ${(one.megabytes / other.megabytes).toFixed(2)}`
  )
}

const steps: Readonly<Record<string, () => Promise<unknown>>> = {
  prepare: async () => {
    // Only here: what is not loaded weighs nothing where memory is watched.
    const { migrationsOf } = await import("../../core/gateway/gateway.ts")
    const { databaseIn } = await import("../support/database.ts")
    await Effect.runPromise(
      prepare(Number(lines)).pipe(Effect.provide(databaseIn(url, migrationsOf([]))), Effect.scoped)
    )
    const hash = await packInto(join(folder, "bill.gz"), billOf(Number(lines)))
    writeFileSync(join(folder, "hash"), hash)
  },
  ours: () =>
    watched(() => Effect.runPromise(ours(url, folder, readFileSync(join(folder, "hash"), "utf8")))),
  naive: () => watched(() => Effect.runPromise(naive(url, folder)))
}

const chosen = steps[first]
if (chosen !== undefined) await chosen()
else
  await Effect.runPromise(
    Effect.gen(function* () {
      const place = mkdtempSync(join(tmpdir(), "weir-books-db-"))
      compare("SQLite", `sqlite:${join(place, "weir.db")}`, Number(first))
      rmSync(place, { recursive: true, force: true })
      if (mariadb === "") return console.log("MariaDB: WEIR_TEST_MARIADB_URL is not set")
      compare("MariaDB", yield* temporaryDatabaseOn(mariadb), Number(first))
    }).pipe(Effect.scoped)
  )
