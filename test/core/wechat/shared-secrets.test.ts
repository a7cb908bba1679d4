import { assert, it } from "@effect/vitest"
import { type Context, Effect, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import type { Database } from "../../../core/database/database.ts"
import { Seal } from "../../../core/database/seal.ts"
import { NotSent } from "../../../core/transport.ts"
import { WechatApi } from "../../../core/wechat/api.ts"
import { wechatMigrations } from "../../../core/wechat/migrations.ts"
import { wechatServices } from "../../../core/wechat/services.ts"
import { type Fetch, SharedSecrets } from "../../../core/wechat/shared-secrets.ts"
import { done } from "../../../core/wechat/wire.ts"
import { databaseIn, eachDatabase, processesOn, stands } from "../../support/database.ts"
import { seal } from "../../support/journal.ts"
import { quietly } from "../../support/quiet.ts"
import { account } from "./account.ts"
import { hosts, makePlatform, migrations, refusal } from "./platform.ts"

type Process = Context.Context<SharedSecrets | Database>

/** Somebody who gives out values, and how often they were asked. */
const giver = (lives = 7_200) => {
  const state = { asked: 0, forced: 0, offline: false, value: 1, delay: 0 }
  const fetch: Fetch = Effect.fnUntraced(function* ({ force }) {
    state.asked++
    if (force) state.forced++
    if (force) state.value++
    if (state.delay > 0) yield* Effect.sleep(state.delay)
    if (state.offline) return yield* new NotSent({ reason: "ECONNREFUSED" })
    return { value: `CANARY-${state.value}`, lives }
  })
  return Object.assign(state, { fetch })
}

const get = (process: Process, fetch: Fetch) =>
  Effect.provideContext(
    SharedSecrets.use((secrets) => secrets.get("token:A", fetch)),
    process
  )
const reject = (process: Process, value: string) =>
  Effect.provideContext(
    SharedSecrets.use((secrets) => secrets.reject("token:A", value)),
    process
  )
const secrets = SharedSecrets.layer.pipe(Layer.provide(seal))

eachDatabase("a value that all processes share", (database) => {
  const two = Effect.fnUntraced(function* () {
    const begin = yield* processesOn(database, wechatMigrations)
    return [yield* begin(secrets), yield* begin(secrets)] as const
  })

  quietly("is fetched once, however many ask two gateways for it at once", () =>
    Effect.gen(function* () {
      const begin = yield* processesOn(database, migrations)
      const platform = makePlatform(() => ({ json: { errcode: 0 } }))
      platform.delay = 50
      const gateway = wechatServices([account()], hosts).pipe(Layer.provide([seal, platform.layer]))
      const gateways = [yield* begin(gateway), yield* begin(gateway)]
      const call = { method: "GET", path: "/cgi-bin/test", repeatable: true, read: done } as const
      yield* Effect.forEach(
        Array.from({ length: 1_000 }),
        (_, at) =>
          Effect.provideContext(
            WechatApi.use((api) => api.ask(account(), call)),
            gateways[at % 2] as (typeof gateways)[0]
          ),
        { concurrency: "unbounded", discard: true }
      )
      assert.strictEqual(platform.tokenRequests.length, 1)
      assert.strictEqual(platform.requests.length, 1_000)
      assert.deepStrictEqual(
        [...new Set(platform.requests.map(({ query }) => query.access_token))],
        ["TOKEN-1"]
      )
    })
  )

  quietly("that WeChat refuses to a thousand calls at once is renewed once", () =>
    Effect.gen(function* () {
      const begin = yield* processesOn(database, migrations)
      const platform = makePlatform(({ query }) =>
        query.access_token === "TOKEN-1" ? refusal(40001) : { json: { errcode: 0 } }
      )
      let given = 0
      platform.token = () => ({ json: { access_token: `TOKEN-${++given}`, expires_in: 7_200 } })
      const gateway = wechatServices([account()], hosts).pipe(Layer.provide([seal, platform.layer]))
      const gateways = [yield* begin(gateway), yield* begin(gateway)]
      const call = { method: "POST", path: "/cgi-bin/test", repeatable: false, read: done } as const
      yield* Effect.forEach(
        Array.from({ length: 1_000 }),
        (_, at) =>
          Effect.provideContext(
            WechatApi.use((api) => api.ask(account(), call)),
            gateways[at % 2] as (typeof gateways)[0]
          ),
        { concurrency: "unbounded", discard: true }
      )
      assert.strictEqual(given, 2)
      assert.strictEqual(
        platform.requests.filter(({ query }) => query.access_token === "TOKEN-2").length,
        1_000
      )
    })
  )

  it.effect("is fetched ahead of its end; meanwhile the old one serves", () =>
    Effect.gen(function* () {
      const [one, other] = yield* two()
      const wechat = giver()
      assert.strictEqual(yield* get(one, wechat.fetch), "CANARY-1")
      yield* TestClock.adjust("115 minutes")
      assert.strictEqual(yield* get(other, wechat.fetch), "CANARY-1")
      assert.strictEqual(wechat.asked, 1)
      // Four minutes before its end.
      yield* TestClock.adjust("1 minute")
      wechat.value = 2
      assert.strictEqual(yield* get(other, wechat.fetch), "CANARY-2")
      assert.strictEqual(wechat.asked, 2)
      // Who knows the old one only, learns of the new one within a minute.
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* get(one, wechat.fetch), "CANARY-2")
      assert.strictEqual(wechat.asked, 2)
    })
  )

  it.effect("outlives a WeChat that cannot be reached, for as long as it lives itself", () =>
    Effect.gen(function* () {
      const [one] = yield* two()
      const wechat = giver()
      yield* get(one, wechat.fetch)
      wechat.offline = true
      yield* TestClock.adjust("117 minutes")
      assert.strictEqual(yield* get(one, wechat.fetch), "CANARY-1")
      assert.strictEqual(yield* get(one, wechat.fetch), "CANARY-1")
      // Tried again after half a minute, not with every call.
      assert.strictEqual(wechat.asked, 2)
      yield* TestClock.adjust("3 minutes")
      const failure = yield* Effect.flip(get(one, wechat.fetch))
      assert.strictEqual(failure._tag, "NotSent")
    })
  )

  it.effect("once replaced, is not harmed by whoever still complains of the old one", () =>
    Effect.gen(function* () {
      const [one, other] = yield* two()
      const wechat = giver()
      yield* get(one, wechat.fetch)
      yield* get(other, wechat.fetch)
      wechat.value = 2
      yield* reject(one, "CANARY-1")
      assert.strictEqual(yield* get(one, wechat.fetch), "CANARY-2")
      yield* reject(other, "CANARY-1")
      yield* reject(one, "CANARY-1")
      assert.strictEqual(yield* get(other, wechat.fetch), "CANARY-2")
      assert.strictEqual(yield* get(one, wechat.fetch), "CANARY-2")
      assert.strictEqual(wechat.asked, 2)
    })
  )

  it.effect(
    "is forced out of WeChat where that gives again what it refused, twice a minute at most",
    () =>
      Effect.gen(function* () {
        const [one] = yield* two()
        const wechat = giver()
        yield* TestClock.setTime(1_000_000)
        const bad = yield* get(one, wechat.fetch)
        yield* reject(one, bad)
        assert.strictEqual(yield* get(one, wechat.fetch), "CANARY-2")
        assert.strictEqual(wechat.forced, 1)
        yield* reject(one, "CANARY-2")
        assert.strictEqual(yield* get(one, wechat.fetch), "CANARY-2")
        assert.strictEqual(wechat.forced, 1)
        yield* TestClock.adjust("31 seconds")
        yield* reject(one, "CANARY-2")
        assert.strictEqual(yield* get(one, wechat.fetch), "CANARY-3")
        assert.strictEqual(wechat.forced, 2)
      })
  )

  it.live("is fetched by another when whoever began was stopped", () =>
    Effect.gen(function* () {
      const begin = yield* processesOn(database, wechatMigrations)
      const wechat = giver()
      wechat.delay = 60_000
      const stopped = Effect.scoped(
        Effect.gen(function* () {
          const process = yield* begin(secrets)
          yield* Effect.forkScoped(get(process, wechat.fetch))
          while (wechat.asked === 0) yield* Effect.sleep("5 millis")
        })
      )
      yield* stopped
      wechat.delay = 0
      const other = yield* begin(secrets)
      assert.strictEqual(yield* get(other, wechat.fetch), "CANARY-1")
      assert.strictEqual(wechat.asked, 2)
    })
  )

  it.effect(
    "is fetched by another when whoever began died, and what the dead one brings is not stored",
    () =>
      Effect.gen(function* () {
        const begin = yield* processesOn(database, wechatMigrations)
        const [zombie, other] = [yield* begin(secrets), yield* begin(secrets)]
        let wake = () => {}
        let fetching = false
        const slow = Effect.callback<{ value: string; lives: number }>((resume) => {
          fetching = true
          wake = () => resume(Effect.succeed({ value: "CANARY-old", lives: 7_200 }))
        })
        yield* Effect.forkScoped(get(zombie, () => slow))
        while (!fetching) yield* Effect.promise(() => new Promise(setImmediate))
        yield* TestClock.adjust("15 seconds")
        const wechat = giver()
        assert.strictEqual(yield* get(other, wechat.fetch), "CANARY-1")
        wake()
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 50)))
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(yield* get(other, wechat.fetch), "CANARY-1")
      })
  )

  it.effect("is sealed at rest, and fetched anew where another key sealed it", () =>
    Effect.gen(function* () {
      const url = yield* database.place
      const context = yield* Layer.build(
        secrets.pipe(Layer.provideMerge(databaseIn(url, wechatMigrations)))
      )
      const wechat = giver()
      yield* get(context, wechat.fetch)
      assert.isFalse(yield* stands(url, "CANARY"))
      const otherKey = Seal.layer(Redacted.make(Buffer.alloc(32, 8).toString("base64")))
      const moved = yield* Layer.build(
        Layer.fresh(SharedSecrets.layer).pipe(
          Layer.provide(otherKey),
          Layer.provideMerge(Layer.succeedContext(context))
        )
      )
      assert.strictEqual(yield* get(moved, wechat.fetch), "CANARY-1")
      assert.strictEqual(wechat.asked, 2)
    })
  )
})
