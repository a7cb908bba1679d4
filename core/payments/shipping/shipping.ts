import { Clock, Duration, Effect } from "effect"
import { Database, type Sql } from "../../database/database.ts"
import { Seal } from "../../database/seal.ts"
import { Tasks } from "../../tasks/tasks.ts"
import { digest } from "../../values/numbers.ts"
import { Accounts } from "../../wechat/accounts.ts"
import { Callbacks } from "../../wechat/callback/callbacks.ts"
import { Ledger } from "../ledger.ts"
import { PaymentUnknown, type Reference } from "../model.ts"
import { hold } from "../store.ts"
import { checkedShipping, NotShippable, type Shipped, type Shipping } from "./model.ts"
import { todoOfReminder } from "./reminded.ts"
import { makeSending, SendShipment } from "./sending.ts"
import {
  beginShipment,
  changeShipment,
  goesOn,
  type Numbered,
  type ShipmentRow,
  sealedAt,
  shipmentsOf,
  shippingOf
} from "./store.ts"

/** What was sent for payments, where WeChat keeps their money until it knows (发货信息管理): written down first, then told. */
export const makeShipping = Effect.gen(function* () {
  const accounts = yield* Accounts
  const database = yield* Database
  const ledger = yield* Ledger
  const seal = yield* Seal
  const tasks = yield* Tasks
  yield* makeSending
  yield* Callbacks.use(({ listen }) => listen("shipping", todoOfReminder))

  const sealed = (which: Numbered, { parcels }: Shipped) =>
    seal.seal(Buffer.from(JSON.stringify({ parcels })), sealedAt(which))

  const sending = (sql: Sql, { number, payment }: Numbered) =>
    tasks.add(sql, SendShipment, { key: `shipping:${payment}`, payload: { payment, number } })

  /** As a row of its own, behind what was said before of the same payment. */
  const begin = async (
    sql: Sql,
    rows: ReadonlyArray<ShipmentRow>,
    payment: string,
    said: Shipped,
    at: number
  ) => {
    const which = { payment, number: rows.length + 1 }
    const row: ShipmentRow = {
      ...which,
      version: 1,
      state: "waiting",
      mark: markOf(said),
      kind: said.kind,
      whole: wholeOf(said),
      shipped_at: said.at,
      sealed: sealed(which, said),
      tries: 0,
      tried_at: null,
      detail: null,
      asked_at: at,
      ended_at: null
    }
    await sending(sql, which)
    return shippingOf(await beginShipment(sql, row))
  }

  /** What a person may have mended since is told anew. */
  const renew = async (sql: Sql, row: ShipmentRow, said: Shipped, at: number) => {
    if (row.state !== "refused" || final.has(row.detail ?? "")) return shippingOf(row)
    if (at - (row.ended_at ?? 0) < Duration.toMillis(mended)) return shippingOf(row)
    const fresh = {
      state: "waiting",
      tries: 0,
      detail: null,
      ended_at: null,
      asked_at: at
    } as const
    const waiting = await changeShipment(sql, row, { ...fresh, sealed: sealed(row, said) })
    if (waiting === undefined) throw new Error("A shipment moved inside of its payment's write")
    await sending(sql, row)
    return shippingOf(waiting)
  }

  return Effect.fnUntraced(function* (reference: Reference, unchecked: Shipped) {
    const said = yield* checkedShipping(unchecked)
    const sale = yield* ledger.sale(reference)
    if (sale === undefined) return yield* new PaymentUnknown({ reference: reference.reference })
    const { payment } = sale
    const attempt = sale.attempts.find(({ id }) => id === payment.paid_by)
    if (attempt === undefined || payment.state !== "paid") {
      const why = sale.attempts.some(({ state }) => state === "paid") ? "undone" : "unpaid"
      return yield* new NotShippable({ reference: reference.reference, why })
    }
    if (accounts.byAppid(attempt.appid ?? "")?.kind !== "mini-program") return needless("way")
    const at = yield* Clock.currentTimeMillis
    return yield* database.write(`shipping:${payment.id}`, async (sql) => {
      await hold(sql, payment.id)
      const rows = await shipmentsOf(sql, payment.id)
      const mark = markOf(said)
      const same = rows.findLast((row) => row.mark === mark)
      if (same !== undefined) return renew(sql, same, said, at)
      const last = rows.at(-1)
      const part = last !== undefined && goesOn(last, { whole: wholeOf(said) })
      return !part && rows.some(({ shipped_at, state }) => shipped_at > said.at && counts(state))
        ? needless("later")
        : begin(sql, rows, payment.id, said, at)
    })
  })
})

/** Nobody mends anything sooner: who only wants to know where it stands sends nothing. */
const mended = Duration.minutes(1)

/** WeChat takes nothing more for a payment that is finished, or said anew already. */
const final = new Set(["10060003", "10060004", "undone"])

const counts = (state: ShipmentRow["state"]) => state !== "refused" && state !== "replaced"

const needless = (why: "way" | "later"): Shipping => ({ _tag: "Needless", why })

const wholeOf = ({ whole }: Shipped): ShipmentRow["whole"] =>
  whole === undefined ? null : whole ? 1 : 0

const markOf = ({ at, kind, parcels, whole }: Shipped): string =>
  digest(
    JSON.stringify([
      kind,
      whole ?? null,
      at,
      parcels.map(({ carrier = "", contact = "", item, number = "" }) => [
        ...[carrier, number, item, contact]
      ])
    ])
  )
