import { assert, describe, it } from "@effect/vitest"
import { type Context, Deferred, Effect, Exit, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import type { PublicError } from "../../../core/errors.ts"
import { route } from "../../../core/plugin/route.ts"
import { ask, doorWith } from "../../support/door.ts"
import { logbook } from "../../support/logbook.ts"

class SoldOut extends Schema.TaggedError<SoldOut>()("SoldOut", { item: Schema.String }) {
  readonly status = 409
  override readonly message = `${this.item} is sold out`
}

class StorageFailed extends Schema.TaggedError<StorageFailed>()("StorageFailed", {
  cause: Schema.Defect()
}) {}

const doorThat = <E extends PublicError>(
  handle: () => Effect.Effect<Schema.Json, E>,
  context?: Context.Context<never>
) => doorWith([route.get("/do", { output: Schema.Json, handle })], context)

describe("a handler that fails", () => {
  it.effect("tells an error of its own with that error's status", () =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const door = doorThat(() => new SoldOut({ item: "Seat 12A" }), log.context)
      const told = yield* ask(door, "/do")
      assert.deepStrictEqual(told.json, {
        type: "urn:weir:problem:SoldOut",
        title: "SoldOut",
        status: 409,
        detail: "Seat 12A is sold out",
        instance: told.headers.get("x-request-id")
      })
      assert.deepStrictEqual(
        (yield* log.events).map(({ level }) => level),
        ["info"]
      )
    })
  )

  it.effect.each([
    ["dies", () => Effect.die(new Error("key 4711 at /etc/weir"))],
    [
      "throws",
      () => {
        throw new Error("key 4711 at /etc/weir")
      }
    ],
    [
      "answers what it has not declared",
      () => Effect.succeed((() => "key 4711 at /etc/weir") as never)
    ],
    [
      "fails with something no caller may hear",
      () => Effect.fail({ _tag: "Odd", message: "key 4711 at /etc/weir" } as never)
    ]
  ] as const)("that %s is told apart from the caller's faults, and nothing leaks", ([, handle]) =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const told = yield* ask(doorThat(handle, log.context), "/do")
      assert.strictEqual(told.status, 500)
      assert.notMatch(told.text, /4711|etc/)
      const error = (yield* log.events).find(({ level }) => level === "error")
      assert.strictEqual(error?.request, told.headers.get("x-request-id"))
      assert.isString(error?.cause)
    })
  )

  it.effect("for want of storage asks the caller to come again", () =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const died = Effect.die(new StorageFailed({ cause: new Error("disk full at /dev/sda") }))
      const told = yield* ask(
        doorThat(() => died, log.context),
        "/do"
      )
      assert.strictEqual(told.status, 503)
      assert.notInclude(told.text, "/dev")
      assert.include((yield* log.lines).join(), "disk full")
    })
  )

  it.effect("has logged with the request's id on the way", () =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const told = yield* ask(
        doorThat(() => Effect.as(Effect.logInfo("looked"), 1), log.context),
        "/do"
      )
      const [looked] = yield* log.events
      assert.strictEqual(looked?.request, told.headers.get("x-request-id"))
    })
  )
})

describe("a handler that waits", () => {
  it.effect("is answered for when its time is up, and stopped", () =>
    Effect.gen(function* () {
      const end = yield* Deferred.make<Exit.Exit<unknown, unknown>>()
      const door = doorThat(
        () => Effect.onExit(Effect.never, (exit) => Deferred.succeed(end, exit)),
        yield* Effect.context<never>()
      )
      const asked = yield* Effect.forkChild(ask(door, "/do"), { startImmediately: true })
      yield* TestClock.adjust("30 seconds")
      const told = yield* Fiber.join(asked)
      assert.strictEqual(told.status, 503)
      assert.include(told.text, "TookTooLong")
      assert.isTrue(Exit.hasInterrupts(yield* Deferred.await(end)))
    })
  )

  it.effect("is stopped when its caller goes away, which is no error", () =>
    Effect.gen(function* () {
      const log = yield* logbook()
      const began = yield* Deferred.make<void>()
      const end = yield* Deferred.make<Exit.Exit<unknown, unknown>>()
      const wait = Deferred.succeed(began, undefined).pipe(
        Effect.andThen(Effect.never),
        Effect.onExit((exit) => Deferred.succeed(end, exit))
      )
      const caller = new AbortController()
      const door = doorThat(() => wait, log.context)
      const asked = yield* Effect.forkChild(ask(door, "/do", { signal: caller.signal }))
      yield* Deferred.await(began)
      caller.abort()
      assert.isTrue(Exit.hasInterrupts(yield* Deferred.await(end)))
      yield* Fiber.await(asked)
      assert.deepInclude((yield* log.events)[0], { msg: "answered", level: "info", status: 499 })
    })
  )

  it.effect("has all the time it needs within the limit", () =>
    Effect.gen(function* () {
      const door = doorThat(
        () => Effect.as(Effect.sleep("29 seconds"), "late"),
        yield* Effect.context<never>()
      )
      const asked = yield* Effect.forkChild(ask(door, "/do"), { startImmediately: true })
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual((yield* Fiber.join(asked)).json, "late")
    })
  )
})
