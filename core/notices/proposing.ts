import { Clock, Context, Effect, Layer, Schema } from "effect"
import { Database, type Sql } from "../database/database.ts"
import { Tasks } from "../tasks/tasks.ts"
import { raiseTodo, settleTodos } from "../tasks/todos.ts"
import { lackOf } from "../wechat/abilities.ts"
import type { Account } from "../wechat/account.ts"
import { Accounts } from "../wechat/accounts.ts"
import type { WechatApi } from "../wechat/api.ts"
import { subscriptionTemplatesOf } from "../wechat/subscription-messages.ts"
import { templatesOf } from "../wechat/template-messages.ts"
import { type AccountTemplate, bestOf, type Match } from "./mapping.ts"
import { Messenger } from "./messenger.ts"
import { noTemplate } from "./sending.ts"
import { type TemplateRow, tables } from "./store.ts"
import { SendNotice, taskOf } from "./telling.ts"
import { allTemplates, mappingIn, saveTemplate } from "./templates.ts"

/** Which template of an account would say a notice, and how. */
export const Proposal = Schema.Struct({
  account: Schema.String,
  appid: Schema.String,
  kind: Schema.Literals(["template", "subscription"]),
  plugin: Schema.String,
  notice: Schema.String,
  template: Schema.String,
  title: Schema.String,
  /** By the template's fields, the notice's. */
  fields: Schema.Record(Schema.String, Schema.String),
  /** Fields of the template that stay empty: then it cannot be used. */
  lacking: Schema.Array(Schema.String),
  /** `chosen`: it says the notice already. `doubtful`: by its title it is about something else, so only a person chooses it. */
  state: Schema.Literals(["new", "chosen", "doubtful", "unusable"])
})
export type Proposal = typeof Proposal.Type

/** What a person chose: `plugin.notice`, and the id of a template. */
export const Choice = Schema.Struct({
  notice: Schema.String.check(Schema.isMaxLength(80)),
  template: Schema.String.check(Schema.isMaxLength(64))
})
type Choice = typeof Choice.Type

/** What an account has of one kind of templates. */
interface Owned {
  readonly account: Account
  readonly kind: TemplateRow["kind"]
  readonly templates: ReadonlyArray<AccountTemplate>
}

/** Finds out which templates say which notices, and watches that they still do. */
export class NoticeTemplates extends Context.Service<
  NoticeTemplates,
  {
    /** What could say each notice, by what the accounts have now. A choice that was made stays as long as its template does. */
    readonly propose: Effect.Effect<ReadonlyArray<Proposal>>
    /** Makes the new choices, or the one that a person made; what waited for them goes on. */
    apply(choice?: Choice): Effect.Effect<ReadonlyArray<Proposal>>
  }
