import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { bestOf } from "../../../core/notices/mapping.ts"
import { bringBack } from "../../../core/tasks/store.ts"
import { eachDatabase } from "../../support/database.ts"
import { openShop, paid } from "../../support/notices.ts"
import { pass } from "../../support/world.ts"

const template = (id: string, title: string, ...lines: ReadonlyArray<string>) => ({
  id,
  title,
  content: lines.join("\n")
})

describe("the template for a notice", () => {
  const right = template(
    "right",
    "支付成功通知",
    "商品名称:{{thing1.DATA}}",
    "支付时间:{{time2.DATA}}",
    "金额:{{amount3.DATA}}"
  )
  it("has all its fields filled, by type and then by what they are called", () => {
    const other = template(
      "other",
      "退款通知",
      "退款金额:{{amount1.DATA}}",
      "退款时间:{{time2.DATA}}"
    )
    const needy = template(
      "needy",
      "支付成功通知",
      "金额:{{amount1.DATA}}",
      "车牌:{{car_number2.DATA}}"
    )
    const best = bestOf(paid, [needy, other, right])
    assert.strictEqual(best?.template.id, "right")
    assert.deepStrictEqual(best?.fields, { time2: "at", amount3: "amount", thing1: "what" })
    assert.deepStrictEqual(bestOf(paid, [needy])?.lacking, ["car_number2"])
  })

  it("is none from before fields had types", () => {
    const old = template("old", "支付成功通知", "{{first.DATA}}", "金额:{{keyword1.DATA}}")
    assert.isUndefined(bestOf(paid, [old]))
  })
})

eachDatabase("weir notices map", (database) => {
  it.effect("proposes, applies when asked to, and lets what waited go on", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      const { customer } = yield* shop.person()
      yield* pass("61 seconds")
      yield* shop.tell(customer, "k-1")
      const url = "http://127.0.0.1:3002/notices/templates"
      const ask = (init?: RequestInit) =>
        Effect.flatMap(shop.operator(new Request(url, init)), (reply) =>
          Effect.promise(() => reply.json())
        )
      const proposals = yield* ask()
      assert.containsSubset(proposals, [
        {
          kind: "template",
          plugin: "shop",
          notice: "paid",
          template: shop.credentials.templateId,
          state: "new",
          lacking: [],
          fields: { character_string1: "order", amount2: "amount", time3: "at", thing4: "what" }
        }
      ])
      assert.containsSubset(yield* shop.state("k-1"), { state: "held" })
      const apply = { method: "POST", headers: { "content-type": "application/json" } }
      yield* ask({ ...apply, body: '{"apply":true}' })
      yield* pass("3 seconds")
      assert.containsSubset(yield* shop.state("k-1"), { state: "delivered" })
      assert.notInclude(JSON.stringify(yield* shop.todos), "shop.paid")
      const states = (all: ReadonlyArray<{ notice: string; state: string }>) =>
        all.map(({ notice, state }) => `${notice} ${state}`).toSorted()
      assert.deepStrictEqual(
        states(yield* ask()),
        ["gate doubtful", "gate doubtful", "paid chosen", "paid chosen"],
        "what is about something else by its title is not chosen without a person"
      )
      const choice = { notice: "shop.gate", template: shop.credentials.templateId }
      yield* ask({ ...apply, body: JSON.stringify({ apply: true, choice }) })
      assert.deepStrictEqual(states(yield* ask()), [
        "gate chosen",
        "gate doubtful",
        "paid chosen",
        "paid chosen"
      ])
    })
  )

  it.effect("leaves to-dos every day: what is missing, gone, or used by nobody", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* pass("2 seconds")
      const kinds = Effect.map(shop.todos, (all) => all.map(({ kind }) => kind))
      assert.include(yield* kinds, "notice.unmapped")
      assert.include(yield* kinds, "notice.surplus")
      yield* shop.map("template", "x".repeat(43))
      yield* shop.write((sql) => bringBack(sql, 0, 86_400_000))
      yield* shop.restart
      yield* pass("2 seconds")
      assert.include(yield* kinds, "notice.gone")
      assert.notInclude(yield* kinds, "notice.unmapped")
    })
  )
})
