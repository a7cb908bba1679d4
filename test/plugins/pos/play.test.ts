import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import { NoAnswer, type Outgoing, type World as Reach, Transport } from "#core"
import { till } from "../../../plugins/pos/play.ts"
import { eachDatabase, type Kind } from "../../support/database.ts"
import { meanwhile, openWorld, pass, type World } from "../../support/world.ts"

const mis = { port: 3011, store: "GZ0013", merchant: "898440153990017", terminal: "10203040" }
const door = "http://127.0.0.1:3001/pos"
const sandbox = "http://127.0.0.1:3003"

/** A person at the command line, whose bytes go straight to a gateway's inlets. */
const person = (world: World, reach: Partial<Reach> = {}) => {
  const lines: Array<string> = []
  const sent: Array<Outgoing> = []
  let memory: string | undefined
  let loses = false

  const exchange = Effect.fnUntraced(function* (request: Outgoing) {
    sent.push(request)
    const { method, url } = request
    const body = request.body ?? new Uint8Array()
    if (!url.startsWith(door)) {
      const init = { method, headers: request.headers, body: Buffer.from(body) }
      const fetched = world.network.hosts.get(sandbox)?.(new Request(url, init))
      const response = yield* Effect.promise(async () => await (fetched ?? Response.error()))
      const bytes = new Uint8Array(yield* Effect.promise(() => response.arrayBuffer()))
      return { status: response.status, headers: {}, body: bytes }
    }
    const { bytes } = yield* world.post(url.slice(door.length), body)
    if (loses) return yield* new NoAnswer({ reason: "lost" })
    return { status: 200, headers: {}, body: bytes }
  })

  const hand: Reach = {
    door,
    sandbox,
    tcp: ({ bytes }) => Effect.map(world.post("tcp", bytes), (reply) => reply.bytes),
    say: (line) => Effect.sync(() => void lines.push(line)),
    memory: {
      read: Effect.sync(() => memory),
      write: (text) =>
        Effect.sync(() => {
          memory = text
        })
    },
    ...reach
  }

  return {
    lines,
    sent,
    loseAnswers: (lost: boolean) => {
      loses = lost
    },
    /** Plays an action with these flags, and returns what it said last. */
    plays: Effect.fnUntraced(function* (
      name: string,
      flags: Readonly<Record<string, unknown>> = {},
      secret = "pos-dummy-key"
    ) {
      const action = till.actions[name]
      if (action === undefined) return yield* Effect.die(`a till has no ${name}`)
      const said = { mis: false, hex: false, ...flags }
      const options = { secret: Redacted.make(secret), mis }
      const played = action
        .run(said as never, hand, options)
        .pipe(Effect.provideService(Transport, Transport.of({ exchange })), Effect.result)
      const { value } = yield* meanwhile(played)
      return value._tag === "Failure" ? value.failure.message : (lines.at(-1) ?? "")
    })
  }
}

const playing = Effect.fnUntraced(function* (database: Kind, reach: Partial<Reach> = {}) {
  const world = yield* openWorld(database, { mis })
  return { world, ...person(world, reach) }
})

eachDatabase("a till played at the command line", (database) => {
  it.effect("sells with a fresh code, and shows what was sent and answered", () =>
    Effect.gen(function* () {
      const { lines, plays, world } = yield* playing(database)
      assert.strictEqual(yield* plays("pay"), "00: done [交易成功]")
      assert.include(lines, "    <TotalFee>12.80</TotalFee>")
      assert.include(lines, "    <RetMsg>交易成功</RetMsg>")
      assert.match(
        lines[0] ?? "",
        /^→ POST http:\/\/127\.0\.0\.1:3001\/pos\/xml \(\d+ bytes, GBK\)$/
      )
      assert.include((yield* world.orders)[0], { total: 1280, tradeState: "SUCCESS" })
    })
  )

  it.effect("asks, refunds and reverses the last sale without being told which", () =>
    Effect.gen(function* () {
      const { plays, world } = yield* playing(database)
      yield* plays("pay")
      assert.match(yield* plays("query"), /^00/)
      assert.match(yield* plays("refund", { amount: 500 }), /^00/)
      assert.deepEqual(
        (yield* world.orders)[0]?.refunds.map(({ amount }) => amount),
        [500]
      )
      // A till numbers its tickets by the time.
      yield* pass("1 second")
      yield* plays("pay", { outcome: "userpaying" })
      assert.match(yield* plays("reverse"), /^R0/)
    })
  )

  it.effect("says where to pay when the phone asks for the password", () =>
    Effect.gen(function* () {
      const { plays } = yield* playing(database)
      assert.strictEqual(
        yield* plays("pay", { outcome: "userpaying" }),
        "Pay on the phone, http://127.0.0.1:3003/phone, then: npx weir till query"
      )
    })
  )

  it.effect("can still ask for a sale whose answer was lost", () =>
    Effect.gen(function* () {
      const { loseAnswers, plays } = yield* playing(database)
      loseAnswers(true)
      assert.match(yield* plays("pay"), /gave no answer \(lost\): the sale's outcome is unknown/)
      loseAnswers(false)
      assert.match(yield* plays("query"), /^00/)
    })
  )

  it.effect("says what a wrong signing secret looks like", () =>
    Effect.gen(function* () {
      const { plays } = yield* playing(database)
      assert.match(yield* plays("pay", {}, "another"), /^E2: the signature is wrong; POS_SECRET/)
    })
  )

  it.effect("wants a code of one's own where there is no sandbox, and sends nothing", () =>
    Effect.gen(function* () {
      const { plays, sent } = yield* playing(database, { sandbox: undefined })
      assert.match(yield* plays("pay"), /say one with --code/)
      assert.deepEqual(sent, [])
    })
  )

  it.effect("says what is missing when nothing has been sold", () =>
    Effect.gen(function* () {
      const { plays } = yield* playing(database)
      assert.match(yield* plays("query"), /no sale is remembered/)
      assert.match(yield* plays("reverse", { mis: true }), /no slip is remembered/)
      assert.match(yield* plays("query", { ticket: "1" }), /^E4/)
    })
  )

  it.effect("refuses what a till has no bytes for", () =>
    Effect.gen(function* () {
      const { plays } = yield* playing(database)
      assert.match(yield* plays("pay", { ticket: "小票" }), /^a till cannot say that/)
      assert.match(yield* plays("pay", { mis: true, pos: "123456789" }), /^a till cannot say that/)
    })
  )

  it.effect("also plays a terminal behind its bank's library, and finds the sale by its slip", () =>
    Effect.gen(function* () {
      const { lines, plays, world } = yield* playing(database)
      assert.match(yield* plays("sign-in"), /^00/)
      assert.match(yield* plays("pay", { mis: true, hex: true }), /^00/)
      assert.include(lines, '    18   12  amount      "000000001280"')
      assert.include(lines, "  0010  30 30 30 30 30 30 30 30 30 30 31 32 38 30 20 20")
      assert.match(yield* plays("refund", { mis: true, amount: 100 }), /^00/)
      assert.strictEqual(yield* plays("settle"), "00: done [结算1笔 11.80元]")
      yield* plays("pay", { mis: true })
      assert.match(yield* plays("reverse", { mis: true }), /^R0/)
      assert.deepEqual(
        (yield* world.orders).map(({ tradeState }) => tradeState),
        ["REFUND", "REVOKED"]
      )
    })
  )
})