>()("weir/NoticeTemplates") {
  static readonly layer = Layer.effect(
    NoticeTemplates,
    Effect.gen(function* () {
      const { all: accounts } = yield* Accounts
      const api = yield* Effect.context<WechatApi>()
      const database = yield* Database
      const messenger = yield* Messenger
      const tasks = yield* Tasks

      /** Of an account that cannot be asked nothing is said. */
      const owned = Effect.gen(function* () {
        const now = yield* Clock.currentTimeMillis
        const found: Array<Owned> = []
        for (const account of accounts)
          for (const [kind, ask] of kinds) {
            // A mini program's own notices go another way (subscribe/send).
            if (account.kind !== "service" || lackOf(account, kind, now) !== undefined) continue
            const asked = yield* Effect.result(Effect.provideContext(ask(account), api))
            if (asked._tag === "Success") found.push({ account, kind, templates: asked.success })
          }
        return found
      })

      const proposed = (
        has: ReadonlyArray<Owned>,
        chosen: ReadonlyArray<TemplateRow>
      ): ReadonlyArray<Proposal> =>
        messenger.declared.flatMap(({ notice, plugin }) =>
          has.flatMap(({ account, kind, templates }): ReadonlyArray<Proposal> => {
            const about = { account: account.name, appid: account.appid, kind, plugin }
            const row = chosen.find(
              (one) =>
                one.appid === account.appid &&
                one.kind === kind &&
                one.plugin === plugin &&
                one.notice === notice.name
            )
            const kept = row && templates.find(({ id }) => id === row.template)
            if (row !== undefined && kept !== undefined) {
              const what = { template: kept.id, title: kept.title, fields: mappingIn(row) }
              return [{ ...about, notice: notice.name, ...what, lacking: [], state: "chosen" }]
            }
            const best = bestOf(notice, templates)
            if (best === undefined) return []
            return [{ ...about, notice: notice.name, ...shown(best) }]
          })
        )

      /** What a person chose, wherever an account has that template. */
      const named = (has: ReadonlyArray<Owned>, choice: Choice): ReadonlyArray<Proposal> =>
        messenger.declared.flatMap(({ notice, plugin }) =>
          has.flatMap(({ account, kind, templates }): ReadonlyArray<Proposal> => {
            const best = bestOf(
              notice,
              templates.filter(({ id }) => id === choice.template)
            )
            if (best === undefined || choice.notice !== `${plugin}.${notice.name}`) return []
            const about = { account: account.name, appid: account.appid, kind, plugin }
            const { state, ...what } = shown(best)
            const sure = state === "doubtful" ? "new" : state
            return [{ ...about, notice: notice.name, ...what, state: sure }]
          })
        )

      const propose = Effect.gen(function* () {
        return proposed(yield* owned, yield* database.read(allTemplates))
      })

      const apply = Effect.fnUntraced(function* (choice?: Choice) {
        const proposals = choice === undefined ? yield* propose : named(yield* owned, choice)
        const at = yield* Clock.currentTimeMillis
        for (const { fields: mapping, state, ...one } of proposals)
          if (state === "new")
            yield* database.write(`notice.template:${one.appid}`, async (sql) => {
              const { appid, kind, notice, plugin, template } = one
              await saveTemplate(sql, { appid, kind, notice, plugin, template, mapping, at })
              await settleTodos(sql, "notice.unmapped", { prefix: `${plugin}.${notice}` }, at)
              await release(sql, tasks, plugin, notice, at)
            })
        return proposals
      })

      /** Every day: what is missing, what is gone, what nobody uses. */
      const watch = Effect.gen(function* () {
        // Whoever tells nobody anything has templates for reasons of their own.
        if (messenger.declared.length === 0) return
        const has = yield* owned
        const at = yield* Clock.currentTimeMillis
        const chosen = yield* database.read(allTemplates)
        yield* database.write("notices: templates", async (sql) => {
          for (const { notice, plugin } of messenger.declared) {
            const subject = `${plugin}.${notice.name}`
            const isSaid = chosen.some((row) => row.plugin === plugin && row.notice === notice.name)
            if (isSaid) await settleTodos(sql, "notice.unmapped", { prefix: subject }, at)
            else if (has.length > 0) {
              const detail = `Notice ${subject} has no template at any account; see weir notices map`
              await raiseTodo(sql, { kind: "notice.unmapped", subject, detail, at })
            }
          }
          for (const one of has) await watchAccount(sql, one, chosen, at)
        })
      })
      yield* tasks.every("notices: templates", "1 day", watch)
      return NoticeTemplates.of({ propose, apply })
    })
  )
}

const shown = ({ fields, isAlike, lacking, template: { id, title } }: Match) => {
  const state: Proposal["state"] = lacking.length > 0 ? "unusable" : isAlike ? "new" : "doubtful"
  return { template: id, title, fields, lacking, state }
}

const kinds = [
  ["template", templatesOf],
  ["subscription", subscriptionTemplatesOf]
] as const

const watchAccount = async (
  sql: Sql,
  { account, kind, templates }: Owned,
  chosen: ReadonlyArray<TemplateRow>,
  at: number
): Promise<void> => {
  const used = chosen.filter((row) => row.appid === account.appid && row.kind === kind)
  for (const row of used) {
    const subject = `${account.name}/${kind}/${row.plugin}.${row.notice}`
    if (templates.some(({ id }) => id === row.template))
      await settleTodos(sql, "notice.gone", { prefix: subject }, at)
    else {
      const detail = `Account ${account.name} no longer has the ${kind} that says ${row.plugin}.${row.notice}; see weir notices map`
      await raiseTodo(sql, { kind: "notice.gone", subject, detail, at })
    }
  }
  const surplus = templates.filter(({ id }) => !used.some((row) => row.template === id))
  const subject = `${account.name}/${kind}`
  if (surplus.length === 0) await settleTodos(sql, "notice.surplus", { prefix: subject }, at)
  else {
    const titles = surplus.map(({ title }) => title).join(", ")
    const detail = `Of at most 25, account ${account.name} has ${surplus.length} of kind ${kind} that no notice uses: ${titles}`
    await raiseTodo(sql, { kind: "notice.surplus", subject, detail, at })
  }
}

/** What was held for want of a template goes on at once. */
const release = async (
  sql: Sql,
  tasks: Tasks["Service"],
  plugin: string,
  notice: string,
  at: number
): Promise<void> => {
  const held = await tables(sql)
    .selectFrom("weir_notices")
    .select("id")
    .where("plugin", "=", plugin)
    .where("notice", "=", notice)
    .where("state", "=", "held")
    .where("why", "=", noTemplate)
    .limit(1_000)
    .execute()
  for (const { id } of held) {
    await tables(sql)
      .updateTable("weir_notices")
      .set({ held_until: at })
      .where("id", "=", id)
      .execute()
    await tasks.ensure(sql, SendNotice, taskOf(id))
  }
}
