import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { WechatClock } from "./clock.ts"
import { Codes } from "./codes.ts"
import { type Fault, Faults } from "./faults.ts"
import { type Outcome, shoppers } from "./model.ts"
import { isPayable } from "./pay/standing.ts"
import type { Person } from "./platform/people.ts"
import type { QrLoginRow } from "./platform/phone-store.ts"
import { Platform } from "./platform/platform.ts"
import { platform, type QrRow } from "./platform/store.ts"
import { type CodeRow, type OrderRow, type RefundRow, shopperOf, tables } from "./store.ts"

/** Somebody whose phone can be held. */
export interface Holder {
  readonly openid: string
  readonly name: string
  readonly english: string
  /** In fen; `undefined`: they pay by card. */
  readonly balance: number | undefined
}

/** What is around every screen of one person's phone. */
export interface Frame {
  readonly now: number
  readonly holder: Holder
  /** The first few of this WeChat, and who holds the phone. */
  readonly people: ReadonlyArray<Holder>
  /** Payments that wait for this person: code payments, and the QR just scanned. */
  readonly asked: ReadonlyArray<OrderRow>
  readonly faults: ReadonlyArray<Fault>
}

/** One payment and what came back of it. */
export interface Bill {
  readonly order: OrderRow
  readonly refunds: ReadonlyArray<RefundRow>
}

/** What may be scanned somewhere now. */
export interface Displayed {
  readonly orders: ReadonlyArray<OrderRow>
  readonly scenes: ReadonlyArray<QrRow>
  readonly logins: ReadonlyArray<QrLoginRow>
}

export class Phone extends Context.Service<
  Phone,
  {
    /** Whose phone is meant: by openid, else by the cookie of the phone last looked at, else the first shopper's. */
    holder(openid: string, cookies: string | undefined): Effect.Effect<Person>
    frame(person: Person, scanned: string): Effect.Effect<Frame>
    code(openid: string): Effect.Effect<{ readonly code: CodeRow; readonly outcome: Outcome }>
    /** QRs on display somewhere, that anybody may scan. */
    readonly displayed: Effect.Effect<Displayed>
    bill(openid: string): Effect.Effect<ReadonlyArray<Bill>>
    /** What the codes shown from now on do. */
    choose(openid: string, outcome: Outcome): Effect.Effect<void>
  }
>()("wechat-sandbox/Phone") {
  static readonly layer = Layer.effect(
    Phone,
    Effect.gen(function* () {
      const clock = yield* WechatClock
      const codes = yield* Codes
      const database = yield* Database
      const faults = yield* Faults
      const { open, people, qrLogins } = yield* Platform

      const holder = Effect.fnUntraced(function* (openid: string, cookies: string | undefined) {
        return (yield* people.find(openid)) ?? (yield* open.visitor(cookies))
      })

      const frame = Effect.fnUntraced(function* (person: Person, scanned: string) {
        const now = yield* clock.now
        const seen = yield* database.read(async (sql) => ({
          balances: await balancesOf(sql),
          first: await firstPeople(sql),
          scanned: scanned === "" ? [] : await scannable(sql, scanned),
          paying: await payingOf(sql, person.id)
        }))
        const around = seen.first.some(({ id }) => id === person.id)
          ? seen.first
          : [...seen.first, person]
        const known = around.map(({ id, name }) => ({
          openid: id,
          name,
          english: shoppers.find(({ openid }) => openid === id)?.english ?? "",
          balance: seen.balances.get(id)
        }))
        const self = known.find(({ openid }) => openid === person.id)
        if (self === undefined) return yield* Effect.die(new Error("Nobody holds the phone"))
        return {
          now,
          holder: self,
          people: known,
          asked: [...seen.scanned, ...seen.paying].filter((order) => isPayable(order, now)),
          faults: yield* faults.all
        }
      })

      const code = Effect.fnUntraced(function* (openid: string) {
        const code = yield* codes.current(openid)
        return { code, outcome: code.outcome }
      })

      const displayed = Effect.gen(function* () {
        const now = yield* clock.now
        const { orders, scenes } = yield* database.read(async (sql) => ({
          orders: await unpaid(sql).where("way", "=", "native").execute(),
          scenes: await scenesOf(sql, now)
        }))
        return {
          orders: orders.filter((order) => isPayable(order, now)),
          scenes,
          logins: yield* qrLogins.shown
        }
      })

      const bill = (openid: string) => database.read((sql) => billOf(sql, openid))

      const choose = (openid: string, outcome: Outcome) =>
        database.write(`shopper:${openid}`, async (sql) => {
          await remember(sql, openid, outcome)
          // The code on the screen would still do what was chosen before.
          await tables(sql)
            .updateTable("sandbox_codes")
            .set({ outcome })
            .where("openid", "=", openid)
            .where("used_by", "is", null)
            .execute()
        })

      return Phone.of({ holder, frame, code, displayed, bill, choose })
    })
  )
}

