import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { eachDatabase } from "../../support/database.ts"
import { meanwhile, openWorld, pass, type World } from "../../support/world.ts"
import { hears, query, refund, reverse, sale, ticket } from "./till.ts"

const qr = { TranCode: "NATIVE", ...ticket, TotalFee: "66.00", Body: "天河城店" }

const shown = (world: World, where = "/qr") =>
  Effect.flatMap(world.write("/qr", qr), (bytes) =>
    Effect.map(meanwhile(world.post(where, bytes)), ({ value }) => value)
  )

const scanned = Effect.fnUntraced(function* (world: World) {
  const reply = yield* shown(world)
  return yield* world.read("/qr", reply.bytes)
})

/** Takes a QR that is paid back, asking for as long as it takes. */
const undone = Effect.fnUntraced(function* (world: World) {
  let heard = yield* hears(world, reverse)
  for (let asked = 0; heard.RetCode === "P2" && asked < 10; asked++) {
    yield* pass("10 seconds")
    heard = yield* hears(world, reverse)
  }
  return heard.RetCode
})

eachDatabase("a QR for the customer's display", (database) => {
  it.effect("that was paid and taken back stays so, however often its reversal is asked for", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* scanned(world)
      yield* world.payer()
      yield* pass("1 second")
      assert.strictEqual(yield* undone(world), "R0")
      assert.strictEqual(yield* undone(world), "R0")
      assert.lengthOf((yield* world.orders)[0]?.refunds ?? [], 1)
    })
  )

  it.effect("is given back for itself, whatever became of an earlier one under its ticket", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      for (const _ of ["first", "second"]) {
        yield* scanned(world)
        yield* world.payer()
        yield* pass("1 second")
        const paid = yield* hears(world, query)
        assert.include(paid, { RetCode: "00" })
        assert.notProperty(paid, "RefundFee")
        assert.strictEqual(yield* undone(world), "R0")
      }
      yield* scanned(world)
      // An open one is closed at once.
      assert.strictEqual(yield* undone(world), "R0")
      yield* scanned(world)
      yield* world.payer()
      yield* pass("1 second")
      assert.include(yield* hears(world, refund("372", "66.00")), { RetCode: "00" })
      assert.lengthOf(yield* world.kept, 0)
      assert.lengthOf(yield* world.todos, 0)
    })
  )

  it.effect("is paid by scanning it, and WeChat's notify tells us", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const asked = yield* scanned(world)
      assert.strictEqual(asked.RetCode, "P1")
      assert.match(asked.CodeUrl ?? "", /^weixin:\/\//)
      world.network.sent.length = 0
      yield* world.payer()
      yield* pass("1 second")
      const notifies = world.network.sent.filter(({ url }) => url.includes("/wechat/pay/notify/"))
      assert.lengthOf(notifies, 1)
      assert.lengthOf(yield* world.todos, 0)
      const queries = world.network.sent.length
      assert.include(yield* hears(world, query), { RetCode: "00", TotalFee: "66.00" })
      assert.strictEqual(world.network.sent.length, queries, "the answer was there already")
    })
  )

  it.effect("is found paid by our own query when every notify is lost", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* scanned(world)
      world.network.weather = ({ url }) => (url.includes("/notify/") ? "lost" : "fair")
      yield* world.payer()
      yield* pass("1 minute")
      assert.include(yield* hears(world, query), { RetCode: "00" })
    })
  )

  it.effect("that nobody paid is closed when its time is over, and another may be shown", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const first = yield* scanned(world)
      yield* pass("9 minutes")
      assert.strictEqual((yield* world.orders)[0]?.tradeState, "CLOSED")
      assert.strictEqual((yield* hears(world, query)).RetCode, "R0")
      assert.notStrictEqual((yield* scanned(world)).CodeUrl, first.CodeUrl)
    })
  )

  it.effect("is the same QR however often it is asked for", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const first = yield* shown(world)
      assert.deepEqual((yield* shown(world)).bytes, first.bytes)
      assert.lengthOf(yield* world.orders, 1)
    })
  )

  it.effect("comes as a picture or as a printer's bytes to whoever asks for those", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const { CodeUrl = "" } = yield* scanned(world)
      const svg = yield* shown(world, "/qr.svg")
      assert.strictEqual(svg.contentType, "image/svg+xml")
      assert.match(Buffer.from(svg.bytes).toString(), /^<svg [\s\S]*<\/svg>$/)
      const printed = yield* shown(world, "/qr.escpos")
      assert.strictEqual(printed.contentType, "application/octet-stream")
      assert.isTrue(Buffer.from(printed.bytes).includes(CodeUrl))
    })
  )

  it.effect("that is refused is refused in house XML, also to whoever wants a picture", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* scanned(world)
      const other = yield* world.write("/qr", { ...qr, TotalFee: "0.01" })
      const reply = (yield* meanwhile(world.post("/qr.svg", other))).value
      assert.match(reply.contentType ?? "", /^text\/xml/)
      assert.include(yield* world.read("/qr", reply.bytes), { RetCode: "E3" })
    })
  )

  it.effect("gives way to a scanned code under the same ticket, and nobody pays twice", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* scanned(world)
      const paid = yield* hears(world, sale(yield* world.code("paid"), "66.00"))
      assert.strictEqual(paid.RetCode, "00")
      const states = (yield* world.orders).map(({ tradeState }) => tradeState)
      assert.sameMembers(states, ["CLOSED", "SUCCESS"])
    })
  )

  it.effect("is closed when the till reverses it unpaid, and refunded when it was paid", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* scanned(world)
      assert.strictEqual((yield* hears(world, reverse)).RetCode, "R0")
      assert.strictEqual((yield* world.orders)[0]?.tradeState, "CLOSED")
      yield* scanned(world)
      yield* world.payer()
      yield* pass("1 second")
      let heard = yield* hears(world, reverse)
      for (let asked = 0; heard.RetCode === "P2" && asked < 3; asked++)
        heard = yield* hears(world, reverse)
      assert.strictEqual(heard.RetCode, "R0")
      const order = (yield* world.orders).find(({ refunds }) => refunds.length > 0)
      assert.strictEqual(order?.refunds[0]?.amount, 6_600)
    })
  )

  it.effect("can be refunded in part like any sale", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* scanned(world)
      yield* world.payer()
      yield* pass("1 second")
      assert.include(yield* hears(world, refund("372", "6.00")), { RetCode: "00" })
      assert.include(yield* hears(world, query), { RefundFee: "6.00" })
    })
  )
})

