import { Duration, Effect, Schema, Struct } from "effect"
import { rfc3339, route } from "#core"
import { Settings } from "./behaviour.ts"
import { entry, Ledger, LedgerOrder, Notifies } from "./books.ts"
import { CredentialsReply } from "./credentials.ts"
import { Fault } from "./faults.ts"
import { Outcome, PayerResult, shoppers } from "./model.ts"
import { ComplaintInput } from "./pay/complaint-fields.ts"
import { WechatSandbox } from "./sandbox.ts"

/** Which order is meant was not said. */
class NumberMissing extends Schema.TaggedError<NumberMissing>()("NumberMissing", {}) {
  readonly status = 400
  override readonly message = "outTradeNo or prepayId is needed"
  readonly field = "outTradeNo"
}

const NotNegative = Schema.Finite.check(
  Schema.isBetween({ minimum: 0, maximum: Duration.toSeconds("3650 days") })
)

/** Seconds, or words: `"2 minutes"`. WeChat's clock never goes back. */
const Advance = Schema.Union([
  NotNegative,
  Schema.DurationFromString.check(
    Schema.makeFilter((duration) => !Duration.isNegative(duration), { expected: "time to come" })
  )
])

const openid = Schema.optionalKey(Schema.String.check(Schema.isBetweenLength(1, 64)))
const Faulty = Schema.Struct({ faults: Schema.Array(Fault) })
const changes = Settings.mapFields(Struct.map(Schema.optionalKey)).fields

const faultList = WechatSandbox.use(({ faults }) =>
  Effect.map(faults.all, (all) => ({ faults: all }))
)

/** What a developer does to this WeChat, from outside of it. */
export const controlRoutes = [
  route.get("/credentials", {
    output: CredentialsReply,
    handle: () => WechatSandbox.use(({ credentials }) => Effect.succeed(credentials.reply))
  }),
  route.post("/control/codes", {
    input: { outcome: Outcome, openid },
    output: Schema.Struct({ authCode: Schema.String }),
    handle: ({ openid = shoppers[0].openid, outcome }) =>
      WechatSandbox.use(({ codes }) =>
        Effect.map(codes.show(outcome, openid), ({ code }) => ({ authCode: code }))
      )
  }),
  route.post("/control/pay", {
    input: {
      outTradeNo: Schema.optionalKey(Schema.String),
      prepayId: Schema.optionalKey(Schema.String),
      result: Schema.optionalKey(PayerResult),
      openid,
      /** In fen. */
      coupon: Schema.optionalKey(Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)))
    },
    output: LedgerOrder,
    handle: ({ outTradeNo, prepayId, ...payer }) =>
      Effect.gen(function* () {
        const number = outTradeNo ?? prepayId ?? (yield* new NumberMissing())
        const { payers } = yield* WechatSandbox
        return entry(yield* payers.act(number, payer), [])
      })
  }),
  route.post("/control/complaints", {
    input: ComplaintInput,
    output: Schema.Struct({ complaintId: Schema.String }),
    handle: (input) =>
      WechatSandbox.use(({ complaints }) =>
        Effect.map(complaints.complain(input), (complaintId) => ({ complaintId }))
      )
  }),
  route.post("/control/complaints/:id/say", {
    input: { id: Schema.String, text: Schema.String },
    output: Schema.Struct({ complaintId: Schema.String }),
    handle: ({ id, text }) =>
      WechatSandbox.use(({ complaints }) =>
        Effect.map(complaints.insist(id, text), (complaintId) => ({ complaintId }))
      )
  }),
  route.post("/control/clock", {
    input: { advance: Advance },
    output: Schema.Struct({ now: Schema.String }),
    handle: ({ advance }) =>
      WechatSandbox.use(({ clock }) =>
        Effect.map(
          clock.advance(typeof advance === "number" ? Duration.seconds(advance) : advance),
          (now) => ({ now: rfc3339(now) })
        )
      )
  }),
  route.get("/control/faults", { output: Faulty, handle: () => faultList }),
  route.put("/control/faults", {
    input: { ...Fault.fields, times: Schema.optionalKey(Fault.fields.times) },
    output: Faulty,
    handle: ({ times = 1, ...fault }) =>
      WechatSandbox.use(({ faults, signing }) =>
        Effect.andThen(
          faults.set({ ...fault, times }),
          fault.fault === "rotation" ? signing.rotate : Effect.void
        )
      ).pipe(Effect.andThen(faultList))
  }),
  route.delete("/control/faults", {
    output: Faulty,
    handle: () => WechatSandbox.use(({ faults }) => faults.clear).pipe(Effect.andThen(faultList))
  }),
  route.get("/control/settings", {
    output: Settings,
    handle: () => WechatSandbox.use(({ behaviour }) => behaviour.settings)
  }),
  route.put("/control/settings", {
    input: changes,
    output: Settings,
    handle: (settings) => WechatSandbox.use(({ behaviour }) => behaviour.change(settings))
  }),
  route.get("/control/ledger", {
    output: Ledger,
    handle: () => WechatSandbox.use(({ books }) => books.ledger)
  }),
  route.get("/control/notifies", {
    output: Notifies,
    handle: () => WechatSandbox.use(({ books }) => books.notifies)
  })
]
