import { Clock, Duration, Effect, Schema } from "effect"
import { Customers } from "../../customers/customers.ts"
import { Database } from "../../database/database.ts"
import { Seal } from "../../database/seal.ts"
import { again, task } from "../../tasks/kind.ts"
import { Tasks } from "../../tasks/tasks.ts"
import { raiseTodo, settleTodos } from "../../tasks/todos.ts"
import type { Account } from "../../wechat/account.ts"
import { Accounts } from "../../wechat/accounts.ts"
import { WechatApi } from "../../wechat/api.ts"
import type { WechatFailure } from "../../wechat/errors.ts"
import { sentFor, uploadShipping } from "../../wechat/shipping.ts"
import { Ledger } from "../ledger.ts"
import type { AttemptRow } from "../store.ts"
import { judgeShipping, pause } from "./judging.ts"
import { makeManaged } from "./managed.ts"
import { Kept } from "./model.ts"
import { accessSubject, remindedKind } from "./reminded.ts"
import {
  changeShipment,
  goesOn,
  isOpen,
  type Numbered,
  type ShipmentRow,
  sealedAt,
  shipmentsOf
} from "./store.ts"

/** Tells WeChat what was sent for a payment; one after another for each payment. */
export const SendShipment = task(
  "payments.shipment",
  Schema.Struct({ payment: Schema.String, number: Schema.Int })
)

const decodeKept = Schema.decodeUnknownSync(Kept)

/** A request that nobody answered may still arrive for so long. */
const underway = Duration.toMillis("10 seconds")

/** All that is needed to tell WeChat of one shipping. */
interface Telling {
  readonly row: ShipmentRow
  readonly account: Account
  readonly attempt: AttemptRow
  readonly transactionId: string
  /** Something said after it counts. */
  readonly replaced: boolean
}

