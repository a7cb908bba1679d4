import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { Database } from "../../../core/database/database.ts"
import { openTodos } from "../../../core/tasks/todos.ts"
import { ok, one, openApi, refusal, send } from "./platform.ts"

describe("the token's own troubles", () => {
  it.effect.each([40001, 40014, 42001])(
    "%i on a call: the token is renewed and the call made once more, also a send",
    (code) =>
      Effect.gen(function* () {
        const opened = yield* openApi(({ query }) =>
          query.access_token === "TOKEN-1" ? refusal(code) : ok()
        )
        let given = 0
        opened.token = () => ({ json: { access_token: `TOKEN-${++given}`, expires_in: 7_200 } })
        assert.strictEqual(yield* opened.api.ask(one, send()), "1")
        assert.deepStrictEqual(
          opened.requests.map(({ query }) => query.access_token),
          ["TOKEN-1", "TOKEN-2"]
        )
      })
  )

  it.effect("a token that stays bad ends the call after one renewal", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(1_000_000)
      const { api, requests, tokenRequests } = yield* openApi(() => refusal(40001))
      const failure = yield* Effect.flip(api.ask(one, send()))
      assert.deepInclude(failure, { code: 40001, class: "T" })
      assert.strictEqual(requests.length, 2)
      // WeChat gave out what it refuses, so it was made to give another.
      assert.deepStrictEqual(
        tokenRequests.map(({ json }) => json.force_refresh),
        [false, false, true]
      )
    })
  )

  it.effect("a wrong secret is a person's to mend: told once, and WeChat is not stormed", () =>
    Effect.gen(function* () {
      const opened = yield* openApi(() => ok())
      opened.token = () => refusal(40001, "invalid credential rid: 12345678")
      for (let i = 0; i < 5; i++) {
        const failure = yield* Effect.flip(opened.api.ask(one, send()))
        assert.deepInclude(failure, { code: 40001, class: "C" })
      }
      assert.strictEqual(opened.tokenRequests.length, 1)
      assert.strictEqual(opened.requests.length, 0)
    })
  )

  it.effect("our address is not on the list: a to-do with the address, settled once it is", () =>
    Effect.gen(function* () {
      const opened = yield* openApi(() => ok())
      const todos = Effect.provideContext(
        Database.use((database) => database.read((sql) => openTodos(sql))),
        opened.context
      )
      opened.token = () =>
        refusal(
          40164,
          "invalid ip 203.0.113.9 ipv6 ::ffff:203.0.113.9, not in whitelist rid: abcdefgh"
        )
      const failure = yield* Effect.flip(opened.api.ask(one, send()))
      assert.match("message" in failure ? failure.message : "", /203\.0\.113\.9/)
      const [todo] = yield* todos
      assert.deepInclude(todo, { kind: "wechat.token", subject: "main/40164" })
      assert.match(todo?.detail ?? "", /Account main: .*IP whitelist.*203\.0\.113\.9/)

      yield* TestClock.adjust("11 seconds")
      opened.token = () => ({ json: { access_token: "TOKEN-1", expires_in: 7_200 } })
      yield* opened.api.ask(one, send())
      assert.deepStrictEqual(yield* todos, [])
    })
  )
})
