import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { WechatClock } from "../clock.ts"
import { Credentials } from "../credentials.ts"
import { randomText } from "../random.ts"
import { decide } from "./decide.ts"
import { type Errcode, no } from "./errcodes.ts"
import { contentOf, entryBy, type LibraryEntry } from "./library.ts"
import type { Account } from "./model.ts"
import { platform, type TemplateRow } from "./store.ts"

type Kind = TemplateRow["kind"]

/** Templates that an account has taken from the library. */
export class Templates extends Context.Service<
  Templates,
  {
    of(account: Account, kind: Kind): Effect.Effect<ReadonlyArray<TemplateRow>>
    /** 40036 an id of another length, 40037 one the account does not have. */
    find(account: Account, kind: Kind, id: string): Effect.Effect<TemplateRow, Errcode>
    add(
      account: Account,
      kind: Kind,
      entry: LibraryEntry,
      kids: ReadonlyArray<number>
    ): Effect.Effect<TemplateRow, Errcode>
    remove(account: Account, kind: Kind, id: string): Effect.Effect<void, Errcode>
  }
>()("wechat-sandbox/Templates") {
  static readonly layer = Layer.effect(
    Templates,
    Effect.gen(function* () {
      const clock = yield* WechatClock
      const { reply } = yield* Credentials
      const database = yield* Database

      const of = ({ appid }: Account, kind: Kind) =>
        database.read((sql) => templatesOf(sql, appid, kind))

      const find = Effect.fnUntraced(function* (account: Account, kind: Kind, id: string) {
        if (kind === "template" && id.length !== idLength) return yield* no(40036)
        const template = (yield* of(account, kind)).find(({ template_id }) => template_id === id)
        return template ?? (yield* no(40037))
      })

      const add = Effect.fnUntraced(function* (
        { appid }: Account,
        kind: Kind,
        entry: LibraryEntry,
        kids: ReadonlyArray<number>
      ) {
        const template_id = yield* randomText(idLength)
        const row = templateRow(appid, kind, template_id, entry, kids, yield* clock.now)
        return yield* decide(database, `templates:${appid}`, async (sql) => {
          if ((await templatesOf(sql, appid, kind)).length >= mostTemplates) {
            return no(kind === "template" ? 45026 : 200012)
          }
          await insert(sql, row)
          return row
        })
      })

      const remove = Effect.fnUntraced(function* (account: Account, kind: Kind, id: string) {
        yield* find(account, kind, id)
        yield* database.write(`templates:${account.appid}`, async (sql) => {
          await platform(sql)
            .deleteFrom("sandbox_templates")
            .where("appid", "=", account.appid)
            .where("template_id", "=", id)
            .execute()
        })
      })

      const order = entryBy("43216")
      const at = yield* clock.now
      yield* database.write("templates", async (sql) => {
        if (order === undefined) return
        const { appid, subscriptionTemplateId, templateId } = reply
        for (const [kind, id] of [
          ["template", templateId],
          ["subscription", subscriptionTemplateId]
        ] as const) {
          const known = await templatesOf(sql, appid, kind)
          if (known.some(({ template_id }) => template_id === id)) continue
          await insert(sql, templateRow(appid, kind, id, order, [1, 2, 3, 4], at))
        }
      })

      return Templates.of({ of, find, add, remove })
    })
  )
}

const idLength = 43
const mostTemplates = 25

const templateRow = (
  appid: string,
  kind: Kind,
  template_id: string,
  entry: LibraryEntry,
  kids: ReadonlyArray<number>,
  created_at: number
): TemplateRow => ({
  ...{ appid, kind, template_id, library_id: entry.id, title: entry.title, created_at },
  ...contentOf(entry, kids)
})

const templatesOf = (sql: Sql, appid: string, kind: Kind) =>
  platform(sql)
    .selectFrom("sandbox_templates")
    .selectAll()
    .where("appid", "=", appid)
    .where("kind", "=", kind)
    .orderBy("created_at")
    .orderBy("template_id")
    .execute()

const insert = (sql: Sql, row: TemplateRow) =>
  platform(sql).insertInto("sandbox_templates").values(row).execute()
