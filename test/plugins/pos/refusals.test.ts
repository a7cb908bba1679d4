import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { eachDatabase } from "../../support/database.ts"
import { meanwhile, openWorld } from "../../support/world.ts"
import { hears, query, sale, sample } from "./till.ts"

const told = (world: Parameters<typeof hears>[0], bytes: Uint8Array) =>
  Effect.flatMap(meanwhile(world.post("/xml", bytes)), ({ value }) =>
    world.read("/xml", value.bytes)
  )

const xml = (text: string) => new Uint8Array(Buffer.from(text, "latin1"))

eachDatabase("a message that cannot be served", (database) => {
  const wrong: ReadonlyArray<readonly [string, string, Readonly<Record<string, string>>, string]> =
    [
      ["a missing amount", "E1", { TotalFee: "" }, "TotalFee"],
      ["an amount that is no money", "E1", { TotalFee: "1e3" }, "TotalFee"],
      ["a third decimal", "E1", { TotalFee: "1.005" }, "TotalFee"],
      ["nothing to pay", "E1", { TotalFee: "0.00" }, "TotalFee"],
      ["a date no calendar has", "E1", { TranTime: "20260230120000" }, "TranTime"],
      ["a ticket that is too long", "E1", { TicketNo: "9".repeat(33) }, "TicketNo"],
      ["a payment code of letters", "E1", { AuthCode: "13465018220347551X" }, "AuthCode"],
      ["a call it does not know", "E1", { TranCode: "GIFT" }, "TranCode"]
    ]
  for (const [what, code, fields, field] of wrong) {
    it.effect(`with ${what} names the field, and nothing is stored`, () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        const heard = yield* hears(world, { ...sale("134650182203475516"), ...fields })
        assert.strictEqual(heard.RetCode, code)
        assert.include(heard.RetMsg, field)
        assert.notInclude(heard.RetMsg, "134650182203475516")
        assert.lengthOf(yield* world.journal, 0)
        assert.lengthOf(yield* world.orders, 0)
      })
    )
  }

  it.effect("signed with another secret hears so", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const bytes = Buffer.from(sample("pos-micropay.gbk.xml"))
      const forged = bytes.toString("latin1").replace("DD68F887", "DD68F888")
      assert.strictEqual((yield* told(world, xml(forged))).RetCode, "E2")
    })
  )

  it.effect("whose amount was changed on the way hears that the signature does not fit", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      const bytes = Buffer.from(sample("pos-micropay.gbk.xml"))
      const cheaper = bytes.toString("latin1").replace("128.50", "000.01")
      assert.strictEqual((yield* told(world, xml(cheaper))).RetCode, "E2")
    })
  )

  const shapes: ReadonlyArray<readonly [string, string]> = [
    ["no XML at all", "hello"],
    ["nothing", ""],
    ["half an element", "<Request><TranCode>MICRO"],
    ["a DTD", '<!DOCTYPE x [<!ENTITY a "b">]><Request><TranCode>&a;</TranCode></Request>'],
    ["another root", "<Foo></Foo>"],
    ["a field twice", "<Request><TranCode>A</TranCode><TranCode>B</TranCode></Request>"],
    ["cut Chinese", "<Request><Body>\xcc</Body></Request>"],
    ["depth without end", "<a>".repeat(100_000)]
  ]
  for (const [what, text] of shapes) {
    it.effect(`that is ${what} is refused in house XML and GBK`, () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        const heard = yield* told(world, xml(text))
        assert.strictEqual(heard.RetCode, "E1")
        assert.include(heard.RetMsg, "报文格式错误")
        assert.lengthOf(yield* world.journal, 0)
      })
    )
  }

  it.effect("that is not whole is refused in the till's words as well", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      for (const problem of ["too large", "half a message", "malformed", "too slow"] as const) {
        const reply = yield* world.unframed("/xml", problem)
        assert.include(yield* world.read("/xml", reply.bytes), { RetCode: "E1" })
      }
    })
  )

  for (const [wallet, code, name] of [
    ["Alipay", "281234567890123456", "支付宝"],
    ["UnionPay", "6212345678901234567", "云闪付"]
  ] as const) {
    it.effect(`with a code of ${wallet} is refused by its name, and WeChat is not asked`, () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        const heard = yield* hears(world, sale(code))
        assert.strictEqual(heard.RetCode, "F3")
        assert.include(heard.RetMsg, name)
        assert.lengthOf(yield* world.orders, 0)
        assert.strictEqual((yield* hears(world, query)).RetCode, "E4")
      })
    )
  }

  it.effect("of another wallet is handed on whole where a system takes it", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database, {
        wallets: { alipay: new URL("http://alipay.test/pos"), unionpay: undefined }
      })
      const answer = sample("pos-micropay-reply-userpaying.gbk.xml")
      const taken: Array<Uint8Array> = []
      world.network.hosts.set("http://alipay.test", async (request) => {
        taken.push(new Uint8Array(await request.arrayBuffer()))
        return new Response(answer)
      })
      const message = yield* world.write("/xml", sale("281234567890123456"))
      const heard = yield* meanwhile(world.post("/xml", message))
      assert.deepEqual(heard.value.bytes, answer)
      assert.deepEqual(taken, [message])
      world.network.weather = () => "refused"
      assert.strictEqual((yield* told(world, message)).RetCode, "E8")
      world.network.weather = () => "answer lost"
      assert.strictEqual((yield* told(world, message)).RetCode, "P2")
    })
  )
})
