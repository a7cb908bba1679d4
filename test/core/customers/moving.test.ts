import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Customers } from "../../../core/customers/customers.ts"
import { eachDatabase } from "../../support/database.ts"
import { openWorld, pass } from "../../support/world.ts"

const move = (account: string, from: string) =>
  new Request("http://operator.test/customers/move", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ account, from })
  })

eachDatabase("people whose account moved to another body", (database) => {
  it.effect("are known at the one that took its place, and nothing of theirs is lost", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const { appid, miniAppid } = world.credentials
      const { users } = yield* world.control("GET", "/users")
      const { openidList } = yield* world.control("POST", "/users", { count: 120 })
      // What each of them is called at the former account, WeChat alone can tell at the new one.
      const people = [...users.map((one: { openid: string }) => one.openid), ...openidList]
      const former: Array<string> = []
      for (const openid of people.slice(0, 110)) {
        const { code } = yield* world.control("POST", `/users/${openid}/authorize`, {
          appid: miniAppid
        })
        const answer = yield* world.sandbox(
          new Request(
            `http://127.0.0.1:3003/sns/jscode2session?${new URLSearchParams({
              appid: miniAppid,
              secret: world.credentials.miniSecret,
              js_code: code,
              grant_type: "authorization_code"
            })}`
          )
        )
        former.push((yield* Effect.promise(() => answer.json())).openid)
      }
      const known = yield* world.within(
        Customers.use((customers) =>
          Effect.forEach([...former, "oNobodyWechatKnows"], (openid) =>
            customers.recognise({ appid: miniAppid }, { openid })
          )
        )
      )

      const unknown = yield* world.operator(move("nowhere", miniAppid))
      assert.strictEqual(unknown.status, 404)
      const begun = yield* world.operator(move("main", miniAppid))
      assert.strictEqual(begun.status, 200)
      yield* pass("5 seconds")

      const now = yield* world.within(
        Customers.use((customers) =>
          Effect.forEach(known, (customer) => customers.openidOf(customer, appid))
        )
      )
      assert.deepStrictEqual(now, [...people.slice(0, 110), undefined])
      const todos = yield* world.todos
      const [told] = todos.filter(({ kind }) => kind === "account.moved")
      assert.strictEqual(
        told?.detail,
        `110 people of ${miniAppid} are known at account main now; of 1 WeChat could not tell`
      )

      // Once more it finds them all where they are.
      yield* world.operator(move("main", miniAppid))
      yield* pass("5 seconds")
      const again = yield* world.within(
        Customers.use((customers) => customers.recognise({ appid }, { openid: people[0] ?? "" }))
      )
      assert.strictEqual(again, known[0])
    })
  )
})
