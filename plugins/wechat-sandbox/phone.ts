import { Context, Effect, Layer } from "effect"
import { Database, type Sql } from "#core"
import { WechatClock } from "./clock.ts"
import { Codes } from "./codes.ts"
import { type Fault, Faults } from "./faults.ts"
import { type Outcome, type Shopper, shoppers } from "./model.ts"
import { isPayable } from "./pay/standing.ts"
import { type CodeRow, type OrderRow, type RefundRow, type ShopperRow, tables } from "./store.ts"

/** All that one shopper's phone shows. */
export interface Screen {
  readonly now: number
  readonly shopper: Shopper
  /** All three, with what they have left. */
  readonly shoppers: ReadonlyArray<Shopper>
  readonly code: CodeRow
  readonly outcome: Outcome
  /** Payments that wait for this shopper: code payments, and the QR just scanned. */
  readonly asked: ReadonlyArray<OrderRow>
  /** QRs on display somewhere, that anybody may scan. */
  readonly scannable: ReadonlyArray<OrderRow>
  readonly history: ReadonlyArray<{
    readonly order: OrderRow
    readonly refunds: ReadonlyArray<RefundRow>
  }>
  readonly faults: ReadonlyArray<Fault>
}

export class Phone extends Context.Service<
  Phone,
  {
    screen(openid: string, scanned: string): Effect.Effect<Screen>
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

      const screen = Effect.fnUntraced(function* (openid: string, scanned: string) {
        const shopper = shoppers.find((it) => it.openid === openid) ?? shoppers[0]
        const code = yield* codes.current(shopper.openid)
        const now = yield* clock.now
        const seen = yield* database.read((sql) => look(sql, shopper.openid))
        const scannable = seen.open.filter((order) => isPayable(order, now))
        const own = seen.own.map((order) => ({ order, refunds: refundsOf(seen.refunds, order) }))
        return {
          now,
          shopper: withBalance(shopper, seen.balances),
          shoppers: shoppers.map((it) => withBalance(it, seen.balances)),
          code,
          outcome: seen.balances.get(shopper.openid)?.outcome ?? "userpaying",
          asked: [
            ...scannable.filter((it) => it.out_trade_no === scanned || it.credential === scanned),
            ...seen.own.filter((order) => order.state === "USERPAYING" && isPayable(order, now))
          ],
          scannable,
          history: own.filter(({ order }) => order.state !== "USERPAYING"),
          faults: yield* faults.all
        }
      })

      const choose = (openid: string, outcome: Outcome) =>
        database.write(`shopper:${openid}`, async (sql) => {
          await tables(sql)
            .updateTable("sandbox_shoppers")
            .set({ outcome })
            .where("openid", "=", openid)
            .execute()
          // The code on the screen would still do what was chosen before.
          await tables(sql)
            .updateTable("sandbox_codes")
            .set({ outcome })
            .where("openid", "=", openid)
            .where("used_by", "is", null)
            .execute()
        })

      return Phone.of({ screen, choose })
    })
  )
}

const look = async (sql: Sql, openid: string) => {
  const orders = tables(sql)
    .selectFrom("sandbox_orders")
    .selectAll()
    .orderBy("created_at", "desc")
    .limit(20)
  const own = await orders.where("openid", "=", openid).execute()
  const open = await orders.where("way", "=", "native").where("state", "=", "NOTPAY").execute()
  const numbers = own.map((order) => order.out_trade_no)
  const refunds = await tables(sql)
    .selectFrom("sandbox_refunds")
    .selectAll()
    .where("out_trade_no", "in", numbers)
    .orderBy("created_at", "desc")
    .execute()
  const rows = await tables(sql).selectFrom("sandbox_shoppers").selectAll().execute()
  return { own, open, refunds, balances: new Map(rows.map((row) => [row.openid, row])) }
}

const refundsOf = (refunds: ReadonlyArray<RefundRow>, { mchid, out_trade_no }: OrderRow) =>
  refunds.filter((row) => row.mchid === mchid && row.out_trade_no === out_trade_no)

const withBalance = (shopper: Shopper, rows: ReadonlyMap<string, ShopperRow>): Shopper => ({
  ...shopper,
  balance: rows.get(shopper.openid)?.balance ?? shopper.balance
})