/** Tells WeChat of a shipping until it has it or refuses it. */
export const makeSending = Effect.gen(function* () {
  const accounts = yield* Accounts
  const api = yield* WechatApi
  const customers = yield* Customers
  const database = yield* Database
  const ledger = yield* Ledger
  const managed = yield* makeManaged
  const seal = yield* Seal
  const tasks = yield* Tasks

  const asking = Effect.provideService(WechatApi, api)

  const change = (row: ShipmentRow, changes: Partial<ShipmentRow>) =>
    database.write(`shipping:${row.payment}`, (sql) => changeShipment(sql, row, changes))

  const send = Effect.fnUntraced(function* (which: Numbered) {
    const rows = yield* database.read((sql) => shipmentsOf(sql, which.payment))
    const row = rows.find(({ number }) => number === which.number)
    if (row === undefined || !isOpen(row)) return
    const sale = yield* ledger.saleNumbered(row.payment)
    const attempt = sale?.attempts.find(({ id }) => id === sale.payment.paid_by)
    if (attempt?.transaction_id == null || sale?.payment.state !== "paid")
      return yield* refuse(row, attempt, "undone", false)
    const account = accounts.byAppid(attempt.appid ?? "")
    if (account === undefined) return yield* refuse(row, attempt, "its account is gone", true)
    const replaced = rows.some((other) => other.number > row.number && !goesOn(row, other))
    const { transaction_id: transactionId } = attempt
    const telling = { row, account, attempt, transactionId, replaced }
    if (row.state === "unknown") return yield* ask(telling)
    const isManaged = yield* Effect.result(managed(account))
    if (isManaged._tag === "Failure") return yield* notTaken(telling, isManaged.failure)
    return yield* isManaged.success ? upload(telling) : end(row, { state: "unmanaged" })
  })

  /** WeChat may have it already: it is asked, as said twice it would count as said anew. */
  const ask = Effect.fnUntraced(function* (telling: Telling) {
    const { account, row, transactionId } = telling
    const wait = (row.tried_at ?? 0) + underway - (yield* Clock.currentTimeMillis)
    if (wait > 0) return again(Duration.millis(wait))
    const sent = yield* Effect.result(asking(sentFor(account, transactionId)))
    if (sent._tag === "Success")
      return isAmong(row, parcelsOf(row), sent.success)
        ? yield* told(telling, row)
        : yield* upload(telling)
    const { failure } = sent
    const never = failure._tag === "WechatRefused" && failure.code === 10060001
    return never ? yield* upload(telling) : again(pause(row.tries))
  })

  const upload = Effect.fnUntraced(function* (telling: Telling) {
    const { account, attempt, replaced, row, transactionId } = telling
    if (replaced) return yield* end(row, { state: "replaced" })
    const payer = attempt.payer ?? attempt.customer
    const openid = payer === null ? undefined : yield* customers.openidOf(payer, account.appid)
    if (openid === undefined) return yield* refuse(row, attempt, "its payer is gone", true)
    // From here on WeChat may have it.
    const trying = yield* change(row, {
      state: "unknown",
      tries: row.tries + 1,
      tried_at: yield* Clock.currentTimeMillis
    })
    if (trying === undefined) return again("1 second")
    const whole = row.whole === null ? undefined : row.whole === 1
    const { kind, shipped_at: at } = row
    const info = { transactionId, openid, kind, whole, parcels: parcelsOf(row), at }
    const heard = yield* Effect.result(asking(uploadShipping(account, info)))
    return heard._tag === "Success"
      ? yield* told(telling, trying)
      : yield* notTaken({ ...telling, row: trying }, heard.failure)
  })

  const notTaken = Effect.fnUntraced(function* ({ attempt, row }: Telling, failure: WechatFailure) {
    const now = yield* Clock.currentTimeMillis
    const tried = { paidAt: attempt.paid_at ?? 0, now, tries: row.tries }
    const verdict = judgeShipping(failure, tried)
    if (verdict.state === "refused")
      return yield* refuse(row, attempt, String(verdict.code), verdict.mend)
    // What was not even sent is as it was.
    if (row.state === "unknown" && verdict.state === "waiting")
      yield* change(row, { state: "waiting" })
    return again(verdict.after)
  })

  const told = Effect.fnUntraced(function* ({ account, attempt }: Telling, row: ShipmentRow) {
    yield* end(row, { state: "told" })
    const now = yield* Clock.currentTimeMillis
    yield* database.write(`shipping:${row.payment}`, async (sql) => {
      await settleTodos(sql, "shipping.refused", { prefix: row.payment }, now)
      for (const prefix of [`${account.name}/${attempt.id}`, accessSubject(account)])
        await settleTodos(sql, remindedKind, { prefix }, now)
    })
  })

  const end = Effect.fnUntraced(function* (row: ShipmentRow, to: Partial<ShipmentRow>) {
    yield* change(row, { ...to, sealed: null, ended_at: yield* Clock.currentTimeMillis })
  })

  /** It ends with a note; what a person can mend is a to-do as well. */
  const refuse = Effect.fnUntraced(function* (
    row: ShipmentRow,
    attempt: AttemptRow | undefined,
    why: string,
    mend: boolean
  ) {
    const at = yield* Clock.currentTimeMillis
    yield* database.write(`shipping:${row.payment}`, async (sql) => {
      const to = { state: "refused", detail: why, sealed: null, ended_at: at } as const
      if ((await changeShipment(sql, row, to)) === undefined || !mend) return
      const detail = `WeChat does not know what was sent for order ${attempt?.id ?? row.payment}, and may keep its money: ${why}`
      await raiseTodo(sql, { kind: "shipping.refused", subject: row.payment, detail, at })
    })
  })

  const parcelsOf = (row: ShipmentRow) =>
    row.sealed === null
      ? []
      : decodeKept(Buffer.from(seal.open(row.sealed, sealedAt(row))).toString()).parcels

  yield* tasks.handle(SendShipment, send)
})

/** Express is known by its numbers, anything else by when it was said to have been sent. */
const isAmong = (
  { kind, shipped_at }: ShipmentRow,
  parcels: ReadonlyArray<{ readonly number?: string | undefined }>,
  sent: ReadonlyArray<{ readonly number?: string | undefined; readonly at?: number | undefined }>
): boolean =>
  kind === "express"
    ? parcels.every((parcel) => sent.some(({ number }) => number === parcel.number))
    : sent.some(({ at }) => at === Math.floor(shipped_at / 1000))
