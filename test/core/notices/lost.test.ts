import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { historyOf } from "../../../core/notices/store.ts"
import { eachDatabase } from "../../support/database.ts"
import { openShop } from "../../support/notices.ts"
import { pass } from "../../support/world.ts"

const isSend = ({ url }: { readonly url: string }) =>
  /message\/(template|subscribe|custom)\//.test(url)

eachDatabase("A notice whose sending was not answered", (database) => {
  it.effect("is repeated under its key within ten minutes, and read once", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      const { customer } = yield* shop.person()
      shop.network.weather = (request) => (isSend(request) ? "answer lost" : "fair")
      yield* shop.tell(customer, "k-1", { wait: "90 seconds" })
      assert.isAbove(shop.sends(), 1)
      shop.network.weather = () => "fair"
      yield* pass("2 minutes")
      assert.containsSubset(yield* shop.state("k-1"), { state: "delivered" })
      assert.strictEqual((yield* shop.seen).length, 1)
    })
  )

  it.effect("is unknown after that, and not sent again", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      const { customer } = yield* shop.person()
      shop.network.weather = (request) => (isSend(request) ? "lost" : "fair")
      yield* shop.tell(customer, "k-1", { wait: "12 minutes" })
      shop.network.weather = () => "fair"
      const asked = shop.sends()
      assert.containsSubset(yield* shop.state("k-1"), { state: "unknown" })
      assert.containsSubset(shop.done, [{ key: "k-1", state: "unknown" }])
      yield* pass("30 minutes")
      assert.strictEqual(shop.sends(), asked)
      assert.deepStrictEqual(yield* shop.seen, [])
    })
  )

  it.effect("by a channel without a key of WeChat's is never sent again; its result finds it", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map("subscription")
      const { customer, openid } = yield* shop.person()
      const templateId = shop.credentials.subscriptionTemplateId
      yield* shop.control("POST", `/users/${openid}/consent`, { templateId })
      yield* pass("2 seconds")
      shop.network.weather = (request) => (isSend(request) ? "answer lost" : "fair")
      yield* shop.tell(customer, "k-1", { wait: "10 seconds" })
      yield* pass("3 minutes")
      assert.strictEqual(shop.sends(), 1)
      assert.strictEqual((yield* shop.seen).length, 1)
      assert.containsSubset(yield* shop.state("k-1"), { state: "delivered" })
      const [row] = yield* shop.rows
      const history = yield* shop.read((sql) => historyOf(sql, row?.id ?? ""))
      assert.deepStrictEqual(
        history.map(({ to }) => to),
        ["waiting", "unknown", "delivered"]
      )
    })
  )

  it.effect("because the process died goes on after its restart, and is read once", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      const { customer } = yield* shop.person()
      shop.network.weather = (request) => (isSend(request) ? "answer lost" : "fair")
      yield* shop.tell(customer, "k-1", { wait: "1 second" })
      yield* shop.restart
      shop.network.weather = () => "fair"
      yield* pass("5 minutes")
      assert.containsSubset(yield* shop.state("k-1"), { state: "delivered" })
      assert.strictEqual((yield* shop.seen).length, 1)
    })
  )

  it.effect("waits while WeChat cannot be reached at all", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      const { customer } = yield* shop.person()
      shop.network.weather = (request) => (isSend(request) ? "refused" : "fair")
      yield* shop.tell(customer, "k-1", { wait: "10 seconds" })
      assert.containsSubset(yield* shop.state("k-1"), { state: "held" })
      shop.network.weather = () => "fair"
      yield* pass("2 minutes")
      assert.containsSubset(yield* shop.state("k-1"), { state: "delivered" })
    })
  )

  it.effect("is matched with a result that comes before the answer", () =>
    Effect.gen(function* () {
      const shop = yield* openShop(database)
      yield* shop.map()
      const { customer } = yield* shop.person()
      yield* shop.control("PUT", "/faults", { fault: "early", times: 2 })
      yield* shop.tell(customer, "k-1")
      assert.containsSubset(yield* shop.state("k-1"), { state: "delivered" })
      const { openid } = yield* shop.person()
      yield* shop.control("POST", `/users/${openid}/block`, {})
      const other = yield* shop.customers.recognise({ appid: shop.appid }, { openid })
      yield* shop.tell(other, "k-2")
      assert.containsSubset(yield* shop.state("k-2"), {
        state: "refused by user",
        why: "failed:user block"
      })
      yield* shop.tell(other, "k-3")
      assert.containsSubset(yield* shop.state("k-3"), { state: "refused by user", why: "blocked" })
    })
  )
})
