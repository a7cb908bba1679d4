import { Context, Duration, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { WechatClock } from "../clock.ts"
import { randomText } from "../random.ts"
import type { Account } from "./model.ts"
import type { Person } from "./people.ts"
import { phoneTables, type QrLoginRow } from "./phone-store.ts"

/** QRs on websites' login pages: scanned and decided on a phone, and the page goes on by itself. */
export class QrLogins extends Context.Service<
  QrLogins,
  {
    /** Answers what the QR leads to. */
    show(account: Account): Effect.Effect<string>
    /** `undefined`: never shown, or too long ago. */
    find(uuid: string): Effect.Effect<QrLoginRow | undefined>
    /** Those that nobody has scanned yet, latest first. */
    readonly shown: Effect.Effect<ReadonlyArray<QrLoginRow>>
    /** Whoever scans first decides. */
    scan(uuid: string, person: Person): Effect.Effect<QrLoginRow | undefined>
    decide(uuid: string, person: Person, agrees: boolean): Effect.Effect<QrLoginRow | undefined>
    /** Goes on with what was agreed to, once. */
    use(uuid: string): Effect.Effect<QrLoginRow | undefined>
  }
>()("wechat-sandbox/QrLogins") {
  static readonly layer = Layer.effect(
    QrLogins,
    Effect.gen(function* () {
      const clock = yield* WechatClock
      const database = yield* Database

      const show = Effect.fnUntraced(function* ({ appid }: Account) {
        const made_at = yield* clock.now
        const row: QrLoginRow = {
          ...{ uuid: yield* randomText(16), appid, state: "shown", person: null, made_at }
        }
        yield* database.write(`qr-login:${row.uuid}`, (sql) =>
          phoneTables(sql).insertInto("sandbox_qr_logins").values(row).execute()
        )
        return row.uuid
      })

      const find = Effect.fnUntraced(function* (uuid: string) {
        const now = yield* clock.now
        return yield* database.read((sql) => byUuid(sql, uuid, now))
      })

      /** From a state that allows it, and only there; otherwise it is as it was. */
      const step = Effect.fnUntraced(function* (
        uuid: string,
        next: (row: QrLoginRow) => Partial<QrLoginRow> | undefined
      ) {
        const now = yield* clock.now
        return yield* database.write(`qr-login:${uuid}`, async (sql) => {
          const row = await byUuid(sql, uuid, now)
          const changes = row && next(row)
          if (row === undefined || changes === undefined) return undefined
          await phoneTables(sql)
            .updateTable("sandbox_qr_logins")
            .set(changes)
            .where("uuid", "=", uuid)
            .execute()
          return { ...row, ...changes }
        })
      })

      const isTheirs = ({ person, state }: QrLoginRow, { id }: Person) =>
        state === "shown" || (state === "scanned" && person === id)

      const scan = (uuid: string, person: Person) =>
        step(uuid, (row) =>
          isTheirs(row, person) ? { state: "scanned", person: person.id } : undefined
        )

      const decide = (uuid: string, person: Person, agrees: boolean) =>
        step(uuid, (row) =>
          isTheirs(row, person)
            ? { state: agrees ? "agreed" : "refused", person: person.id }
            : undefined
        )

      const use = (uuid: string) =>
        step(uuid, ({ state }) => (state === "agreed" ? { state: "used" } : undefined))

      const shown = Effect.gen(function* () {
        const now = yield* clock.now
        return yield* database.read((sql) =>
          fresh(sql, now).where("state", "=", "shown").orderBy("made_at", "desc").limit(6).execute()
        )
      })

      return QrLogins.of({ show, find, shown, scan, decide, use })
    })
  )
}

const life = Duration.toMillis("5 minutes")

const fresh = (sql: Sql, now: number) =>
  phoneTables(sql)
    .selectFrom("sandbox_qr_logins")
    .selectAll()
    .where("made_at", ">", now - life)

const byUuid = (sql: Sql, uuid: string, now: number) =>
  fresh(sql, now).where("uuid", "=", uuid).executeTakeFirst()
