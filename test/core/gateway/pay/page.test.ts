import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { eachDatabase } from "../../../support/database.ts"
import { openRental, stateOf } from "../../../support/pay-page.ts"
import { pass } from "../../../support/world.ts"

eachDatabase("the pay page", (database) => {
  it.effect("shows a computer a code by itself, and the payment once somebody has scanned it", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { deposit } = yield* rental.rent()
      const computer = rental.device("computer")
      const page = yield* computer.open(deposit)
      assert.strictEqual(page.status, 200, page.text)
      assert.strictEqual(stateOf(page), "paying")
      for (const text of ["<svg", "¥200.00", "租车押金", "GZ0013"]) assert.include(page.text, text)
      assert.isBelow(Buffer.byteLength(page.text), 50_000)
      assert.isEmpty(page.text.match(/ on\w+=/g) ?? [])
      assert.isEmpty(page.text.match(/<script(?![^>]* src=)/g) ?? [])

      const again = yield* computer.open(deposit)
      assert.strictEqual((yield* rental.orders).length, 1, "a reload is the same order")
      assert.strictEqual(
        /<svg.*?<\/svg>/s.exec(again.text)?.[0],
        /<svg.*?<\/svg>/s.exec(page.text)?.[0]
      )
      yield* rental.payer()
      yield* pass("2 seconds")
      const paid = yield* computer.look(deposit)
      assert.strictEqual(paid.state, "paid")
      assert.include(paid.html, "支付成功")
    })
  )

  it.effect("draws another code when the first has grown too old, without a reload", () =>
    Effect.gen(function* () {
      const rental = yield* openRental(database)
      const { deposit } = yield* rental.rent({ payWithin: 86_400 })
      const computer = rental.device("computer")
      const first = yield* computer.look(deposit)
      yield* TestClock.adjust("110 minutes")
      const second = yield* computer.look(deposit)
      assert.notStrictEqual(second.mark, first.mark)
      assert.notStrictEqual(second.html, first.html)
      assert.include(second.html, "<svg")
    })
  )
})
