import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Schema } from "effect"
import { route } from "../../../core/plugin/route.ts"
import { ask, doorWith, json } from "../../support/door.ts"

const order = route.post("/orders/:id/items/:item", {
  input: {
    id: Schema.String,
    item: Schema.Int,
    amount: Schema.Int.check(Schema.isGreaterThan(0)),
    note: Schema.optional(Schema.String)
  },
  output: Schema.Struct({ id: Schema.String, item: Schema.Int, amount: Schema.Int }),
  handle: (input) => Effect.succeed({ ...input, secret: "stays" })
})

const asked = {
  plate: Schema.String,
  page: Schema.optional(Schema.Int),
  kind: Schema.optional(Schema.Array(Schema.String))
}
const search = route.get("/search", {
  input: asked,
  output: Schema.Struct(asked),
  handle: (input) => Effect.succeed(input)
})

const door = doorWith([order, search])

const detailOf = (problem: unknown) => (problem as { detail: string }).detail

describe("what a handler is given", () => {
  it.effect("path and body are one flat record, and the path wins", () =>
    Effect.gen(function* () {
      const body = json({ amount: 3, id: "other", item: 9 })
      const told = yield* ask(door, "/orders/a%20b/items/7", body)
      assert.deepStrictEqual(told.json, { id: "a b", item: 7, amount: 3 })
    })
  )

  it.effect("a query is decoded field by field, and a name that comes twice is a list", () =>
    Effect.gen(function* () {
      const told = yield* ask(door, "/search?plate=%E4%BA%ACA1&page=2&kind=a&kind=b&other=1")
      assert.deepStrictEqual(told.json, { plate: "京A1", page: 2, kind: ["a", "b"] })
      assert.strictEqual((yield* ask(door, "/search?plate=a&plate=b")).status, 400)
    })
  )

  it.effect("no body is a record without fields", () =>
    Effect.gen(function* () {
      const pay = route.post("/fines/:id/payment", {
        input: { id: Schema.String },
        output: Schema.String,
        handle: ({ id }) => Effect.succeed(id)
      })
      const told = yield* ask(doorWith([pay]), "/fines/42/payment", { method: "POST" })
      assert.strictEqual(told.json, "42")
    })
  )

  it.effect("wrong fields are all named, and what they held is not repeated", () =>
    Effect.gen(function* () {
      const told = yield* ask(door, "/orders/1/items/x", json({ amount: -3, note: 4711 }))
      assert.strictEqual(told.status, 400)
      assert.strictEqual(told.headers.get("content-type"), "application/problem+json")
      const detail = detailOf(told.json)
      assert.deepStrictEqual(told.json, {
        type: "urn:weir:problem:InvalidRequest",
        title: "InvalidRequest",
        status: 400,
        detail,
        instance: told.headers.get("x-request-id")
      })
      assert.match(detail, /^item: .+; amount: .+ greater than 0; note: .+$/)
      assert.notInclude(detail, "4711")
    })
  )

  it.effect("a large input is told the first thing wrong with it, not the last", () =>
    Effect.gen(function* () {
      const body = json({ amount: 0, note: 1, more: "x".repeat(10_000) })
      const told = yield* ask(door, "/orders/1/items/1", body)
      assert.match(detailOf(told.json), /^amount: [^;]+$/)
    })
  )

  it.effect.each([
    ["a number where text is due", { amount: 1, note: 0 }],
    ["text where a number is due", { amount: "1" }],
    ["a number no float can hold", '{"amount":9007199254740993}'],
    ["a fraction", { amount: 0.5 }],
    ["an object where text is due", { amount: 1, note: {} }]
  ])("%s is refused", ([, body]) =>
    Effect.gen(function* () {
      assert.strictEqual((yield* ask(door, "/orders/1/items/1", json(body))).status, 400)
    })
  )

  it.effect.each([
    ["is not JSON", "{", /not JSON/],
    ["is a list", "[]", /JSON object/],
    ["is null", "null", /JSON object/],
    ["is text", '"a"', /JSON object/],
    ["says a field twice", '{"amount":1,"amount":2}', /same key twice/],
    ["has a prototype", '{"amount":1,"__proto__":{"note":"x"}}', /__proto__/],
    ["is a thousand levels deep", `{"a":${"[".repeat(1000)}${"]".repeat(1000)}}`, /too deeply/],
    ["is not UTF-8", '{"note":"\ufffd"}', /UTF-8/]
  ] as const)("a body that %s is refused", ([, body, reason]) =>
    Effect.gen(function* () {
      const told = yield* ask(door, "/orders/1/items/1", json(body))
      assert.strictEqual(told.status, 400)
      assert.match(detailOf(told.json), reason)
    })
  )

  it.effect.each([
    [undefined, 415],
    ["text/plain", 415],
    ["application/x-www-form-urlencoded", 415],
    ["application/json; charset=gbk", 415],
    ["application/json, text/plain", 415],
    ["application/json;charset=UTF-8", 200],
    ["application/vnd.weir+json", 200]
  ] as const)("a body of type %s is answered %i", ([type, status]) =>
    Effect.gen(function* () {
      const told = yield* ask(door, "/orders/1/items/1", {
        method: "POST",
        headers: type === undefined ? {} : { "content-type": type },
        body: new TextEncoder().encode('{"amount":1}')
      })
      assert.strictEqual(told.status, status)
    })
  )
})

describe("what leaves", () => {
  it.effect("what is not declared stays, and what JSON has no word for is encoded", () =>
    Effect.gen(function* () {
      const when = route.get("/when", {
        output: Schema.Struct({ at: Schema.DateTimeUtc, fee: Schema.BigInt }),
        handle: () =>
          Effect.succeed({ at: DateTime.makeUnsafe(0), fee: 12n, openid: "never declared" })
      })
      const told = yield* ask(doorWith([when]), "/when")
      assert.deepStrictEqual(told.json, { at: "1970-01-01T00:00:00.000Z", fee: "12" })
    })
  )

  it.effect("JSON is not kept, not guessed at, and carries the request id", () =>
    Effect.gen(function* () {
      const { headers } = yield* ask(door, "/search?plate=a")
      assert.strictEqual(headers.get("content-type"), "application/json")
      assert.strictEqual(headers.get("cache-control"), "no-store")
      assert.strictEqual(headers.get("x-content-type-options"), "nosniff")
      assert.match(headers.get("x-request-id") ?? "", /^[0-9a-f]{16}$/)
    })
  )
})
