import { Context, Effect, Layer } from "effect"
import { Database } from "#core"
import { consentsOf } from "./platform/consents.ts"
import type { Account } from "./platform/model.ts"
import { forgetChoice, keepChoice, keptChoices } from "./platform/phone-store.ts"
import { Platform } from "./platform/platform.ts"
import type { ContactRow, TemplateRow } from "./platform/store.ts"

/** What one person may be told by one template. */
export interface Subscription {
  readonly template: TemplateRow
  /** Messages that may still come. */
  readonly remaining: number
  /** Whether any number may. */
  readonly standing: boolean
  /** What is done without asking; `undefined`: they are asked. */
  readonly kept: boolean | undefined
}

export interface Answer {
  readonly accepted: ReadonlyArray<string>
  readonly refused: ReadonlyArray<string>
}

/** What people answer when a page asks whether they want to be told something. */
export class Subscriptions extends Context.Service<
  Subscriptions,
  {
    of(account: Account, contact: ContactRow): Effect.Effect<ReadonlyArray<Subscription>>
    /** What is answered to some of them without a pop-up. */
    keptAmong(
      account: Account,
      contact: ContactRow,
      templates: ReadonlyArray<string>
    ): Effect.Effect<Answer>
    /** The same is answered from now on, without a pop-up. */
    keep(contact: ContactRow, answer: Answer): Effect.Effect<void>
    answer(account: Account, contact: ContactRow, answer: Answer): Effect.Effect<void>
    /** What is decided on the account's own page, where a no can be told and a yes is not. */
    turn(
      account: Account,
      contact: ContactRow,
      template: string,
      accept: boolean
    ): Effect.Effect<void>
  }
>()("wechat-sandbox/Subscriptions") {
  static readonly layer = Layer.effect(
    Subscriptions,
    Effect.gen(function* () {
      const database = yield* Database
      const { notices, templates } = yield* Platform

      const of = Effect.fnUntraced(function* (account: Account, contact: ContactRow) {
        const all = yield* templates.of(account, "subscription")
        const { consents, kept } = yield* database.read(async (sql) => ({
          consents: await consentsOf(sql, contact),
          kept: await keptChoices(sql, contact)
        }))
        return all.map((template): Subscription => {
          const isIts = (row: { readonly template_id: string }) =>
            row.template_id === template.template_id
          const consent = consents.find(isIts)
          const choice = kept.find(isIts)
          return {
            template,
            remaining: consent?.remaining ?? 0,
            standing: consent?.standing === 1,
            kept: choice && choice.accept === 1
          }
        })
      })

      const keptAmong = Effect.fnUntraced(function* (
        account: Account,
        contact: ContactRow,
        wanted: ReadonlyArray<string>
      ) {
        const all = yield* of(account, contact)
        const ids = (choice: boolean) =>
          all
            .filter(
              ({ kept, template }) => kept === choice && wanted.includes(template.template_id)
            )
            .map(({ template }) => template.template_id)
        return { accepted: ids(true), refused: ids(false) }
      })

      const keep = (contact: ContactRow, { accepted, refused }: Answer) => {
        const { appid, openid } = contact
        const choice = (accept: 0 | 1) => (template_id: string) => ({
          ...{ appid, openid, template_id, accept }
        })
        const choices = [...accepted.map(choice(1)), ...refused.map(choice(0))]
        return database.write(`contact:${openid}`, async (sql) => {
          for (const each of choices) await keepChoice(sql, each)
        })
      }

      const answer = (account: Account, contact: ContactRow, { accepted, refused }: Answer) =>
        notices.decide(account, contact, { accepted, refused, longTerm: false, from: "page" })

      const turn = Effect.fnUntraced(function* (
        account: Account,
        contact: ContactRow,
        template: string,
        accept: boolean
      ) {
        yield* database.write(`contact:${contact.openid}`, (sql) =>
          forgetChoice(sql, contact, template)
        )
        const [accepted, refused] = accept ? [[template], []] : [[], [template]]
        const decided = { accepted, refused, longTerm: false, from: "settings" } as const
        yield* notices.decide(account, contact, decided)
      })

      return Subscriptions.of({ of, keptAmong, keep, answer, turn })
    })
  )
}
