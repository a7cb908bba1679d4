import { assert, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { houseSalesFile } from "../../../plugins/pos/dialects/sales-file.ts"
import { eachDatabase } from "../../support/database.ts"
import { openWorld, type World } from "../../support/world.ts"
import {
  day,
  file,
  keep,
  lines,
  morningAfter,
  open,
  spoil,
  traded
} from "../payments/books/store-day.ts"

const ask = Effect.fnUntraced(function* (world: World, path: string, body?: Uint8Array | object) {
  const init =
    body === undefined
      ? {}
      : body instanceof Uint8Array
        ? { method: "POST", body: Buffer.from(body) }
        : {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify(body)
          }
  const response = yield* world.operator(new Request(`http://127.0.0.1:3002${path}`, init))
  const bytes = new Uint8Array(yield* Effect.promise(() => response.arrayBuffer()))
  return { status: response.status, bytes, text: Buffer.from(bytes).toString() }
})

eachDatabase("the books at the operator door", (database) => {
  it.effect("take a till's own file in, and say which field of another is wrong", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(database)
      yield* traded(world)
      const bytes = yield* Effect.orDie(Schema.encodeEffect(houseSalesFile)(file))
      const taken = yield* ask(world, "/books/sales?plugin=pos", bytes)
      assert.deepInclude(JSON.parse(taken.text), { store: "GZ0013", day, lines: 2, is: "new" })
      const wrong = Buffer.from(
        Buffer.from(bytes).toString("latin1").replace("0002", "0003"),
        "latin1"
      )
      const refused = yield* ask(world, "/books/sales?plugin=pos", wrong)
      assert.strictEqual(refused.status, 422)
      assert.deepInclude(JSON.parse(refused.text), {
        detail: "head.count: Expected as many as there are lines"
      })
      assert.strictEqual((yield* ask(world, "/books/sales?plugin=nobody", bytes)).status, 404)
    })
  )

  it.effect(
    "show the days, one day and what differs on it: to people, to spreadsheets and to programs",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        const number = yield* traded(world)
        yield* keep(world, {
          ...file,
          lines: [lines.sold("371", 12_800), lines.gaveBack("372", 2_850)]
        })
        yield* morningAfter(world)
        const here = `/books/${world.credentials.mchid}/${day}`
        const [listed] = JSON.parse((yield* ask(world, "/books?format=json")).text)
        assert.include(listed, { day, state: "matched", gross: 22_750, refunds: 12_750, open: 1 })
        assert.include((yield* ask(world, "/books")).text, `<a href="${here}">${day}</a>`)
        const page = (yield* ask(world, here)).text
        assert.include(page, "销售文件金额不同")
        assert.include(page, number)
        const sheet = (yield* ask(world, `${here}/differences?format=csv`)).text
        assert.strictEqual(sheet.charCodeAt(0), 0xfeff)
        assert.include(sheet, `${number},销售文件金额不同,待处理,pos,GZ0013,02,`)
        assert.include(sheet, ",128.00,128.50,128.50,128.50,")
        const gbk = (yield* ask(world, `${here}/differences?format=csv&charset=gbk`)).bytes
        assert.include(new TextDecoder("gb18030", { fatal: true }).decode(gbk), "销售文件金额不同")
        assert.strictEqual((yield* ask(world, "/books/1900000000/20200101")).status, 404)
      })
  )

  it.effect(
    "have a difference explained and the day closed, locked and opened again, each with its reason",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database)
        yield* traded(world)
        yield* spoil(world, "bill-extra")
        yield* morningAfter(world)
        const merchant = world.credentials.mchid
        const here = `/books/${merchant}/${day}`
        assert.strictEqual((yield* ask(world, `${here}/close`, {})).status, 409)
        for (const cause of ["only-bill", "not-in-funds"]) {
          const explained = { number: "elsewhere-0001", cause, note: "线下收款码" }
          const done = yield* ask(world, `/books/${merchant}/explanations`, explained)
          assert.strictEqual(done.status, 200)
        }
        assert.deepStrictEqual(yield* open(world), [])
        assert.deepStrictEqual(yield* world.todos, [])
        assert.strictEqual((yield* ask(world, `${here}/close`, {})).status, 200)
        assert.strictEqual((yield* ask(world, `${here}/lock`, {})).status, 400)
        assert.strictEqual((yield* ask(world, `${here}/lock`, { reason: "手工入账" })).status, 200)
        assert.strictEqual(
          (yield* ask(world, `${here}/reopen`, { reason: "重新核对" })).status,
          200
        )
        const { decisions } = JSON.parse((yield* ask(world, `${here}?format=json`)).text)
        assert.deepStrictEqual(
          decisions.map(({ reason, to }: { reason: string | null; to: string }) => [to, reason]),
          [
            ["open", null],
            ["matched", null],
            ["closed", null],
            ["locked", "手工入账"],
            ["open", "重新核对"]
          ]
        )
      })
  )
})
