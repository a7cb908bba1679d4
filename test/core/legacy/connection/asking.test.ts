import { assert, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { eachDatabase } from "../../../support/database.ts"
import { connect, ground, newNetwork, openErp, save, view } from "../../../support/old-erp.ts"
import { passIn, settle } from "../../../support/settling.ts"

const host = "http://erp.test"
const other = "http://other.test"
const bill = { no: "R-1", amount: 100 }

eachDatabase("an old system that is asked", (database) => {
  const open = () => {
    const network = newNetwork()
    return { network, erp: openErp(host, network), ground: ground(database, network) }
  }

  it.effect("answers what was asked, over one session for all that wait", () => {
    const { erp, ground } = open()
    return Effect.gen(function* () {
      const { ask } = yield* connect(host)
      yield* Effect.all(
        Array.from({ length: 20 }, (_, at) => ask(save, { no: `R-${at}`, amount: at })),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(erp.bills.length, 20)
      assert.strictEqual(erp.sessions, 1)
      assert.deepStrictEqual(yield* ask(view, { no: "R-7" }), { bill: { no: "R-7", amount: 7 } })
    }).pipe(Effect.provide(ground))
  })

  it.effect("a lost session is opened again, once for all; what only reads is asked again", () => {
    const { erp, ground } = open()
    return Effect.gen(function* () {
      const { ask } = yield* connect(host)
      yield* ask(save, bill)
      erp.forgetSession()
      yield* Effect.all(
        Array.from({ length: 7 }, () => ask(view, { no: "R-1" })),
        { concurrency: "unbounded" }
      )
      assert.strictEqual(erp.sessions, 2)
      assert.notInclude(erp.seen.slice(2), "save")
    }).pipe(Effect.provide(ground))
  })

  it.effect("a write whose session was lost is looked up before it is sent again", () => {
    const { erp, ground } = open()
    return Effect.gen(function* () {
      const { ask } = yield* connect(host)
      erp.fault("save", "lost session")
      yield* ask(save, bill)
      assert.deepStrictEqual(erp.seen, ["login", "save", "login", "view", "save"])
      assert.deepStrictEqual(erp.bills, [bill])
    }).pipe(Effect.provide(ground))
  })

  it.effect("a write that was done, and whose answer was lost, is found and not sent again", () => {
    const { erp, ground } = open()
    return Effect.gen(function* () {
      const { ask } = yield* connect(host)
      erp.fault("save", "break")
      assert.deepStrictEqual(yield* ask(save, bill), { bill })
      assert.deepStrictEqual(erp.seen, ["login", "save", "view"])
      assert.deepStrictEqual(erp.bills, [bill])
    }).pipe(Effect.provide(ground))
  })

  it.effect("a write nobody has word of is unknown, never sent again by itself", () => {
    const { erp, ground } = open()
    return Effect.gen(function* () {
      const { ask } = yield* connect(host)
      erp.fault("save", "swallow")
      const failure = yield* Effect.flip(ask(save, bill))
      assert.strictEqual(failure._tag, "OutcomeUnknown")
      assert.deepStrictEqual(erp.seen, ["login", "save", "view"])
    }).pipe(Effect.provide(ground))
  })

  it.effect("HTTP 200 with a refusal is refused, and with an error page unknown", () => {
    const { erp, ground } = open()
    return Effect.gen(function* () {
      const { ask } = yield* connect(host)
      erp.fault("save", "refuse")
      const refused = yield* Effect.flip(ask(save, bill))
      assert.deepStrictEqual([refused._tag, refused.reason], ["Refused", "客户编码不存在"])
      erp.fault("view", "html")
      const unknown = yield* Effect.flip(ask(view, { no: "R-1" }))
      assert.strictEqual(unknown._tag, "OutcomeUnknown")
      assert.match(unknown.reason, /Expected JSON/)
      erp.fault("save", "busy")
      assert.strictEqual((yield* Effect.flip(ask(save, bill)))._tag, "NotReached")
      assert.deepStrictEqual(erp.bills, [])
    }).pipe(Effect.provide(ground))
  })

  it.effect("a name that cannot be reached is not reached: nothing happened", () => {
    const { ground } = open()
    return Effect.gen(function* () {
      const { ask } = yield* connect("http://nobody.test")
      assert.strictEqual((yield* Effect.flip(ask(save, bill)))._tag, "NotReached")
    }).pipe(Effect.provide(ground))
  })

  it.effect("one that is dead is left alone for a while, and others do not feel it", () => {
    const { erp, ground, network } = open()
    const well = openErp(other, network)
    return Effect.gen(function* () {
      const dead = yield* connect(host)
      const alive = yield* connect(other, { name: "other" })
      yield* dead.ask(view, { no: "R-1" })
      erp.fault("*", "dead")
      for (let asked = 0; asked < 30; asked++) yield* Effect.flip(dead.ask(view, { no: "R-1" }))
      assert.strictEqual(erp.seen.filter((path) => path === "view").length, 1 + 5)
      yield* alive.ask(save, bill)
      assert.deepStrictEqual(well.bills, [bill])

      erp.heal()
      assert.strictEqual((yield* Effect.flip(dead.ask(view, { no: "R-1" })))._tag, "NotReached")
      yield* TestClock.adjust("15 seconds")
      assert.deepStrictEqual(yield* dead.ask(view, { no: "R-1" }), {})
    }).pipe(Effect.provide(ground))
  })

  it.effect("no more begin in a second than it bears, and all come to their turn", () => {
    const { erp, ground } = open()
    return Effect.gen(function* () {
      const { ask } = yield* connect(host, { limits: { perSecond: 2 } })
      const asking = yield* Effect.forkChild(
        Effect.all(
          Array.from({ length: 6 }, (_, at) => ask(view, { no: `R-${at}` })),
          { concurrency: "unbounded" }
        )
      )
      yield* settle
      yield* passIn(100, "1 second")
      assert.strictEqual(erp.seen.filter((path) => path === "view").length, 3)
      yield* passIn(100, "2 seconds")
      yield* Fiber.join(asking)
      assert.strictEqual(erp.seen.filter((path) => path === "view").length, 6)
    }).pipe(Effect.provide(ground))
  })

  it.effect("who waits longer for a turn than for an answer hears that nothing was sent", () => {
    const { ground } = open()
    return Effect.gen(function* () {
      const { ask } = yield* connect(host, { limits: { perSecond: 0.01 } })
      yield* ask(view, { no: "R-0" })
      const waiting = yield* Effect.forkChild(Effect.flip(ask(save, bill)))
      yield* passIn(1_000, "11 seconds")
      assert.strictEqual((yield* Fiber.join(waiting))._tag, "NotReached")
    }).pipe(Effect.provide(ground))
  })
})
