import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Fallback, type FallbackMessage } from "../../../core/notices/fallback.ts"
import { eachDatabase } from "../../support/database.ts"
import { openShop } from "../../support/notices.ts"
import { pass } from "../../support/world.ts"

/** A provider of another way, who keeps what went out. */
const provider = (answer: Effect.Effect<boolean>) => {
  const sent: Array<FallbackMessage> = []
  const send = (message: FallbackMessage) =>
    Effect.suspend(() => {
      sent.push(message)
      return answer
    })
  return { sent, service: Fallback.of({ send }) }
}

/** Somebody whom no channel of WeChat's reaches, and who gave a phone. */
const tellStranger = Effect.fnUntraced(function* (
  shop: Effect.Success<ReturnType<typeof openShop>>
) {
  yield* shop.map()
  const { customer } = yield* shop.person({ follows: false })
  yield* shop.customers.learn(customer, { phone: "13800138000" })
  yield* shop.tell(customer, "k-1")
})

eachDatabase("another way than WeChat's", (database) => {
  it.effect("tells those whom WeChat does not reach, once", () => {
    const { sent, service } = provider(Effect.succeed(true))
    return Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* tellStranger(shop)
      yield* pass("1 minute")
      assert.lengthOf(sent, 1)
      assert.strictEqual(sent[0]?.phone, "13800138000")
      assert.containsSubset(yield* shop.state("k-1"), { state: "sent" })
    }).pipe(Effect.provideService(Fallback, service))
  })

  it.effect("that is not there for somebody leaves them untold, and says why", () => {
    const { sent, service } = provider(Effect.succeed(false))
    return Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* tellStranger(shop)
      assert.lengthOf(sent, 1)
      assert.containsSubset(yield* shop.state("k-1"), { state: "failed" })
    }).pipe(Effect.provideService(Fallback, service))
  })

  it.effect("is not gone twice where the process died in between", () => {
    const { sent, service } = provider(Effect.never)
    return Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* tellStranger(shop)
      assert.lengthOf(sent, 1)
      yield* shop.restart
      yield* pass("1 minute")
      assert.lengthOf(sent, 1)
      assert.containsSubset(yield* shop.state("k-1"), { state: "unknown" })
    }).pipe(Effect.provideService(Fallback, service))
  })
})
