import { type Duration, Effect, Layer } from "effect"
import { definePlugin, NoticeDone, Notices, notice, on, yuan } from "#core"
import type { CustomerId } from "../../core/customers/model.ts"
import { Database, type Sql } from "../../core/database/database.ts"
import { type NoticeRow, type TemplateRow, tables } from "../../core/notices/store.ts"
import { saveTemplate } from "../../core/notices/templates.ts"
import type { Kind } from "./database.ts"
import { openWorld, pass } from "./world.ts"

export const paid = notice("paid", {
  purpose: "transactional",
  title: "支付成功通知",
  why: "The receipt of what they paid",
  fields: {
    order: "character_string 订单号",
    amount: "amount 金额",
    at: "time 时间",
    what: "thing 商品"
  }
})

export const gate = notice("gate", {
  purpose: "urgent",
  title: "登机口变更通知",
  why: "They would miss their flight",
  fields: {
    order: "character_string 订单号",
    amount: "amount 金额",
    at: "time 时间",
    what: "thing 商品"
  }
})

export const said = {
  order: "T-20261124-7",
  amount: yuan("12.50"),
  at: Date.parse("2026-11-24T12:00:00+08:00"),
  what: "拿铁 x2"
}

/** The fields of both notices, in the template that the sandbox's main account begins with. */
const words = { character_string1: "order", amount2: "amount", time3: "at", thing4: "what" }

/** A gateway whose plugin `shop` sends notices, and the WeChat that delivers them. */
export const openShop = Effect.fnUntraced(function* (database: Kind, since?: number) {
  const done: Array<typeof NoticeDone.schema.Type> = []
  let notices: Notices["Service"] | undefined
  const shop = definePlugin({
    name: "shop",
    options: {},
    layer: Layer.effectDiscard(
      Effect.map(Notices, (service) => {
        notices = service
      })
    ),
    notices: [paid, gate],
    on: [on(NoticeDone, (fact) => Effect.sync(() => void done.push(fact)))]
  })
  const world = yield* openWorld(
    database,
    {},
    { settings: () => ({ plugins: [shop()] }), ...(since !== undefined && { since }) }
  )
  const { credentials, within } = world
  const { appid } = credentials
  const read = <A>(query: (sql: Sql) => Promise<A>) => within(Database.use((it) => it.read(query)))
  const write = <A>(work: (sql: Sql) => Promise<A>) =>
    within(Database.use((it) => it.write("test", work)))
  return {
    ...world,
    get customers() {
      return world.customers
    },
    get notices() {
      if (notices === undefined) throw new Error("The plugin has not been started")
      return notices
    },
    appid,
    credentials,
    done,
    read,
    write,
    /** Names the template that says a notice. */
    map: (kind: TemplateRow["kind"] = "template", template?: string) =>
      write(async (sql) => {
        for (const { name } of [paid, gate])
          await saveTemplate(sql, {
            appid,
            plugin: "shop",
            notice: name,
            kind,
            template:
              template ??
              (kind === "template" ? credentials.templateId : credentials.subscriptionTemplateId),
            mapping: words,
            at: 0
          })
      }),
    /** Somebody new, whom WeChat tells us of once they follow. */
    person: Effect.fnUntraced(function* ({ follows = true }: { follows?: boolean } = {}) {
      const { openid } = yield* world.control("POST", "/users", { follows: false })
      if (follows) yield* world.control("POST", `/users/${openid}/follow`, {})
      yield* pass("2 seconds")
      const customer = yield* world.customers.recognise({ appid }, { openid })
      return { openid: String(openid), customer }
    }),
    /** Tells somebody that they have paid, and lets time pass. */
    tell: Effect.fnUntraced(function* (
      customer: CustomerId,
      key: string,
      { more = {}, of = paid, wait = "3 seconds" as Duration.Input } = {}
    ) {
      if (notices === undefined) return
      yield* notices.tell(customer, of, { ...said, ...more }, { key, reference: `ticket ${key}` })
      yield* pass(wait)
    }),
    /** What people see of it. */
    seen: Effect.map(world.control("GET", "/notices"), ({ notices }) => notices),
    state: (key: string, of = paid) =>
      Effect.suspend(() => notices?.standing(of, key) ?? Effect.die("no plugin")),
    rows: read((sql) =>
      tables(sql).selectFrom("weir_notices").selectAll().execute()
    ) as Effect.Effect<ReadonlyArray<NoticeRow>>,
    /** How often WeChat was asked to send. */
    sends: () =>
      world.network.sent.filter(({ url }) => /message\/(template|subscribe|custom)\//.test(url))
        .length
  }
})
