import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Customers } from "../../../core/customers/customers.ts"
import { mini, poolIn, recognise, shop, write } from "../../support/customers.ts"
import { eachDatabase, stands } from "../../support/database.ts"

const canaries = {
  openid: "oCANARYopenid0123456789abcde",
  mini: "mCANARYopenid0123456789abcde",
  unionid: "uCANARYunionid0123456789abcd",
  phone: "13811112222",
  member: "CANARY-MEMBER-4711",
  nickname: "金丝雀小明",
  avatar: "https://canary.example/avatar",
  name: "CANARY 王小明",
  reference: "京A·CANARY-4711",
  number: "4200001234CANARY",
  text: "我的地址是金丝雀路",
  fact: "CANARY-FACT"
}

eachDatabase("a copy of the database", (database) => {
  it.effect("tells nothing of anybody, before they are forgotten and after", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      const { avatar, fact, member, name, nickname, openid, phone, text, unionid } = canaries
      const nothing = Effect.forEach(Object.entries(canaries), ([what, canary]) =>
        Effect.map(stands(url, canary), (found) => assert.isFalse(found, what))
      )
      const begin = Effect.gen(function* () {
        const { consents, exportOf, learn, link } = yield* Customers
        const customer = yield* recognise(shop, openid, unionid)
        yield* recognise(mini, canaries.mini, unionid)
        yield* learn(customer, { nickname, avatar, phone, name })
        yield* link(customer, { kind: "member", within: "erp", value: member }, "login")
        yield* consents.record(customer, { entity: "E", purpose: "marketing", place: "page" })
        yield* write(async (sql, { contacts, note }) => {
          await contacts.followed(sql, { appid: shop.appid, openid }, 0)
          await contacts.acted(sql, { appid: shop.appid, openid }, "message", 0)
          await contacts.subscribed(sql, { appid: shop.appid, openid }, "S", "one")
          await note(sql, customer, {
            kind: "paid",
            at: 0,
            reference: canaries.reference,
            paymentNumbers: [canaries.number],
            text,
            data: { fact },
            once: canaries.reference,
            keep: { until: 1e13, openUntil: 1e13 }
          })
        })
        // It is all there.
        const whole = JSON.stringify(yield* exportOf(customer))
        for (const canary of Object.values(canaries)) assert.include(whole, canary)
        assert.isTrue(yield* stands(url, shop.appid))
        yield* nothing
        return customer
      })
      const customer = yield* Effect.provide(begin, poolIn(url))
      yield* nothing

      const whole = yield* Customers.use(({ erase, exportOf }) =>
        Effect.andThen(erase(customer, "unsubscribe"), exportOf(customer))
      ).pipe(Effect.provide(poolIn(url)))
      yield* nothing
      const { fact: _, number, reference, ...gone } = canaries
      for (const canary of Object.values(gone)) assert.notInclude(JSON.stringify(whole), canary)
      for (const canary of [number, reference]) assert.include(JSON.stringify(whole), canary)
    })
  )
})
