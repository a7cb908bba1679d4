import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { Complaints } from "../../../core/payments/complaints/complaints.ts"
import { sold } from "../../plugins/pos/till.ts"
import { eachDatabase, type Kind } from "../../support/database.ts"
import { asks } from "../../support/operator.ts"
import { meanwhile, openWorld, pass, type World } from "../../support/world.ts"

const words = "衣服洗一次就破了，要求退款"
const phone = "13800138000"
const reference = "GZ0013/02/20261124/371"

const kinds = (world: World) =>
  Effect.map(world.todos, (all) =>
    all.flatMap(({ kind }) => (kind.startsWith("complaint.") ? [kind] : [])).sort()
  )

/** Something was bought, and WeChat tells us when its buyer complains. */
const open = Effect.fnUntraced(function* (database: Kind) {
  const world = yield* openWorld(database)
  const { OutTradeNo: outTradeNo = "" } = yield* sold(world)
  const { mchid } = world.credentials
  assert.strictEqual((yield* asks(world, "/complaints/listen", { mchid })).status, 200)
  // A start looks through WeChat's list, the next look is an hour later.
  yield* pass("30 seconds")
  return { world, outTradeNo }
})

const complains = Effect.fnUntraced(function* (world: World, outTradeNo: string, more = {}) {
  const said = { outTradeNo, detail: words, problem: "REFUND", phone, ...more }
  const { complaintId } = yield* world.control("POST", "/complaints", said)
  yield* pass("5 seconds")
  return complaintId as string
})