eachDatabase("a notify of WeChat Pay", (database) => {
  const notified = Effect.fnUntraced(function* (world: World) {
    yield* scanned(world)
    yield* world.payer()
    yield* pass("1 second")
    const sent = world.network.sent.find(({ url }) => url.includes("/notify/"))
    if (sent === undefined) throw new Error("WeChat told us nothing")
    return sent
  })

  const deliver = (
    world: World,
    to: string,
    headers: Readonly<Record<string, string>>,
    body: Uint8Array
  ) =>
    Effect.map(
      meanwhile(world.fetch(new Request(to, { method: "POST", headers, body: Buffer.from(body) }))),
      ({ value }) => value.status
    )

  it.effect("replayed a hundred times at once has no effect and is refused each time", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const { body = new Uint8Array(), headers, url } = yield* notified(world)
      const hundred = Array.from({ length: 100 }, () => deliver(world, url, headers, body))
      const statuses = yield* Effect.all(hundred, { concurrency: "unbounded" })
      assert.deepEqual([...new Set(statuses)], [409])
      assert.include(yield* hears(world, query), { RetCode: "00" })
      assert.lengthOf(yield* world.todos, 0)
    })
  )

  it.effect(
    "that WeChat itself repeats, signed anew, is acknowledged again and has one effect",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        yield* world.control("PUT", "/faults", { fault: "duplicate" })
        yield* scanned(world)
        yield* world.payer()
        yield* pass("3 seconds")
        const { notifies } = yield* world.control("GET", "/notifies")
        const statuses = notifies[0].deliveries.map(({ status }: { status: number }) => status)
        assert.deepEqual(statuses, [200, 200])
        assert.include(yield* hears(world, query), { RetCode: "00" })
        assert.lengthOf(yield* world.todos, 0)
      })
  )

  it.effect("that is forged, altered, stale or a probe is refused and changes nothing", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* scanned(world)
      const before = yield* world.journal
      world.network.weather = ({ url }) => (url.includes("/notify/") ? "lost" : "fair")
      yield* world.payer()
      yield* pass("1 second")
      const sent = world.network.sent.find(({ url }) => url.includes("/notify/"))
      const { body = new Uint8Array(), headers = {}, url = "" } = sent ?? {}
      const altered = Uint8Array.from(body)
      altered[40] = (altered[40] ?? 0) ^ 1
      assert.strictEqual(yield* deliver(world, url, headers, altered), 401)
      assert.strictEqual(yield* deliver(world, url, {}, body), 401)
      const probe = { ...headers, "wechatpay-signature": "WECHATPAY/SIGNTEST/x" }
      assert.strictEqual(yield* deliver(world, url, probe, body), 401)
      assert.strictEqual(
        yield* deliver(world, url.replace(/\d{6,}/, "1900000000"), headers, body),
        404
      )
      yield* pass("6 minutes")
      assert.strictEqual(yield* deliver(world, url, headers, body), 401)
      assert.deepEqual(
        (yield* world.journal).filter(({ operation }) => operation.startsWith("TRANSACTION")),
        before.filter(({ operation }) => operation.startsWith("TRANSACTION"))
      )
    })
  )

  it.effect(
    "that is authentic but about nothing of ours is stored, acknowledged and left for a person",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        yield* meanwhile(world.strangerPays)
        yield* pass("20 seconds")
        assert.lengthOf(
          world.network.sent.filter(({ url }) => url.includes("/notify/")),
          1,
          "acknowledged, so not repeated"
        )
        const todos = yield* world.todos
        assert.deepEqual(
          todos.map(({ kind }) => kind),
          ["payment.stranger"]
        )
        assert.lengthOf(
          (yield* world.journal).filter(({ operation }) => operation === "TRANSACTION.SUCCESS"),
          1
        )
      })
  )
})
