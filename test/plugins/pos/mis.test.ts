import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { eachDatabase } from "../../support/database.ts"
import { meanwhile, openWorld, pass, type World } from "../../support/world.ts"
import { sample } from "./till.ts"

const mis = { port: 3011, store: "GZ0013", merchant: "898440153990017", terminal: "10203040" }
const blank = { pos: "02", cashier: "0917", amount: "", oldDate: "", rrn: "", trace: "", code: "" }

const asks = (
  world: World,
  type: string,
  fields: Readonly<Record<string, string>> = {},
  check = "471"
) =>
  Effect.map(
    meanwhile(world.say("tcp", { ...blank, type, check, ...fields })),
    ({ value }) => value
  )

const sale = (world: World, code: string, amount = "000000012850", check?: string) =>
  asks(world, "00", { code, amount }, check)

/** Says it, and never hears the answer. */
const unheard = (world: World, code: string) =>
  Effect.gen(function* () {
    const fields = { ...blank, type: "00", check: "471", code, amount: "000000012850" }
    return yield* meanwhile(world.post("tcp", yield* world.write("tcp", fields)))
  })

eachDatabase("a terminal of a bank's MIS library", (database) => {
  it.effect(
    "sends the sample's 159 bytes and gets 148, the check digits of its own question in them",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database, { mis })
        const request = sample("pos-bankall-request.gbk.bin")
        assert.lengthOf(request, 159)
        const { value, waited } = yield* meanwhile(world.post("tcp", request))
        assert.lengthOf(value.bytes, 148)
        assert.strictEqual(waited, 50_000)
        const told = yield* world.read("tcp", value.bytes)
        assert.include(told, {
          ret: "P1",
          check: "471",
          merchant: "898440153990017",
          terminal: "10203040"
        })
        yield* world.payer()
        const paid = yield* meanwhile(world.post("tcp", request))
        assert.include(yield* world.read("tcp", paid.value.bytes), {
          ret: "00",
          amount: "000000012850",
          trace: "000001",
          batch: "000001",
          message: "交易成功"
        })
      })
  )

  it.effect("has its Chinese message cut at a whole character within forty bytes", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, { mis })
      const told = yield* sale(world, "281234567890123456")
      assert.strictEqual(told.ret, "F3")
      const message = told.message ?? ""
      assert.isAtMost(message.length * 2, 40)
      assert.isTrue("这是支付宝付款码，请出示微信付款码".startsWith(message))
    })
  )

  it.effect("is one sale for one code, however often and with whatever check digits it comes", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, { mis })
      const code = yield* world.code("paid")
      const first = yield* sale(world, code, "000000012850", "111")
      const again = yield* sale(world, code, "000000012850", "222")
      assert.deepEqual({ ...again, check: "111" }, first)
      assert.strictEqual((yield* sale(world, code, "000000000001")).ret, "E3")
      assert.lengthOf(yield* world.orders, 1)
    })
  )

  it.effect("has a sale whose end it never heard undone before its next one is sent", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, { mis })
      yield* unheard(world, yield* world.code("paid"))
      const next = yield* sale(world, yield* world.code("paid"))
      assert.strictEqual(next.ret, "00")
      const orders = yield* world.orders
      assert.deepEqual(
        orders.map(({ tradeState }) => tradeState),
        ["REVOKED", "SUCCESS"]
      )
    })
  )

  it.effect("keeps a sale whose end it heard", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, { mis })
      yield* sale(world, yield* world.code("paid"))
      yield* sale(world, yield* world.code("paid"))
      const states = (yield* world.orders).map(({ tradeState }) => tradeState)
      assert.deepEqual(states, ["SUCCESS", "SUCCESS"])
    })
  )

  it.effect("voids a sale by its trace or by its reference number", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, { mis })
      const first = yield* sale(world, yield* world.code("paid"))
      assert.strictEqual((yield* asks(world, "01", { trace: first.trace ?? "" })).ret, "R0")
      const second = yield* sale(world, yield* world.code("paid"))
      const rrn = { rrn: second.rrn ?? "", oldDate: "20261124" }
      assert.strictEqual((yield* asks(world, "01", rrn)).ret, "R0")
      assert.strictEqual((yield* asks(world, "01", { trace: "000099" })).ret, "E4")
      const states = (yield* world.orders).map(({ tradeState }) => tradeState)
      assert.deepEqual(states, ["REVOKED", "REVOKED"])
    })
  )

  it.effect("refunds part of a sale, once for the same amount", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, { mis })
      const { rrn = "" } = yield* sale(world, yield* world.code("paid"))
      const part = { rrn, amount: "000000000500" }
      assert.include(yield* asks(world, "02", part), { ret: "00", amount: "000000000500" })
      assert.strictEqual((yield* asks(world, "02", part)).ret, "00")
      assert.strictEqual((yield* asks(world, "02", { rrn, amount: "000000012851" })).ret, "E5")
      assert.lengthOf((yield* world.orders)[0]?.refunds ?? [], 1)
    })
  )

  it.effect("signs in, and settles what its batch has taken", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, { mis })
      assert.include(yield* asks(world, "05"), { ret: "00", batch: "000001", message: "签到成功" })
      yield* sale(world, yield* world.code("paid"))
      const { trace = "" } = yield* sale(world, yield* world.code("paid"))
      yield* asks(world, "01", { trace })
      yield* sale(world, yield* world.code("notenough"))
      const settled = yield* asks(world, "06")
      assert.include(settled, { ret: "00", batch: "000001", message: "结算1笔 128.50元" })
      assert.include(yield* asks(world, "05"), { batch: "000002" })
    })
  )

  it.effect("is not settled while a payer still hesitates", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, { mis })
      yield* sale(world, yield* world.code("userpaying"))
      assert.strictEqual((yield* asks(world, "06")).ret, "P2")
      yield* world.payer()
      yield* pass("12 seconds")
      assert.include(yield* asks(world, "06"), { ret: "00", message: "结算1笔 128.50元" })
    })
  )

  it.effect("hears which field is wrong, in its own layout", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, { mis })
      const wrong = yield* sale(world, "134650182203475516", "00000001285X")
      assert.include(wrong, { ret: "E1", check: "471", message: "报文格式错误:amount" })
      assert.include(yield* asks(world, "77"), { ret: "E1", check: "471" })
      const short = yield* world.post("tcp", new Uint8Array(60).fill(0x20))
      assert.lengthOf(short.bytes, 148)
      assert.include(yield* world.read("tcp", short.bytes), { ret: "E1" })
    })
  )
})
