import { assert, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { eachDatabase, type Kind } from "../../support/database.ts"
import { openLegacy, told } from "../../support/legacy-sandbox.ts"
import { passIn } from "../../support/settling.ts"
import { meanwhile, openWorld } from "../../support/world.ts"
import { refund as refundOf, reverse, sale, ticket } from "./till.ts"

/** Nothing here happens within seconds. */
const pass = (duration: Duration.Input) =>
  passIn(Math.max(2_500, Duration.toMillis(duration) / 60), duration)

const open = Effect.fnUntraced(function* (database: Kind) {
  const world = yield* openWorld(database, { tell: told })
  const erp = yield* openLegacy(world.network)
  return {
    ...world,
    erp,
    heard: Effect.map(erp.ledger, ({ messages }) => messages.map(({ code }) => code))
  }
})

eachDatabase("an old system that is told of sales", (database) => {
  it.effect("hears what was paid and refunded, in the order it was, each once", () =>
    Effect.gen(function* () {
      const { code, erp, heard, say } = yield* open(database)
      yield* meanwhile(say("/xml", sale(yield* code("paid"))))
      yield* meanwhile(say("/xml", refundOf("R1", "28.50")))
      yield* pass("1 minute")
      assert.deepStrictEqual(yield* heard, ["PAID", "REFUNDED"])
      const [paid, refunded] = (yield* erp.ledger).messages
      assert.strictEqual(paid?.fields.TotalFee, "128.50")
      assert.strictEqual(paid?.fields.TicketNo, ticket.TicketNo)
      assert.strictEqual(refunded?.fields.RefundFee, "28.50")
      assert.strictEqual(refunded?.fields.OutTradeNo, paid?.fields.OutTradeNo)
    })
  )

  it.effect("a sale that was undone is told as money back, and one that never was as closed", () =>
    Effect.gen(function* () {
      const { code, heard, say } = yield* open(database)
      yield* meanwhile(say("/xml", sale(yield* code("paid"))))
      yield* pass("20 seconds")
      yield* meanwhile(say("/xml", reverse))
      yield* meanwhile(say("/xml", { ...sale(yield* code("userpaying")), TicketNo: "T2" }))
      yield* meanwhile(say("/xml", { ...reverse, TicketNo: "T2" }))
      yield* pass("2 minutes")
      assert.deepStrictEqual(yield* heard, ["PAID", "REFUNDED", "CLOSED"])
    })
  )

  it.effect("whatever its line does, it hears each once; a refusal waits for a person", () =>
    Effect.gen(function* () {
      const { code, erp, heard, operator, say, todos } = yield* open(database)
      yield* erp.fault("reset", { times: 2 })
      yield* meanwhile(say("/xml", sale(yield* code("paid"))))
      yield* pass("5 minutes")
      assert.deepStrictEqual(yield* heard, ["PAID"])

      yield* erp.fault("html")
      yield* meanwhile(say("/xml", { ...sale(yield* code("paid")), TicketNo: "T2" }))
      yield* pass("5 minutes")
      assert.deepStrictEqual(yield* heard, ["PAID", "PAID"])

      yield* erp.fault("refuse")
      yield* meanwhile(say("/xml", { ...sale(yield* code("paid")), TicketNo: "T3" }))
      yield* pass("5 minutes")
      assert.deepStrictEqual(yield* heard, ["PAID", "PAID"])
      const [todo] = yield* todos
      assert.strictEqual(todo?.kind, "connection.refused")
      assert.match(todo?.detail ?? "", /F3 门店未开通/)
      const asked = (path: string, body?: object) =>
        operator(
          new Request(`http://127.0.0.1:3002${path}`, {
            method: body === undefined ? "GET" : "POST",
            headers: { "content-type": "application/json" },
            ...(body !== undefined && { body: JSON.stringify(body) })
          })
        )
      const list = yield* asked("/parked")
      const [parked] = (yield* Effect.promise(() => list.json())) as [
        { key: string; error: string }
      ]
      assert.strictEqual(parked.error, "Refused")
      const by = "陈店长"
      assert.strictEqual((yield* asked("/parked/replay", { key: parked.key })).status, 400)
      assert.strictEqual((yield* asked("/parked/replay", { key: "other", by })).status, 404)
      assert.strictEqual((yield* asked("/parked/replay", { key: parked.key, by })).status, 200)
      yield* pass("1 minute")
      assert.deepStrictEqual(yield* heard, ["PAID", "PAID", "PAID"])
      assert.deepStrictEqual(yield* todos, [])
    })
  )

  it.effect("tills do not feel that it is dead, and it hears all once it is back", () =>
    Effect.gen(function* () {
      const { code, erp, heard, say } = yield* open(database)
      yield* erp.fault("drop", { times: 1_000_000 })
      for (const TicketNo of ["T1", "T2", "T3"]) {
        const { value } = yield* meanwhile(say("/xml", { ...sale(yield* code("paid")), TicketNo }))
        assert.strictEqual(value.RetCode, "00")
      }
      yield* pass("10 minutes")
      assert.deepStrictEqual(yield* heard, [])
      yield* erp.heal
      yield* pass("30 minutes")
      assert.deepStrictEqual(yield* heard, ["PAID", "PAID", "PAID"])
    })
  )
})

eachDatabase("an electronic invoice", (database) => {
  const invoice = (more = {}) => ({ ...ticket, TranCode: "INVOICE", ...more })

  it.effect("is asked for once, and the till hears how far it is", () =>
    Effect.gen(function* () {
      const { code, erp, say } = yield* open(database)
      assert.strictEqual((yield* say("/xml", invoice())).RetCode, "E4")
      yield* meanwhile(say("/xml", sale(yield* code("paid"))))
      yield* erp.fault("reset")
      const buyer = { BuyerName: "示例公司", BuyerTaxNo: "91440101MA5CDUMMY1" }
      assert.strictEqual((yield* say("/xml", invoice(buyer))).RetCode, "P4")
      assert.strictEqual((yield* say("/xml", invoice(buyer))).RetCode, "P4")
      yield* pass("1 minute")
      const issued = yield* say("/xml", invoice())
      assert.deepStrictEqual([issued.RetCode, issued.TotalFee], ["00", "128.50"])
      assert.match(issued.InvoiceUrl ?? "", /^https:.*\.pdf$/)
      const { invoices } = yield* erp.ledger
      assert.strictEqual(invoices.length, 1)
      assert.strictEqual(invoices[0]?.fields.BuyerName, "示例公司")
    })
  )

  it.effect("is taken back with the money, and the rest invoiced anew for the same buyer", () =>
    Effect.gen(function* () {
      const { code, erp, say } = yield* open(database)
      yield* meanwhile(say("/xml", sale(yield* code("paid"))))
      yield* say("/xml", invoice())
      const refund = (TicketNo: string, RefundFee: string) =>
        meanwhile(say("/xml", refundOf(TicketNo, RefundFee)))
      yield* refund("R1", "28.50")
      yield* pass("2 minutes")
      const partly = (yield* erp.ledger).invoices
      assert.deepStrictEqual(
        partly.map(({ fields, redOf }) => [
          fields.TotalFee,
          redOf !== null,
          fields.Replaces !== undefined
        ]),
        [
          ["128.50", false, false],
          ["128.50", true, false],
          ["100.00", false, true]
        ]
      )
      assert.strictEqual((yield* say("/xml", invoice())).TotalFee, "100.00")

      yield* refund("R2", "100.00")
      yield* pass("2 minutes")
      const all = (yield* erp.ledger).invoices
      assert.strictEqual(all.length, 4)
      assert.strictEqual(all[3]?.redOf, all[2]?.number)
      assert.strictEqual((yield* say("/xml", invoice())).RetCode, "E5")
    })
  )

  it.effect("that is refused says why, and may be asked for with other details", () =>
    Effect.gen(function* () {
      const { code, erp, say, todos } = yield* open(database)
      yield* meanwhile(say("/xml", sale(yield* code("paid"))))
      yield* pass("1 minute")
      yield* erp.fault("refuse")
      yield* say("/xml", invoice({ BuyerTaxNo: "91440101MA5CDUMMY1" }))
      yield* pass("1 minute")
      const refused = yield* say("/xml", invoice({ BuyerTaxNo: "91440101MA5CDUMMY1" }))
      assert.deepStrictEqual([refused.RetCode, refused.RetMsg], ["F3", "开票被拒绝(F3 门店未开通)"])
      assert.deepStrictEqual(yield* todos, [])
      assert.strictEqual(
        (yield* say("/xml", invoice({ BuyerTaxNo: "91440101MA5CDUMMY2" }))).RetCode,
        "P4"
      )
      yield* pass("1 minute")
      assert.strictEqual((yield* say("/xml", invoice())).RetCode, "00")
      assert.strictEqual((yield* say("/xml", invoice({ BuyerTaxNo: "x" }))).RetCode, "E1")
    })
  )

  it.effect("is not offered where no old system makes them", () =>
    Effect.gen(function* () {
      const { say } = yield* openWorld(database)
      assert.strictEqual((yield* say("/xml", invoice())).RetMsg, "门店未开通电子发票")
    })
  )
})
