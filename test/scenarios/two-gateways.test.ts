import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  eventually,
  type Installation,
  install,
  kill,
  start,
  startSandbox
} from "../support/installation.ts"
import { mariadb, temporaryDatabaseOn } from "../support/server.ts"
import { house, post, sale } from "../support/store.ts"
import { wechatOf } from "../support/wechat.ts"

/** Two gateways that start at the same moment on one database that has never been used, and the WeChat they share. */
const open = Effect.gen(function* () {
  const DATABASE_URL = yield* temporaryDatabaseOn(mariadb)
  const WEIR_SEAL_KEY = Buffer.alloc(32, 7).toString("base64")
  const first = yield* install()
  const second = yield* install({ sandbox: first.ports.sandbox })
  const shared = (at: Installation): Installation => ({
    ...at,
    environment: { ...at.environment, DATABASE_URL, WEIR_SEAL_KEY }
  })
  const [one, other] = [shared(first), shared(second)]
  yield* startSandbox(one)
  const [gateway] = yield* Effect.all([start(one), start(other)], { concurrency: 2 })
  return { one, other, gateway, wechat: wechatOf(one) }
})

describe.skipIf(mariadb === "")("two gateways on one database", () => {
  it.live(
    "sell what comes to both at once once, and one goes on with what the other left behind",
    () =>
      Effect.gen(function* () {
        const { gateway, one, other, wechat } = yield* open
        for (let ticket = 0; ticket < 5; ticket++) {
          const message = yield* house.write(sale(`both-${ticket}`, yield* wechat.code("paid")))
          const [here, there] = yield* Effect.all(
            [post(one, "/pos/xml", message), post(other, "/pos/xml", message)],
            { concurrency: 2 }
          )
          assert.deepEqual(here, there)
          assert.strictEqual((yield* house.read(here)).RetCode, "00")
        }
        assert.lengthOf(yield* wechat.orders, 5)

        const message = yield* house.write(sale("left", yield* wechat.code("userpaying")))
        yield* Effect.forkChild(Effect.ignore(post(one, "/pos/xml", message)))
        const order = yield* eventually(
          "WeChat has the order",
          Effect.map(wechat.orders, (all) => all[5])
        )
        yield* kill(gateway)
        yield* wechat.pays(order.outTradeNo)
        const said = Effect.map(
          Effect.flatMap(post(other, "/pos/xml", message), house.read),
          ({ RetCode }) => (RetCode === "P1" || RetCode === "P2" ? undefined : RetCode)
        ).pipe(Effect.orElseSucceed(() => undefined))
        assert.strictEqual(yield* eventually("the till hears the end", said, "60 seconds"), "00")
        assert.lengthOf(yield* wechat.orders, 6)
      }),
    120_000
  )
})
