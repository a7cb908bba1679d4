import { Context, Effect, Layer, Schema, Struct } from "effect"
import { Database } from "#core"
import { setSetting, setting } from "./store.ts"

/** How this WeChat behaves where the real one differs by merchant, product or year. */
export const Settings = Schema.Struct({
  /** How answers and notifies are signed: platform certificate, public key, or both during a migration. */
  mode: Schema.Literals(["cert", "pubkey", "migrating"]),
  /** The day of the migration: on the first one notify in a thousand is signed with the public key, on the seventh all. */
  migrationDay: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })),
  /** Whether the next platform certificate is out, and signs beside the first. */
  rotated: Schema.Boolean,
  /** Seconds from the acceptance of a refund to its end. */
  refundAfter: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  /** Whether two refunds of one order must be a minute apart. */
  refundPause: Schema.Boolean,
  /** Whether a reversal within 15 seconds of the payment is carried out. */
  earlyReversal: Schema.Boolean,
  /** Whether closing a number that never existed answers 204. */
  closeUnknown: Schema.Boolean,
  /** Whether reversing a number that never existed answers success. */
  reverseUnknown: Schema.Boolean,
  /** Retries after the first delivery of a notify. */
  notifyRetries: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 15 })),
  /** What people do when an account wants to know who they are; `ask`: whoever looks at the page decides, a program agrees. */
  consent: Schema.Literals(["ask", "approve", "deny", "snapshot"]),
  /** Days a user's refresh token lives: 30, or 180 by the page for mobile apps. */
  refreshTokenDays: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 365 })),
  /** How often a message or event is pushed in all; the documents can also be read as one and three retries. */
  pushAttempts: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 4 })),
  /** Seconds after a payment until a mini program's order management knows of it: up to a minute; never, where it is not authorised. */
  shippingAfter: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
})
export type Settings = typeof Settings.Type

const defaults: Settings = {
  mode: "migrating",
  migrationDay: 7,
  rotated: false,
  refundAfter: 5,
  refundPause: true,
  earlyReversal: false,
  closeUnknown: false,
  reverseUnknown: false,
  notifyRetries: 15,
  consent: "ask",
  refreshTokenDays: 30,
  pushAttempts: 3,
  shippingAfter: 10
}

/** One kept by an older sandbox lacks what came later. */
const Stored = Schema.fromJsonString(Settings.mapFields(Struct.map(Schema.optionalKey)))

export class Behaviour extends Context.Service<
  Behaviour,
  {
    readonly settings: Effect.Effect<Settings>
    change(by: Partial<Settings>): Effect.Effect<Settings>
  }
>()("wechat-sandbox/Behaviour") {
  static readonly layer = Layer.effect(
    Behaviour,
    Effect.gen(function* () {
      const database = yield* Database
      const stored = yield* database.read((sql) => setting(sql, "settings"))
      let current = { ...defaults, ...(stored && Schema.decodeSync(Stored)(stored)) }

      const change = Effect.fnUntraced(function* (by: Partial<Settings>) {
        current = { ...current, ...by }
        const text = JSON.stringify(current)
        yield* database.write("settings", (sql) => setSetting(sql, "settings", text))
        return current
      })

      return Behaviour.of({ settings: Effect.sync(() => current), change })
    })
  )
}
