import { Context, Duration, Effect, Latch, Layer } from "effect"
import { afterCommit, Database, type Sql } from "#core"
import { WechatClock } from "./clock.ts"
import { type AgendaRow, tables } from "./store.ts"

export type Kind = "notify" | "refund" | "payment" | "push" | "mass"

/** Does what is due, and says when it is due again; `undefined`: never. `tries` counts from 0. */
export type Work = (subject: string, tries: number) => Effect.Effect<number | undefined>

/** What WeChat will still do, by its clock: rows, so that a restart of the sandbox forgets none of it. */
export class Agenda extends Context.Service<
  Agenda,
  {
    /** Inside a write: comes about exactly when the write does. The same subject once at a time. */
    add(sql: Sql, item: { kind: Kind; subject: string; due: number }): Promise<void>
    handle(kind: Kind, work: Work): Effect.Effect<void>
  }
>()("wechat-sandbox/Agenda") {
  static readonly layer = Layer.effect(
    Agenda,
    Effect.gen(function* () {
      const database = yield* Database
      const clock = yield* WechatClock
      const scope = yield* Effect.scope
      const changed = yield* Latch.make()
      const works = new Map<string, Work>()
      const running = new Set<string>()

      const add = async (sql: Sql, { due, kind, subject }: Parameters<typeof insert>[1]) => {
        await insert(sql, { due, kind, subject })
        afterCommit(sql, () => changed.openUnsafe())
      }

      const handle = (kind: Kind, work: Work) =>
        Effect.andThen(
          Effect.sync(() => works.set(kind, work)),
          changed.open
        )

      const perform = Effect.fnUntraced(function* (item: AgendaRow, work: Work) {
        const next = yield* work(item.subject, item.tries).pipe(Effect.catchDefect(postpone(item)))
        yield* database.write(`agenda:${item.id}`, (sql) => settle(sql, item, next))
      })

      const postpone = (item: AgendaRow) => (defect: unknown) =>
        Effect.logError(`The sandbox could not do ${item.id}; again in a minute`, defect).pipe(
          Effect.andThen(Effect.map(clock.now, (now) => now + minute))
        )

      const turn = Effect.gen(function* () {
        yield* changed.close
        if (works.size === 0) return yield* changed.await
        const items = yield* database.read((sql) => waiting(sql, [...works.keys()], [...running]))
        const now = yield* clock.now
        const due = items.filter((item) => item.due_at <= now)
        for (const item of due) {
          const work = works.get(item.kind)
          if (work === undefined) continue
          running.add(item.id)
          const done = Effect.andThen(
            Effect.sync(() => running.delete(item.id)),
            changed.open
          )
          yield* Effect.forkIn(Effect.ensuring(perform(item, work), done), scope)
        }
        if (due.length > 0 && running.size < atOnce) return
        const [next] = items.filter((item) => item.due_at > now)
        const later = next === undefined ? Effect.never : clock.sleepUntil(next.due_at)
        yield* Effect.raceFirst(changed.await, later)
      })
      yield* Effect.forkScoped(Effect.forever(turn))

      return Agenda.of({ add, handle })
    })
  )
}

const minute = Duration.toMillis("1 minute")
const atOnce = 64

const insert = (sql: Sql, item: { kind: Kind; subject: string; due: number }) =>
  tables(sql)
    .insertInto("sandbox_agenda")
    .values({
      id: `${item.kind}:${item.subject}`,
      kind: item.kind,
      subject: item.subject,
      due_at: item.due,
      tries: 0
    })
    .onConflict((conflict) => conflict.doNothing())
    .execute()

const waiting = (sql: Sql, kinds: ReadonlyArray<string>, running: ReadonlyArray<string>) => {
  const rows = tables(sql)
    .selectFrom("sandbox_agenda")
    .selectAll()
    .where("kind", "in", kinds)
    .orderBy("due_at")
    .orderBy("id")
    .limit(atOnce)
  return (running.length === 0 ? rows : rows.where("id", "not in", running)).execute()
}

const settle = async (sql: Sql, item: AgendaRow, next: number | undefined) => {
  if (next === undefined) {
    await tables(sql).deleteFrom("sandbox_agenda").where("id", "=", item.id).execute()
    return
  }
  await tables(sql)
    .updateTable("sandbox_agenda")
    .set({ due_at: next, tries: item.tries + 1 })
    .where("id", "=", item.id)
    .execute()
}
