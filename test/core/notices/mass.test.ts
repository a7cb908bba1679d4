import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { MassMessages } from "../../../core/notices/mass.ts"
import { massTables } from "../../../core/notices/mass-store.ts"
import { eachDatabase } from "../../support/database.ts"
import { openShop } from "../../support/notices.ts"
import { pass } from "../../support/world.ts"

const entity = "sandbox"
const agreed = { entity, purpose: "marketing", place: "page" }

eachDatabase("A mass message", (database) => {
  const open = Effect.gen(function* () {
    const shop = yield* openShop(database)
    const people = yield* Effect.forEach([1, 2, 3, 4], () => shop.person())
    for (const { customer } of people.slice(0, 3))
      yield* shop.customers.consents.record(customer, agreed)
    const send = (key: string) =>
      shop.within(
        MassMessages.use((mass) =>
          mass.send({ key, appid: shop.appid, entity, content: { kind: "text", text: "新店开业" } })
        )
      )
    const standing = (key: string) => shop.within(MassMessages.use((mass) => mass.standing(key)))
    const got = Effect.forEach(people, ({ openid }) =>
      Effect.map(
        shop.control("GET", `/users/${openid}/messages`),
        (chat) => JSON.stringify(chat).split("新店开业").length - 1
      )
    )
    return { ...shop, people, mass: send, standing, got }
  })

  it.effect("goes to those alone who agreed to hear from the legal entity, once for each key", () =>
    Effect.gen(function* () {
      const shop = yield* open
      yield* shop.mass("spring")
      yield* pass("5 seconds")
      yield* shop.mass("spring")
      yield* pass("5 seconds")
      assert.deepStrictEqual(yield* shop.got, [1, 1, 1, 0])
      assert.deepStrictEqual(yield* shop.standing("spring"), {
        state: "sent",
        people: 3,
        sent: 3,
        filtered: 0,
        failed: 0
      })
      const parts = yield* shop.read((sql) =>
        massTables(sql).selectFrom("weir_mass_parts").select("openids").execute()
      )
      assert.deepStrictEqual(parts, [{ openids: null }], "whom it went to is not kept")
      const told = yield* Effect.forEach(shop.people, ({ customer }) =>
        Effect.map(shop.customers.timeline(customer, { limit: 10 }), ({ items }) =>
          items.filter(({ kind }) => kind === "told").map(({ data }) => data)
        )
      )
      const once = [{ mass: "spring" }]
      assert.deepStrictEqual(told, [once, once, once, []], "their timelines say so")
    })
  )

  it.effect("leaves out who has had four this month, and who has changed their mind", () =>
    Effect.gen(function* () {
      const shop = yield* open
      for (const key of ["1", "2", "3", "4"]) {
        yield* shop.mass(key)
        yield* pass("4 seconds")
      }
      const late = yield* shop.person()
      yield* shop.customers.consents.record(late.customer, agreed)
      yield* shop.mass("5")
      yield* pass("4 seconds")
      assert.deepStrictEqual(yield* shop.got, [4, 4, 4, 0])
      assert.containsSubset(yield* shop.standing("5"), {
        state: "failed",
        why: "fewer than two people agreed to it"
      })
      const [first] = shop.people
      if (first === undefined) return
      yield* shop.write((sql) => massTables(sql).deleteFrom("weir_mass_counts").execute())
      yield* shop.customers.consents.withdraw(first.customer, agreed)
      yield* shop.mass("6")
      yield* pass("4 seconds")
      assert.containsSubset(yield* shop.standing("6"), { people: 3 })
      assert.strictEqual((yield* shop.got)[0], 4)
    })
  )

  it.effect("is not sent twice when WeChat's answer was lost", () =>
    Effect.gen(function* () {
      const shop = yield* open
      shop.network.weather = ({ url }) => (url.includes("/mass/") ? "answer lost" : "fair")
      yield* shop.mass("spring")
      yield* pass("1 minute")
      shop.network.weather = () => "fair"
      yield* pass("5 minutes")
      assert.deepStrictEqual(yield* shop.got, [1, 1, 1, 0])
      assert.containsSubset(yield* shop.standing("spring"), { state: "sent", sent: 3 })
    })
  )

  it.effect("of another legal entity is refused", () =>
    Effect.gen(function* () {
      const shop = yield* open
      const text = { kind: "text", text: "x" } as const
      const other = { key: "1", appid: shop.appid, entity: "Franchise Ltd", content: text }
      const refused = yield* Effect.flip(shop.within(MassMessages.use((mass) => mass.send(other))))
      assert.strictEqual(refused._tag, "OtherEntity")
    })
  )
})
