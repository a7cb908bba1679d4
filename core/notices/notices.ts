import { Context, Effect, Layer } from "effect"
import type { CustomerId } from "../customers/model.ts"
import { Database, type Sql } from "../database/database.ts"
import { Messenger } from "./messenger.ts"
import type { NoticeStanding, NoticeUnknown } from "./model.ts"
import type { Notice, NoticeFields, Said } from "./notice.ts"
import type { About } from "./telling.ts"

/**
 * Tells customers what concerns them, for one plugin. Durable and told once for each key, by whatever channel is open to the person
 * then. Not at night unless it is urgent, not more than some a day, and never advertising.
 */
export class Notices extends Context.Service<
  Notices,
  {
    /** Writes a notice down; it is sent afterwards, and `NoticeDone` tells what became of it. */
    tell<F extends NoticeFields>(
      customer: CustomerId,
      notice: Notice<F>,
      said: Said<F>,
      about: About
    ): Effect.Effect<void>
    /** The same inside a write, with the fact it tells of. */
    tellIn<F extends NoticeFields>(
      sql: Sql,
      customer: CustomerId,
      notice: Notice<F>,
      said: Said<F>,
      about: About
    ): Promise<void>
    /** What became of a notice so far. */
    standing(notice: Notice, key: string): Effect.Effect<NoticeStanding, NoticeUnknown>
  }
>()("weir/Notices") {
  static readonly layer = (plugin: string) =>
    Layer.effect(
      Notices,
      Effect.gen(function* () {
        const database = yield* Database
        const messenger = yield* Messenger
        return Notices.of({
          tell: (customer, notice, said, about) =>
            database.write(`customer:${customer}`, (sql) =>
              messenger.tellIn(sql, plugin, customer, notice, said, about)
            ),
          tellIn: (sql, customer, notice, said, about) =>
            messenger.tellIn(sql, plugin, customer, notice, said, about),
          standing: (notice, key) => messenger.standing(plugin, notice, key)
        })
      })
    )
}