/** Somebody new has no balance: they pay by card. */
const remember = async (sql: Sql, openid: string, outcome: Outcome) => {
  const shoppers = tables(sql)
  if ((await shopperOf(sql, openid)) === undefined) {
    await shoppers.insertInto("sandbox_shoppers").values({ openid, balance: 0, outcome }).execute()
  } else {
    await shoppers
      .updateTable("sandbox_shoppers")
      .set({ outcome })
      .where("openid", "=", openid)
      .execute()
  }
}

const shown = 6
const remembered = 20

const firstPeople = (sql: Sql) =>
  platform(sql)
    .selectFrom("sandbox_people")
    .selectAll()
    .orderBy("created_at")
    .orderBy("id")
    .limit(shown)
    .execute()

const balancesOf = async (sql: Sql) => {
  const rows = await tables(sql).selectFrom("sandbox_shoppers").selectAll().execute()
  return new Map(rows.map(({ balance, openid }) => [openid, balance]))
}

const unpaid = (sql: Sql) =>
  tables(sql)
    .selectFrom("sandbox_orders")
    .selectAll()
    .where("way", "!=", "codepay")
    .where("state", "=", "NOTPAY")
    .orderBy("created_at", "desc")
    .limit(remembered)

const scannable = (sql: Sql, scanned: string) =>
  unpaid(sql)
    .where((order) =>
      order.or([order("out_trade_no", "=", scanned), order("credential", "=", scanned)])
    )
    .execute()

const scenesOf = (sql: Sql, now: number) =>
  platform(sql)
    .selectFrom("sandbox_qr_codes")
    .selectAll()
    .where((qr) => qr.or([qr("expires_at", "is", null), qr("expires_at", ">", now)]))
    .orderBy("created_at", "desc")
    .limit(shown)
    .execute()

/** Theirs at whichever account. */
const ordersOf = (sql: Sql, person: string) =>
  tables(sql)
    .selectFrom("sandbox_orders")
    .selectAll()
    .where(
      "openid",
      "in",
      platform(sql).selectFrom("sandbox_contacts").select("openid").where("person", "=", person)
    )
    .orderBy("created_at", "desc")
    .limit(remembered)

const payingOf = (sql: Sql, openid: string) =>
  ordersOf(sql, openid).where("state", "=", "USERPAYING").execute()

const billOf = async (sql: Sql, openid: string): Promise<ReadonlyArray<Bill>> => {
  const orders = await ordersOf(sql, openid).where("state", "!=", "USERPAYING").execute()
  const numbers = orders.map((order) => order.out_trade_no)
  const refunds = await tables(sql)
    .selectFrom("sandbox_refunds")
    .selectAll()
    .where("out_trade_no", "in", numbers)
    .orderBy("created_at", "desc")
    .limit(3 * remembered)
    .execute()
  return orders.map((order) => ({ order, refunds: refundsOf(refunds, order) }))
}

const refundsOf = (refunds: ReadonlyArray<RefundRow>, { mchid, out_trade_no }: OrderRow) =>
  refunds.filter((row) => row.mchid === mchid && row.out_trade_no === out_trade_no)
