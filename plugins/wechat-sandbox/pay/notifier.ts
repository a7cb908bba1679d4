import { Duration, Effect, Layer } from "effect"
import { Database, rfc3339, type Sql, Transport } from "#core"
import { Agenda } from "../agenda.ts"
import { Behaviour } from "../behaviour.ts"
import { WechatClock } from "../clock.ts"
import { Credentials } from "../credentials.ts"
import { Faults } from "../faults.ts"
import { retryDelays } from "../model.ts"
import { randomText } from "../random.ts"
import { seal } from "../seal.ts"
import { isProbe, type Signature, Signing } from "../signing.ts"
import { type Delivery, type NotifyRow, notifyOf, tables } from "../store.ts"
import { isV2, v2Letter } from "./v2/letter.ts"

/** Delivers notifies until one is answered 200 or 204, or WeChat's patience ends. */
export const notifier = Layer.effectDiscard(
  Effect.gen(function* () {
    const agenda = yield* Agenda
    const behaviour = yield* Behaviour
    const clock = yield* WechatClock
    const credentials = yield* Credentials
    const database = yield* Database
    const faults = yield* Faults
    const signing = yield* Signing
    const transport = yield* Transport

    const notify = Effect.fnUntraced(function* (id: string, tries: number) {
      const row = yield* database.read((sql) => notifyOf(sql, id))
      const merchant = row && credentials.merchant(row.mchid)
      if (row === undefined || merchant === undefined) return undefined
      const path = new URL(row.url).pathname
      const now = yield* clock.now
      if (tries === 0) {
        if ((yield* faults.take("lost", path)) !== undefined) return yield* lose(row, now)
        if ((yield* faults.take("reorder", path)) !== undefined) return now + heldBack
      }
      const body = isV2(row)
        ? v2Letter(row, merchant, yield* randomText(16))
        : envelope(row, merchant.apiV3Key)
      const letter = { row, path, body }
      if ((yield* faults.take("forge", path)) !== undefined) yield* forge(letter)
      const twice = row.tries === 0 && (yield* faults.take("duplicate", path)) !== undefined
      const again = twice ? Effect.delay(deliver(letter, "duplicate"), "1 second") : Effect.void
      const both = Effect.all([deliver(letter, "notify"), again], { concurrency: "unbounded" })
      return yield* judge(row, (yield* both)[0])
    })

    const deliver = Effect.fnUntraced(function* (letter: Letter, as: Delivery["as"]) {
      // Version 2 signs inside of what it says.
      if (isV2(letter.row)) return yield* send(letter, xml, as)
      const key = yield* signing.notifyKey(letter.path)
      const signature = yield* signing.sign(key, letter.body, letter.path)
      return yield* send(letter, signature, isProbe(signature) ? "probe" : as)
    })

    const forge = Effect.fnUntraced(function* (letter: Letter) {
      if (isV2(letter.row)) {
        const body = letter.body.replace("[SUCCESS]", "[success]")
        return yield* Effect.asVoid(send({ ...letter, body }, xml, "forged"))
      }
      const key = yield* signing.notifyKey(letter.path)
      yield* send(letter, yield* signing.forge(key, letter.body), "forged")
    })

    /** One try of five seconds, after which only the status counts, whatever the answer says. */
    const send = Effect.fnUntraced(function* (
      { body, row }: Letter,
      signature: Signature | typeof xml,
      as: Delivery["as"]
    ) {
      const at = yield* clock.now
      const answer = transport.exchange({
        method: "POST",
        url: row.url,
        headers: { ...headers, ...signature },
        body: Buffer.from(body),
        timeout: "5 seconds"
      })
      const delivery = yield* Effect.match(answer, {
        onSuccess: ({ status }): Delivery => ({ at, as, status }),
        onFailure: (): Delivery => ({ at, as })
      })
      yield* database.write(`notify:${row.id}`, (sql) => remember(sql, row.id, delivery))
      return delivery
    })

    const judge = Effect.fnUntraced(function* ({ id, tries }: NotifyRow, { status }: Delivery) {
      const { notifyRetries } = yield* behaviour.settings
      const delivered = status === 200 || status === 204
      const delay = !delivered && tries < notifyRetries ? retryDelays[tries] : undefined
      const state = delivered ? "delivered" : delay === undefined ? "given up" : "waiting"
      yield* database.write(`notify:${id}`, (sql) => change(sql, id, { state, tries: tries + 1 }))
      return delay === undefined ? undefined : (yield* clock.now) + delay
    })

    const lose = Effect.fnUntraced(function* ({ id }: NotifyRow, at: number) {
      yield* database.write(`notify:${id}`, async (sql) => {
        await remember(sql, id, { at, as: "lost" })
        await change(sql, id, { state: "given up" })
      })
      return undefined
    })

    yield* agenda.handle("notify", notify)
  })
)

/** A notify ready to be signed and sent. */
interface Letter {
  readonly row: NotifyRow
  readonly path: string
  readonly body: string
}

const xml = { "content-type": "text/xml" }

const heldBack = Duration.toMillis("30 seconds")

const headers = {
  "content-type": "application/json",
  accept: "*/*",
  "user-agent": "Mozilla/4.0",
  pragma: "no-cache"
}

/** The same bytes at every try; only the signature around them is fresh. */
const envelope = (row: NotifyRow, apiV3Key: string) =>
  JSON.stringify({
    id: row.id,
    create_time: rfc3339(row.created_at),
    resource_type: "encrypt-resource",
    event_type: row.event_type,
    summary: row.summary,
    resource: {
      original_type: row.original_type,
      ...seal(apiV3Key, row.id.slice(-12), row.original_type, row.resource)
    }
  })

const change = (sql: Sql, id: string, changes: Partial<NotifyRow>) =>
  tables(sql).updateTable("sandbox_notifies").set(changes).where("id", "=", id).execute()

const remember = async (sql: Sql, id: string, delivery: Delivery) => {
  const row = await notifyOf(sql, id)
  if (row === undefined) return
  const deliveries: ReadonlyArray<Delivery> = JSON.parse(row.deliveries)
  await change(sql, id, { deliveries: JSON.stringify([...deliveries, delivery]) })
}
