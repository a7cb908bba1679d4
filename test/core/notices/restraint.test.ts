import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { capOf, dayOf, isAdvertising, quietUntil } from "../../../core/notices/restraint.ts"
import { tables } from "../../../core/notices/store.ts"
import { eachDatabase } from "../../support/database.ts"
import { gate, openShop } from "../../support/notices.ts"
import { pass } from "../../support/world.ts"

const beijing = (text: string) => Date.parse(`${text}+08:00`)
const day = "2026-11-24T"

describe("restraint", () => {
  it.each([
    ["07:59:59.999", "2026-11-24T08:00:00"],
    ["08:00:00", undefined],
    ["21:59:59.999", undefined],
    ["22:00:00", "2026-11-25T08:00:00"],
    ["00:00:00", "2026-11-24T08:00:00"],
    ["23:59:59.999", "2026-11-25T08:00:00"]
  ])("at %s in Beijing keeps quiet until %s", (time, until) => {
    const end = quietUntil(beijing(`${day}${time}`))
    assert.strictEqual(end, until === undefined ? undefined : beijing(until))
  })

  it("counts days by Beijing's midnight", () => {
    const midnight = beijing("2026-11-25T00:00:00")
    assert.strictEqual(dayOf(midnight) - dayOf(midnight - 1), 1)
    assert.strictEqual(dayOf(midnight), dayOf(midnight + 86_399_999))
    assert.isTrue(Number.isInteger(dayOf(midnight)))
  })

  it.each([
    ["nobody objects", 5, { sent: 1_000, refused: 0, gone: 0 }, 0, 5],
    ["a hundredth refuses or goes", 5, { sent: 1_000, refused: 6, gone: 4 }, 0, 4],
    ["less than a hundredth does", 5, { sent: 1_000, refused: 5, gone: 4 }, 0, 5],
    ["one of the first few goes", 5, { sent: 3, refused: 0, gone: 1 }, 0, 4],
    ["this person refused twice", 5, { sent: 1_000, refused: 2, gone: 0 }, 2, 3],
    ["everybody goes", 5, { sent: 100, refused: 50, gone: 50 }, 0, 1],
    ["more is configured than anybody may", 50, { sent: 0, refused: 0, gone: 0 }, 0, 10]
  ])("when %s, %i a day become what is right", (_, perDay, all, refusedByThem, cap) => {
    assert.strictEqual(capOf(perDay, all, refusedByThem), cap)
  })

  it("tells selling from telling", () => {
    for (const text of ["全场五折", "领券立减", "见 https://x.example", "送您红包"])
      assert.isTrue(isAdvertising(text), text)
    for (const text of ["拿铁 x2", "抢购成功", "退款已到账", "航班 CZ3101 改到 B12"])
      assert.isFalse(isAdvertising(text), text)
  })
})

eachDatabase("Restraint", (database) => {
  it.effect("lets what is not urgent wait for the morning, and what is urgent go", () =>
    Effect.gen(function* () {
      const morning = beijing(`${day}08:00:00`)
      const shop = yield* openShop(database, morning - 20_000)
      yield* shop.map()
      const { customer } = yield* shop.person()
      yield* shop.tell(customer, "k-1")
      yield* shop.tell(customer, "k-2", { of: gate })
      const held = { state: "held", why: "quiet hours", heldUntil: morning } as const
      assert.containsSubset(yield* shop.state("k-1"), held)
      assert.containsSubset(yield* shop.state("k-2", gate), { state: "delivered" })
      yield* pass("15 seconds")
      assert.containsSubset(yield* shop.state("k-1"), { state: "delivered" })
    })
  )

  it.effect("sends a person no more than some a day, and the rest goes on in the morning", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      const { customer } = yield* shop.person()
      const keys = Array.from({ length: 6 }, (_, place) => `k-${place}`)
      yield* Effect.forEach(keys, (key) => shop.tell(customer, key, { wait: "0 seconds" }))
      yield* pass("3 seconds")
      assert.strictEqual((yield* shop.seen).length, 5)
      const held = (yield* shop.rows).filter(({ state }) => state === "held")
      assert.containsSubset(held, [
        { why: "enough for today", held_until: beijing("2026-11-25T08:00:00") }
      ])
      yield* shop.tell(customer, "k-9", { of: gate })
      assert.strictEqual((yield* shop.seen).length, 6, "what is urgent may still be told")
    })
  )

  it.effect("sends less where people went away after notices", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      yield* shop.write((sql) =>
        tables(sql)
          .insertInto("weir_notice_tally")
          .values({
            plugin: "shop",
            day: dayOf(beijing(`${day}12:00:00`)) - 7,
            sent: 40,
            refused: 2,
            gone: 1
          })
          .execute()
      )
      const { customer } = yield* shop.person()
      for (const key of ["k-1", "k-2", "k-3"]) yield* shop.tell(customer, key)
      assert.containsSubset(yield* shop.state("k-2"), { state: "delivered" })
      assert.containsSubset(yield* shop.state("k-3"), { state: "held", why: "enough for today" })
    })
  )

  it.effect("does not tell what is days old", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      const { customer } = yield* shop.person()
      yield* pass("61 seconds")
      yield* shop.tell(customer, "k-1")
      yield* shop.write((sql) =>
        tables(sql)
          .updateTable("weir_notices")
          .set({ created_at: beijing("2026-11-21T12:00:00") })
          .execute()
      )
      yield* shop.tell(customer, "k-2", { wait: "61 minutes" })
      assert.containsSubset(yield* shop.state("k-1"), { state: "failed", why: "too late" })
    })
  )
})
