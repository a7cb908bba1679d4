import { createHash } from "node:crypto"
import { closeSync, createReadStream, mkdtempSync, openSync, rmSync, writeSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createGunzip } from "node:zlib"
import { Clock, Data, Effect, type Scope, Stream } from "effect"
import { Database } from "../../database/database.ts"
import { BillMalformed, type BillRow, openBill } from "../../wechat/pay/bill-reader.ts"
import type { BillKind } from "../../wechat/pay/bills.ts"
import { WechatPay } from "../../wechat/pay/client.ts"
import type { PayFailure } from "../../wechat/pay/errors.ts"
import type { Merchant } from "../../wechat/pay/merchant.ts"
import {
  addLine,
  adoptFile,
  beginFile,
  currentFile,
  type FileRow,
  forget,
  halfFiles
} from "./store.ts"

/** What came is not the bill that was announced: cut, spoiled, or more than a bill can be. */
export class BillSpoiled extends Data.TaggedError("BillSpoiled")<{ readonly reason: string }> {
  override readonly message = this.reason
}

/** What a bill may weigh unpacked: ten million rows. */
const MAX_BYTES = 4 * 2 ** 30

/** How many lines are written down at once. */
const BATCH = 2_000

const keyOf = (kind: BillKind, mchid: string, day: string) => `${kind}:${mchid}:${day}`

/**
 * Fetches a bill of WeChat's and writes its lines down, once: a bill that is there is not asked for again. Nothing of it is stored before its hash
 * fits, and nothing counts before its totals do; a load that was cut off begins anew.
 */
export const makeLoading = Effect.gen(function* () {
  const database = yield* Database
  const pay = yield* WechatPay

  /** Forgets what earlier tries left, a bit at a time. */
  const clear = Effect.fnUntraced(function* (key: string) {
    const halves = yield* database.read((sql) => halfFiles(sql, key))
    for (const half of halves)
      while (!(yield* database.write(`books:${key}`, (sql) => forget(sql, half)))) {}
  })

  const begin = Effect.fnUntraced(function* (
    kind: BillKind,
    { mchid: merchant }: Merchant,
    day: string,
    hash: string
  ) {
    const at = yield* Clock.currentTimeMillis
    const key = keyOf(kind, merchant, day)
    const owner = { plugin: "", store: "", till: "", shift: "" }
    return yield* database.write("books:files", (sql) =>
      beginFile(sql, { key, source: kind, hash, day, merchant, ...owner, at })
    )
  })

  /** Writes down the lines of a file that is what it should be. */
  const store = Effect.fnUntraced(function* (file: FileRow, kind: BillKind, path: string) {
    let place = 0
    yield* Stream.fromAsyncIterable(rowsOf(kind, path), spoiledBy).pipe(
      Stream.runForEach((rows) =>
        Effect.suspend(() => {
          const first = place + 1
          place += rows.length
          return database.write(`books:${file.key}`, async (sql) => {
            for (const [index, { transaction: name, ...row }] of rows.entries())
              addLine(sql, { ...row, name, file: file.id, place: first + index })
          })
        })
      )
    )
    return place
  })

  const fetch = Effect.fn("Books.fetch")(function* (
    merchant: Merchant,
    kind: BillKind,
    day: string
  ): Effect.fn.Return<FileRow, PayFailure | BillSpoiled, Scope.Scope> {
    const key = keyOf(kind, merchant.mchid, day)
    const known = yield* database.read((sql) => currentFile(sql, key))
    if (known !== undefined) return known
    yield* clear(key)
    const adopt = (file: FileRow, lines: number) =>
      Effect.as(
        database.write("books:files", (sql) => adoptFile(sql, file, lines)),
        { ...file, state: "current" as const, lines }
      )
    const address = yield* pay
      .bill(merchant, kind, `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`)
      .pipe(
        Effect.catchTag("PayRefused", (refused) =>
          nothing.has(refused.code) ? Effect.succeed(undefined) : Effect.fail(refused)
        )
      )
    if (address === undefined) return yield* adopt(yield* begin(kind, merchant, day, ""), 0)
    const path = yield* temporaryFile
    const opened = openSync(path, "w", 0o600)
    yield* pay
      .billFile(merchant, address, (piece) => void writeSync(opened, piece))
      .pipe(Effect.ensuring(Effect.sync(() => closeSync(opened))))
    const hash = yield* Effect.tryPromise({ try: () => hashOf(path), catch: spoiledBy })
    if (hash !== address.hash)
      return yield* new BillSpoiled({ reason: "The bill is not what its hash says" })
    const file = yield* begin(kind, merchant, day, hash)
    return yield* adopt(file, yield* store(file, kind, path))
  })

  return { fetch }
})

/** A day on which nothing was traded has an empty bill. */
const nothing: ReadonlySet<string> = new Set(["NO_STATEMENT_EXIST", "NO_BILL_EXIST"])

const spoiledBy = (cause: unknown) =>
  new BillSpoiled({
    reason:
      cause instanceof BillMalformed || cause instanceof BillSpoiled
        ? cause.message
        : "The bill cannot be unpacked"
  })

/** A bill names its payers, so it is nobody else's to read and is gone when the scope ends. */
const temporaryFile = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "weir-bill-"))),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  ),
  (folder) => join(folder, "bill.gz")
)

/** The unpacked bytes of a file, no more of them than a bill can have. */
async function* unpacked(path: string): AsyncGenerator<Uint8Array> {
  let size = 0
  const source = createReadStream(path)
  const gunzip = createGunzip()
  source.on("error", (error) => gunzip.destroy(error))
  for await (const piece of source.pipe(gunzip)) {
    size += piece.length
    if (size > MAX_BYTES) throw new BillSpoiled({ reason: "The bill is larger than any bill" })
    yield piece
  }
}

const hashOf = async (path: string) => {
  const hash = createHash("sha1")
  for await (const piece of unpacked(path)) hash.update(piece)
  return hash.digest("hex")
}

/** The rows of a bill, so many at a time; it throws at its end when they do not add up. */
async function* rowsOf(kind: BillKind, path: string): AsyncGenerator<ReadonlyArray<BillRow>> {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
  const bill = openBill(kind)
  let rows: Array<BillRow> = []
  const keep = (row: BillRow) => void rows.push(row)
  for await (const piece of unpacked(path)) {
    bill.push(decoder.decode(piece, { stream: true }), keep)
    while (rows.length >= BATCH) {
      yield rows.slice(0, BATCH)
      rows = rows.slice(BATCH)
    }
  }
  bill.push(decoder.decode(), keep)
  bill.end(keep)
  if (rows.length > 0) yield rows
}
