import { Clock, Effect, Random, Schema } from "effect"
import { Database, type Sql } from "../database/database.ts"
import { leaseMillis } from "../database/lease.ts"
import { Seal } from "../database/seal.ts"
import { newId } from "../values/ids.ts"
import { about, brief, storedKey, storedKeys } from "./keys.ts"
import { findSecrets, mask, secretsLive, writeRanges } from "./secrets.ts"
import * as store from "./store.ts"
import { wipeSecrets } from "./wiping.ts"

/** What came in. */
export interface Arrival extends store.EntryKey {
  /** What must not differ under one key: the amount. */
  readonly same: string
  readonly body: Uint8Array
  /** Texts in the body that serve once and are then wiped: payment codes. */
  readonly secrets: ReadonlyArray<string>
  /** The terminal it came from, where messages carry no number of their own. */
  readonly lane?: string | undefined
  /** The entry whose final answer this one takes back: a reversal undoes a sale. */
  readonly reopens?: { readonly operation: string; readonly key: string } | undefined
  /** For how many milliseconds it is kept; for good, unless said. */
  readonly keep?: number | undefined
}

/** Whether an arrival is ours to answer, and if not, why. */
export type Admission =
  | { readonly is: "ours"; readonly lease: store.Lease }
  | { readonly is: "answered"; readonly id: string; readonly reply: Schema.Json }
  | { readonly is: "held" | "differs" }

/** What a write has found out about an arrival: whether it was the first, and its final answer, if there is one. */
export interface Entered {
  readonly isNew: boolean
  readonly reply: Schema.Json | undefined
}

/** What is written down of an arrival: who may answer it, and what remains of it. */
export const makeEntries = Effect.gen(function* () {
  const database = yield* Database
  const { open, seal } = yield* Seal
  const clock = yield* Clock.Clock
  const random = yield* Random.Random

  const judge = (row: store.Found, arrival: Arrival, now: number): Admission | "free" => {
    if (row.same !== brief(arrival.same)) return { is: "differs" }
    if (row.answer === null) return row.leased_until > now ? { is: "held" } : "free"
    const reply = decodeReply(utf8.decode(open(row.answer, about("answer", row.id))))
    return { is: "answered", id: row.id, reply }
  }

  const find = (sql: Sql, { key, operation, secrets, source }: Arrival) =>
    store.find(sql, { source, operation, key: storedKey(key, secrets) })

  const rowOf = (arrival: Arrival, now: number): store.EntryRow => {
    const { body, keep, key, lane, operation, same, secrets, source } = arrival
    const id = newId(now, random)
    const entryKey = storedKey(key, secrets)
    const hidden = lane !== undefined && entryKey !== key
    const ranges = findSecrets(body, secrets)
    return {
      id,
      source,
      operation,
      entry_key: entryKey,
      sealed_key: hidden ? seal(Buffer.from(key), about("key", id)) : null,
      same: brief(same),
      lane: lane === undefined ? null : brief(lane),
      body: seal(body, about("body", id)),
      secrets: ranges.length === 0 ? null : writeRanges(ranges),
      wipe_at: ranges.length === 0 ? null : now + secretsLive,
      answer: null,
      epoch: 1,
      leased_until: now + leaseMillis,
      created_at: now,
      answered_at: null,
      delivered_at: null,
      forget_at: keep === undefined ? null : now + keep
    }
  }

  const answerOf = (id: string, reply: Schema.Json, now: number) => ({
    answer: seal(Buffer.from(encodeReply(reply)), about("answer", id)),
    answered_at: now
  })

  const takeUp = async (
    sql: Sql,
    arrival: Arrival,
    row: store.Found | undefined,
    now: number
  ): Promise<Admission> => {
    const admission = row === undefined ? "free" : judge(row, arrival, now)
    if (admission !== "free") return admission
    const lease =
      row === undefined
        ? await store.insert(sql, rowOf(arrival, now))
        : await store.acquire(sql, row, now + leaseMillis)
    if (lease === undefined) return { is: "held" }
    const { reopens, source } = arrival
    if (reopens !== undefined)
      await store.reopen(sql, { source, operation: reopens.operation }, storedKeys(reopens.key))
    return { is: "ours", lease }
  }

  const enter = async (sql: Sql, arrival: Arrival, reply?: Schema.Json): Promise<Entered> => {
    const now = clock.currentTimeMillisUnsafe()
    const found = await find(sql, arrival)
    if (found !== undefined) {
      const admission = judge(found, arrival, now)
      return {
        isNew: false,
        reply:
          typeof admission === "object" && admission.is === "answered" ? admission.reply : undefined
      }
    }
    const row = { ...rowOf(arrival, now), leased_until: 0 }
    const answered = reply === undefined ? {} : answerOf(row.id, reply, now)
    await store.insert(sql, { ...row, ...answered })
    return { isNew: true, reply }
  }

  const admit = Effect.fnUntraced(function* (arrival: Arrival) {
    const now = yield* Clock.currentTimeMillis
    // What comes again is answered without a write, so also while nothing can be written.
    const row = yield* database.read((sql) => find(sql, arrival))
    const admission = row === undefined ? "free" : judge(row, arrival, now)
    if (admission !== "free") return admission
    // Nobody had it a moment ago. Whoever was quicker makes the insertion fail; then this runs again and looks.
    let isNew = row === undefined
    return yield* database.write(`journal:${arrival.key}`, async (sql) => {
      const known = isNew ? undefined : await find(sql, arrival)
      isNew = false
      return takeUp(sql, arrival, known, now)
    })
  })

  const finish = Effect.fnUntraced(function* (
    lease: store.Lease,
    { body, secrets }: Arrival,
    reply: Schema.Json
  ) {
    const { epoch, id } = lease
    const answered = answerOf(id, reply, yield* Clock.currentTimeMillis)
    // Whoever takes an entry up after others finds a body that may not be its own.
    const own = epoch === 1 && lease.secrets !== null
    const wiped = own && {
      body: seal(mask(body, findSecrets(body, secrets)), about("body", id)),
      secrets: null,
      wipe_at: null
    }
    return yield* database.write(`journal:${id}`, async (sql) => {
      const finished = await store.finish(sql, lease, { ...answered, ...wiped })
      if (finished && !own && lease.secrets !== null) await wipeSecrets(sql, { open, seal }, id)
      return finished
    })
  })

  return {
    admit,
    enter,
    /** Stores the final answer; `false`: somebody else took the entry up, or its answer was taken back. */
    finish,
    release: (lease: store.Lease) =>
      database.write(`journal:${lease.id}`, (sql) => store.release(sql, lease))
  }
})

const utf8 = new TextDecoder()
const replyText = Schema.fromJsonString(Schema.Json)
const encodeReply = Schema.encodeSync(replyText)
const decodeReply = Schema.decodeSync(replyText)
