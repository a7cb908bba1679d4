import { Context, Duration, Effect, Layer } from "effect"
import { Database, rfc3339, type Sql, Transport } from "#core"
import { Agenda } from "../agenda.ts"
import { Behaviour } from "../behaviour.ts"
import { WechatClock } from "../clock.ts"
import { Credentials } from "../credentials.ts"
import { Faults } from "../faults.ts"
import { retryDelays } from "../model.ts"
import { seal } from "../seal.ts"
import { Signing } from "../signing.ts"
import { type Delivery, type NotifyRow, notifyOf, tables } from "../store.ts"

/** Delivers notifies until one is answered 200 or 204, or WeChat's patience ends. */
export class Notifier extends Context.Service<
  Notifier,
  { readonly all: Effect.Effect<ReadonlyArray<NotifyRow>> }
>()("wechat-sandbox/Notifier") {
  static readonly layer = Layer.effect(
    Notifier,
    Effect.gen(function* () {
      const agenda = yield* Agenda
      const behaviour = yield* Behaviour
      const clock = yield* WechatClock
      const credentials = yield* Credentials
      const database = yield* Database
      const faults = yield* Faults
      const signing = yield* Signing
      const transport = yield* Transport

      const work = Effect.fnUntraced(function* (id: string, tries: number) {
        const notify = yield* database.read((sql) => notifyOf(sql, id))
        const apiV3Key = notify && credentials.merchant(notify.mchid)?.apiV3Key
        if (notify === undefined || apiV3Key === undefined) return undefined
        const path = new URL(notify.url).pathname
        const now = yield* clock.now
        if (tries === 0) {
          if ((yield* faults.take("lost", path)) !== undefined) return yield* lose(notify, now)
          if ((yield* faults.take("reorder", path)) !== undefined) return now + heldBack
        }
        const body = envelope(notify, apiV3Key)
        if ((yield* faults.take("forge", path)) !== undefined) yield* forge(notify, body, path)
        const twice = notify.tries === 0 && (yield* faults.take("duplicate", path)) !== undefined
        const copy = Effect.delay(deliver(notify, body, path, "duplicate"), "1 second")
        const [delivery] = yield* Effect.all(
          [deliver(notify, body, path, "notify"), twice ? Effect.asVoid(copy) : Effect.void],
          { concurrency: "unbounded" }
        )
        return yield* judge(notify, delivery)
      })

      const deliver = Effect.fnUntraced(function* (
        notify: NotifyRow,
        body: string,
        path: string,
        as: "notify" | "duplicate"
      ) {
        const key = yield* signing.notifyKey(path)
        const signed = yield* signing.headers(key, body, path)
        return yield* send(notify, body, signed.headers, signed.as === "probe" ? "probe" : as)
      })

      const forge = Effect.fnUntraced(function* (notify: NotifyRow, body: string, path: string) {
        const key = yield* signing.notifyKey(path)
        yield* send(notify, body, yield* signing.forged(key, body), "forged")
      })

      /** One try. Five seconds; then only the status counts, whatever the body says. */
      const send = Effect.fnUntraced(function* (
        { id, url }: NotifyRow,
        body: string,
        headers: Record<string, string>,
        as: Delivery["as"]
      ) {
        const at = yield* clock.now
        const answer = transport.exchange({
          method: "POST",
          url,
          headers: { ...notifyHeaders, ...headers },
          body: Buffer.from(body),
          timeout: "5 seconds"
        })
        const delivery = yield* Effect.match(answer, {
          onSuccess: ({ status }): Delivery => ({ at, as, status }),
          onFailure: (): Delivery => ({ at, as })
        })
        yield* database.write(`notify:${id}`, (sql) => remember(sql, id, delivery))
        return delivery
      })

      const judge = Effect.fnUntraced(function* ({ id, tries }: NotifyRow, { status }: Delivery) {
        const { notifyRetries } = yield* behaviour.settings
        const delivered = status === 200 || status === 204
        const next = tries < notifyRetries ? retryDelays[tries] : undefined
        const state = delivered ? "delivered" : next === undefined ? "given up" : "waiting"
        yield* database.write(`notify:${id}`, (sql) => change(sql, id, { state, tries: tries + 1 }))
        return state === "waiting" && next !== undefined ? (yield* clock.now) + next : undefined
      })

      const lose = Effect.fnUntraced(function* ({ id }: NotifyRow, at: number) {
        yield* database.write(`notify:${id}`, async (sql) => {
          await remember(sql, id, { at, as: "lost" })
          await change(sql, id, { state: "given up" })
        })
        return undefined
      })

      yield* agenda.handle("notify", work)

      return Notifier.of({ all: database.read(everything) })
    })
  )
}

const heldBack = Duration.toMillis("30 seconds")

const notifyHeaders = {
  "content-type": "application/json",
  accept: "*/*",
  "user-agent": "Mozilla/4.0",
  pragma: "no-cache"
}

/** The same bytes at every try; only the signature around them is fresh. */
const envelope = (notify: NotifyRow, apiV3Key: string) =>
  JSON.stringify({
    id: notify.id,
    create_time: rfc3339(notify.created_at),
    resource_type: "encrypt-resource",
    event_type: notify.event_type,
    summary: notify.summary,
    resource: {
      original_type: notify.original_type,
      ...seal(apiV3Key, notify.id.slice(-12), notify.original_type, notify.resource)
    }
  })

const change = (sql: Sql, id: string, changes: Partial<NotifyRow>) =>
  tables(sql).updateTable("sandbox_notifies").set(changes).where("id", "=", id).execute()

const remember = async (sql: Sql, id: string, delivery: Delivery) => {
  const notify = await notifyOf(sql, id)
  if (notify === undefined) return
  const deliveries: ReadonlyArray<Delivery> = JSON.parse(notify.deliveries)
  await change(sql, id, { deliveries: JSON.stringify([...deliveries, delivery]) })
}

const everything = (sql: Sql) =>
  tables(sql)
    .selectFrom("sandbox_notifies")
    .selectAll()
    .orderBy("created_at")
    .orderBy("id")
    .execute()
