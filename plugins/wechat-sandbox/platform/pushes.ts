import { Clock, Context, Duration, Effect, Layer } from "effect"
import { Database, type Sql, Transport } from "#core"
import { Agenda } from "../agenda.ts"
import { Behaviour } from "../behaviour.ts"
import { WechatClock } from "../clock.ts"
import { Faults } from "../faults.ts"
import { randomDigits, randomHex, randomText } from "../random.ts"
import { Accounts } from "./accounts.ts"
import { signatureOf } from "./envelope.ts"
import { forgery, type Letter, letterOf, type Spoilt } from "./letters.ts"
import { add as addMessage } from "./messages.ts"
import type { Account, Callback } from "./model.ts"
import { type PushDelivery, type PushRow, platform } from "./store.ts"
import { type Answer, excuse, meaning, said } from "./understanding.ts"
import { type Fields, toJson, toXml } from "./xml.ts"

/** Messages and events on their way to accounts: five seconds a try, a few tries, and what is answered goes into the chat. */
export class Pushes extends Context.Service<
  Pushes,
  {
    /** A push ready to be posted; `undefined`: the account wants none. */
    write(
      account: Account,
      openid: string,
      fields: Fields,
      url?: string
    ): Effect.Effect<PushRow | undefined>
    /** Inside a write: comes about exactly when the write does. */
    post(sql: Sql, push: PushRow | undefined, due?: number): Promise<void>
    /** Delivers one that is not on the agenda, with all its tries, and says how that ended. */
    now(push: PushRow): Effect.Effect<PushRow>
    /** WeChat's question before it saves a callback: whether the answer is the `echostr`. */
    verify(callback: Callback): Effect.Effect<boolean>
    readonly all: Effect.Effect<ReadonlyArray<PushRow>>
  }