eachDatabase("a complaint", (database) => {
  it.effect(
    "becomes to-dos with WeChat's clocks, found again by our number, and what is personal stays sealed",
    () =>
      Effect.gen(function* () {
        const { outTradeNo, world } = yield* open(database)
        const id = yield* complains(world, outTradeNo)
        assert.deepEqual(yield* kinds(world), ["complaint.answer", "complaint.resolve"])
        for (const about of [outTradeNo, reference]) {
          const { json } = yield* asks(world, `/complaints?about=${encodeURIComponent(about)}`)
          assert.deepInclude(json[0], {
            id,
            state: "pending",
            reference,
            amount: 12_850,
            refundWanted: 12_850
          })
          assert.strictEqual(json[0].answerBy - json[0].complainedAt, 24 * 3_600_000)
          assert.strictEqual(json[0].resolveBy - json[0].complainedAt, 72 * 3_600_000)
        }
        assert.lengthOf((yield* asks(world, "/complaints?about=another")).json, 0)
        const { json } = yield* asks(world, `/complaints/${id}`)
        assert.deepInclude(json, { detail: words, hasPhone: true })
        assert.deepInclude(json.said[0], { what: "USER_CREATE_COMPLAINT", text: words })
        assert.notInclude(JSON.stringify(json), phone)
        for (const secret of [words, phone]) assert.isFalse(yield* world.anywhere(secret))
        assert.strictEqual(
          (yield* asks(world, `/complaints/${id}/phone`, { by: "Chen" })).json.phone,
          phone
        )
        const [act] = (yield* asks(world, `/complaints/${id}`)).json.acts
        assert.deepInclude(act, { by: "Chen", act: "asked for the phone number" })
      })
  )

  it.effect("is answered, answered again when its customer says more, refunded and completed", () =>
    Effect.gen(function* () {
      const { outTradeNo, world } = yield* open(database)
      const id = yield* complains(world, outTradeNo)
      const path = `/complaints/${id}`
      yield* asks(world, `${path}/answer`, { by: "Chen", text: "非常抱歉，我们马上处理" })
      yield* pass("5 seconds")
      assert.deepEqual(yield* kinds(world), ["complaint.resolve"])
      yield* world.control("POST", `/complaints/${id}/say`, { text: "请快一点" })
      yield* pass("5 seconds")
      assert.deepEqual(yield* kinds(world), ["complaint.answer", "complaint.resolve"])
      const { json } = yield* asks(world, `${path}/refund`, { by: "Chen" })
      assert.strictEqual(json.standing, "Accepted")
      // Once, however often it is asked for.
      assert.deepEqual((yield* asks(world, `${path}/refund`, { by: "Chen" })).json, json)
      yield* asks(world, `${path}/verdict`, {
        by: "Chen",
        verdict: { approve: true, withinDays: 0 }
      })
      yield* pass("10 seconds")
      yield* asks(world, `${path}/complete`, { by: "Chen" })
      yield* pass("5 seconds")
      assert.deepEqual(yield* kinds(world), [])
      const read = (yield* asks(world, path)).json
      assert.deepInclude(read, { state: "processed", answerBy: null, fullyRefunded: true })
      assert.deepEqual(
        read.said.map(({ what }: { what: string }) => what),
        [
          "MERCHANT_CONFIRM_COMPLETE",
          "MERCHANT_APPROVE_REFUND",
          "USER_RESPONSE",
          "MERCHANT_RESPONSE",
          "USER_CREATE_COMPLAINT"
        ]
      )
      assert.lengthOf((yield* world.orders)[0]?.refunds ?? [], 1)
      const late = yield* asks(world, `${path}/answer`, { by: "Chen", text: "谢谢" })
      assert.strictEqual(late.status, 409)
    })
  )

  it.effect("that nobody told us of is found in WeChat's list", () =>
    Effect.gen(function* () {
      const { outTradeNo, world } = yield* open(database)
      yield* world.control("PUT", "/faults", { fault: "lost", times: 1 })
      yield* complains(world, outTradeNo)
      assert.deepEqual(yield* kinds(world), [])
      yield* meanwhile(world.within(Complaints.use(({ look }) => look)))
      yield* pass("5 seconds")
      assert.deepEqual(yield* kinds(world), ["complaint.answer", "complaint.resolve"])
    })
  )

  it.effect("told of twice is one, and one about nothing of ours is shown all the same", () =>
    Effect.gen(function* () {
      const { world } = yield* open(database)
      yield* world.strangerPays
      yield* world.control("PUT", "/faults", { fault: "duplicate", times: 1 })
      const id = yield* complains(world, "elsewhere-0001", { problem: "OTHERS" })
      const { json } = yield* asks(world, "/complaints")
      assert.lengthOf(json, 1)
      assert.deepInclude(json[0], { id, reference: null, outTradeNo: "elsewhere-0001" })
      const refund = yield* asks(world, `/complaints/${id}/refund`, { by: "Chen" })
      assert.strictEqual(refund.status, 409)
    })
  )

  it.effect("whose answer was lost is not answered twice by itself", () =>
    Effect.gen(function* () {
      const { outTradeNo, world } = yield* open(database)
      const id = yield* complains(world, outTradeNo)
      world.network.weather = ({ url }) => (url.endsWith("/response") ? "answer lost" : "fair")
      const said = yield* asks(world, `/complaints/${id}/answer`, { by: "Chen", text: "抱歉" })
      assert.strictEqual(said.status, 503)
      assert.include(JSON.stringify(said.json), "read the complaint")
      world.network.weather = () => "fair"
      const { json } = yield* asks(world, `/complaints/${id}`)
      assert.lengthOf(json.said, 2)
      assert.strictEqual(json.acts.length, 1)
    })
  )
})

eachDatabase("a complaint that nobody sees to", (database) => {
  it.effect("warns before each of its clocks runs out", () =>
    Effect.gen(function* () {
      const { outTradeNo, world } = yield* open(database)
      yield* complains(world, outTradeNo, { hoursAgo: 19.95 })
      assert.deepEqual(yield* kinds(world), ["complaint.answer", "complaint.resolve"])
      yield* pass("4 minutes")
      const soon = ["complaint.answer", "complaint.answer-soon", "complaint.resolve"]
      assert.deepEqual(yield* kinds(world), soon)
    })
  )

  it.effect("warns of its end too, until it is completed", () =>
    Effect.gen(function* () {
      const { outTradeNo, world } = yield* open(database)
      const id = yield* complains(world, outTradeNo, { hoursAgo: 59.95 })
      assert.notInclude(yield* kinds(world), "complaint.resolve-soon")
      yield* pass("4 minutes")
      assert.include(yield* kinds(world), "complaint.resolve-soon")
      yield* asks(world, `/complaints/${id}/complete`, { by: "Chen" })
      yield* pass("5 seconds")
      assert.deepEqual(yield* kinds(world), [])
    })
  )
})
