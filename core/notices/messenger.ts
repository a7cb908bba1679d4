import { Clock, Context, Effect, Layer } from "effect"
import { Customers } from "../customers/customers.ts"
import type { CustomerId } from "../customers/model.ts"
import { Database, type Sql } from "../database/database.ts"
import { Events } from "../tasks/events.ts"
import { Tasks } from "../tasks/tasks.ts"
import { Callbacks } from "../wechat/callback/callbacks.ts"
import { makeSealing } from "./content.ts"
import { forgetNotices, tidyNotices } from "./forgetting.ts"
import { type NoticeStanding, NoticeUnknown } from "./model.ts"
import type { Notice, NoticeFields, Said } from "./notice.ts"
import { usualPerDay } from "./restraint.ts"
import { hearResults } from "./results.ts"
import { makeSend } from "./sending.ts"
import { findNotice } from "./store.ts"
import { type About, SendNotice, tellIn } from "./telling.ts"

/** A notice as one plugin declares it. */
export interface Declared {
  readonly plugin: string
  readonly notice: Notice
}

/** Tells people what concerns them, for all plugins: by a channel that is open to them, once, and with restraint. */
export class Messenger extends Context.Service<
  Messenger,
  {
    /** Says which notices a plugin may send; while plugins are started. */
    declare(plugin: string, notices: ReadonlyArray<Notice>): Effect.Effect<void>
    readonly declared: ReadonlyArray<Declared>
    tellIn<F extends NoticeFields>(
      sql: Sql,
      plugin: string,
      customer: CustomerId,
      notice: Notice<F>,
      said: Said<F>,
      about: About
    ): Promise<void>
    standing(
      plugin: string,
      notice: Notice,
      key: string
    ): Effect.Effect<NoticeStanding, NoticeUnknown>
  }
>()("weir/Messenger") {
  /** `perDay`: how many notices a person is sent in a day. */
  static readonly layer = (perDay: number = usualPerDay) =>
    Layer.effect(
      Messenger,
      Effect.gen(function* () {
        const customers = yield* Customers
        const database = yield* Database
        const events = yield* Events
        const tasks = yield* Tasks
        const clock = yield* Clock.Clock
        const sealing = yield* makeSealing
        const all: Array<Declared> = []
        const declared = (plugin: string, name: string) =>
          all.find((one) => one.plugin === plugin && one.notice.name === name)?.notice

        const books = { customers, events, sealing }
        const send = yield* makeSend({ ...books, declared, perDay })
        yield* tasks.handle(SendNotice, ({ id }) => send(id))
        yield* Callbacks.use(({ listen }) =>
          listen("notices", (sql, account, message) => hearResults(sql, books, account, message))
        )
        yield* customers.whenErased(forgetNotices)
        yield* tasks.every(
          "notices: tidy",
          "1 day",
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            database.write("notices", (sql) => tidyNotices(sql, now))
          )
        )

        const telling = { sealing, tasks, now: () => clock.currentTimeMillisUnsafe() }
        return Messenger.of({
          declared: all,
          declare: (plugin, notices) =>
            Effect.sync(() => void all.push(...notices.map((notice) => ({ plugin, notice })))),
          tellIn: (sql, plugin, customer, notice, said, about) =>
            tellIn(sql, telling, plugin, customer, notice, said, about),
          standing: Effect.fnUntraced(function* (plugin, { name }, key) {
            const row = yield* database.read((sql) =>
              findNotice(sql, sealing.idOf(plugin, name, key))
            )
            if (row === undefined) return yield* new NoticeUnknown({ notice: name })
            const { attempted_at, channel, held_until, state, why } = row
            return {
              state,
              ...(why !== null && { why }),
              ...(channel !== null && { channel }),
              ...(attempted_at !== null && { sentAt: attempted_at }),
              ...(held_until !== null && { heldUntil: held_until })
            }
          })
        })
      })
    )
}