>()("wechat-sandbox/Pushes") {
  static readonly layer = Layer.effect(
    Pushes,
    Effect.gen(function* () {
      const accounts = yield* Accounts
      const agenda = yield* Agenda
      const behaviour = yield* Behaviour
      const clock = yield* WechatClock
      const database = yield* Database
      const faults = yield* Faults
      const transport = yield* Transport

      const write = Effect.fnUntraced(function* (
        { appid, callback, originalId }: Account,
        openid: string,
        fields: Fields,
        url?: string
      ) {
        if (callback === null) return undefined
        const now = yield* clock.now
        const all = {
          ToUserName: originalId,
          FromUserName: openid,
          CreateTime: Math.floor(now / 1000),
          ...fields
        }
        return {
          id: yield* randomHex(32),
          appid,
          openid,
          event: String(fields.Event ?? fields.MsgType),
          url: url ?? null,
          body: callback.format === "json" ? toJson(all) : toXml(all),
          salt: yield* randomText(16),
          created_at: now,
          state: "waiting",
          tries: 0,
          deliveries: "[]",
          reply: null
        } satisfies PushRow
      })

      const post = async (sql: Sql, push: PushRow | undefined, due = push?.created_at ?? 0) => {
        if (push === undefined) return
        await insert(sql, push)
        await agenda.add(sql, { kind: "push", subject: push.id, due })
      }

      /** WeChat's clock may run ahead; signatures keep to the machine's, or every receiver would take them for stale. */
      const stamp = Effect.gen(function* () {
        const timestamp = String(Math.floor((yield* Clock.currentTimeMillis) / 1000))
        return { timestamp, nonce: yield* randomDigits(10) }
      })

      const spoilt = Effect.fnUntraced(function* (path: string) {
        return {
          downgrade: yield* faults.take("downgrade", path),
          padding: yield* faults.take("padding", path),
          "wrong-appid": yield* faults.take("wrong-appid", path)
        } satisfies Spoilt
      })

      const send = Effect.fnUntraced(function* (letter: Letter, as: PushDelivery["as"]) {
        const at = yield* clock.now
        const answer = transport.exchange({
          method: "POST",
          url: letter.url,
          headers: letter.headers,
          body: Buffer.from(letter.body),
          timeout: patience,
          maxBytes: 64 * 1024
        })
        return yield* Effect.match(answer, {
          onSuccess: ({ body, status }) => ({
            delivery: { at, as, status } as PushDelivery,
            text: Buffer.from(body).toString("utf8").trim()
          }),
          onFailure: () => ({ delivery: { at, as } as PushDelivery, text: "" })
        })
      })

      /** One try, with whatever is to go wrong with it. */
      const attempt = Effect.fnUntraced(function* (
        account: Account,
        callback: Callback,
        push: PushRow,
        path: string
      ) {
        const faulty = yield* spoilt(path)
        const letter = Effect.map(stamp, (now) => letterOf(account, callback, push, now, faulty))
        const forged = (yield* faults.take("forge", path)) !== undefined
        const before = forged ? [yield* send(forgery(yield* letter), "forged")] : []
        const twice = push.tries === 0 && (yield* faults.take("duplicate", path)) !== undefined
        const again = twice ? [send(yield* letter, "duplicate")] : []
        const [first, ...others] = yield* Effect.all([send(yield* letter, "push"), ...again], {
          concurrency: "unbounded"
        })
        const { delivery, text } = first
        const understood = delivery.status === 200 ? meaning(account, callback, push, text) : {}
        const deliveries = [...before, ...others].map((it) => it.delivery)
        return {
          understood,
          deliveries: [...deliveries, { ...delivery, ...said(delivery, understood) }]
        }
      })

      /** When to try again; `undefined`: never. */
      const deliver = Effect.fnUntraced(function* (push: PushRow) {
        const account = yield* accounts.byAppid(push.appid)
        if (!account?.callback) return yield* end(push, "given up", [])
        const path = URL.parse(push.url ?? account.callback.url)?.pathname ?? "/"
        const started = yield* clock.now
        const { deliveries, understood } = yield* attempt(account, account.callback, push, path)
        if (understood.answer !== undefined) {
          return yield* end(push, "delivered", deliveries, understood.answer)
        }
        const { pushAttempts } = yield* behaviour.settings
        if (push.tries + 1 >= pushAttempts) return yield* end(push, "given up", deliveries)
        yield* database.write(`push:${push.id}`, (sql) =>
          change(sql, push, { tries: push.tries + 1 }, deliveries)
        )
        return Math.max(yield* clock.now, started + Duration.toMillis(patience))
      })

      const end = Effect.fnUntraced(function* (
        push: PushRow,
        state: PushRow["state"],
        deliveries: ReadonlyArray<PushDelivery>,
        answer?: Answer
      ) {
        const at = yield* clock.now
        const id = `2${yield* randomDigits(18)}`
        const reply = answer?.xml ?? null
        yield* database.write(`push:${push.id}`, async (sql) => {
          await change(sql, push, { state, tries: push.tries + 1, reply }, deliveries)
          const message = answer?.message ?? (state === "given up" ? excuse(push) : undefined)
          if (message === undefined) return
          const { appid, openid } = push
          await addMessage(sql, {
            id,
            appid,
            openid,
            at,
            state: "success",
            client_key: null,
            ...message
          })
        })
        return undefined
      })

      yield* agenda.handle(
        "push",
        Effect.fnUntraced(function* (id, tries) {
          const push = yield* database.read((sql) => pushOf(sql, id))
          if (push === undefined || push.state !== "waiting") return undefined
          if (tries === 0) {
            const account = yield* accounts.byAppid(push.appid)
            const path = URL.parse(push.url ?? account?.callback?.url ?? "")?.pathname ?? "/"
            const at = yield* clock.now
            if ((yield* faults.take("lost", path)) !== undefined) {
              return yield* end(push, "given up", [{ at, as: "lost" }])
            }
            if ((yield* faults.take("reorder", path)) !== undefined) return at + heldBack
          }
          return yield* deliver(push)
        })
      )

      const now = Effect.fnUntraced(function* (push: PushRow) {
        yield* database.write(`push:${push.id}`, (sql) => insert(sql, push))
        let current = push
        while (current.state === "waiting") {
          const next = yield* deliver(current)
          current = (yield* database.read((sql) => pushOf(sql, push.id))) ?? current
          if (next !== undefined) yield* clock.sleepUntil(next)
        }
        return current
      })

      const verify = Effect.fnUntraced(function* ({ token, url }: Callback) {
        const { nonce, timestamp } = yield* stamp
        const echostr = yield* randomDigits(19)
        const signature = signatureOf(token, timestamp, nonce)
        const query = new URLSearchParams({ signature, timestamp, nonce, echostr })
        const asked = transport.exchange({
          method: "GET",
          url: `${url}${url.includes("?") ? "&" : "?"}${query}`,
          headers: { accept: "*/*" },
          timeout: patience,
          maxBytes: 1024
        })
        return yield* Effect.match(asked, {
          onSuccess: ({ body, status }) =>
            status === 200 && Buffer.from(body).toString("utf8") === echostr,
          onFailure: () => false
        })
      })

      const all = database.read((sql) =>
        platform(sql)
          .selectFrom("sandbox_pushes")
          .selectAll()
          .orderBy("created_at")
          .orderBy("id")
          .execute()
      )

      return Pushes.of({ write, post, now, verify, all })
    })
  )
}

const patience = "5 seconds"
const heldBack = Duration.toMillis("30 seconds")

const pushOf = (sql: Sql, id: string) =>
  platform(sql).selectFrom("sandbox_pushes").selectAll().where("id", "=", id).executeTakeFirst()

const insert = (sql: Sql, push: PushRow) =>
  platform(sql).insertInto("sandbox_pushes").values(push).execute()

const change = async (
  sql: Sql,
  { id }: PushRow,
  changes: Partial<PushRow>,
  more: ReadonlyArray<PushDelivery>
) => {
  const row = await pushOf(sql, id)
  const before: ReadonlyArray<PushDelivery> = JSON.parse(row?.deliveries ?? "[]")
  await platform(sql)
    .updateTable("sandbox_pushes")
    .set({ ...changes, deliveries: JSON.stringify([...before, ...more]) })
    .where("id", "=", id)
    .execute()
}
