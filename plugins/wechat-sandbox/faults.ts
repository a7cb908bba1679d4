import { Context, Effect, Layer, Schema } from "effect"

/** What can go wrong on demand. The first seven strike answers of WeChat's APIs, the next five its notifies and pushes. */
export const PayFault = Schema.Literals([
  /** The answer comes after `seconds` (6 unless said), long after the work was done. */
  "slow",
  /** The connection breaks before anything was done. */
  "drop",
  /** The connection breaks after everything was done: success, then silence. */
  "reset",
  /** `status` 500 (signed SYSTEM_ERROR, of the platform -1), 502 or 503 (unsigned HTML of a proxy); nothing was done. */
  "5xx",
  /** 429 FREQUENCY_LIMITED, of the platform 45011; nothing was done. */
  "quota",
  /** Closing succeeds, but the payer was at the password page and pays ten seconds later. */
  "late",
  /** A message is signed with the next platform certificate, which `/v3/certificates` lists from now on. */
  "rotation",
  /** A notify or push never arrives. */
  "lost",
  /** It arrives twice over two lines: a notify one second apart, a push at once. */
  "duplicate",
  /** It is held back for half a minute, so that later ones overtake it. */
  "reorder",
  /** A stranger's arrives before the true one. With a `path` of the API: an answer signed by a stranger. */
  "forge",
  /** A signature that is wrong on purpose, `WECHATPAY/SIGNTEST/…`; the right one follows. With a `path`: on an answer. */
  "probe",
  /** A refund is refused: the merchant's balance is too low. */
  "refund-notenough",
  /** A refund ends ABNORMAL: the payer's card is dead. */
  "refund-abnormal",
  /** A refund ends CLOSED: it failed for good. */
  "refund-closed"
])

/** What a bill says, or how its file comes, that is not so. */
const BillFault = Schema.Literals([
  /** The first row of a bill is missing. */
  "bill-missing",
  /** The trade bill has a row more, of a number nobody has. */
  "bill-extra",
  /** The first row of the trade bill says a fen too much. */
  "bill-amount",
  /** A bill does not weigh up to what was said of it. */
  "bill-hash",
  /** Half of a bill's file arrives. */
  "bill-cut"
])

/** How a merchant is set up, which no repetition mends. */
const MerchantFault = Schema.Literals([
  /** 403 NO_AUTH: it may not use this product (with a `path`: of this API alone); nothing was done. */
  "no-product"
])

/** What goes wrong with the platform alone. */
const PlatformFault = Schema.Literals([
  /** An answer of the platform says that it is plain text. */
  "plain",
  /** Every token of the account dies as it is used: 40001. */
  "revoke",
  /** Whoever comes back from an OAuth page without `connect_redirect` comes twice, with one code. */
  "twice",
  /** An encrypted push comes in clear, without `encrypt_type`, and with a valid `signature`. */
  "downgrade",
  /** What is encrypted in a push is for another appid. */
  "wrong-appid",
  /** What is encrypted in a push is padded by `pad` bytes (32 unless said). */
  "padding",
  /** A plain follow is told without an `EventKey`, which otherwise is there and empty. */
  "no-eventkey",
  /** The end of a template message is pushed before the sending of it is answered. */
  "early"
])

export const FaultName = Schema.Literals([
  ...PayFault.literals,
  ...BillFault.literals,
  ...MerchantFault.literals,
  ...PlatformFault.literals
])
export type FaultName = typeof FaultName.Type

const once = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 1_000_000 }))

export const Fault = Schema.Struct({
  fault: FaultName,
  times: once,
  /** Strikes only where the path begins so: the API's, or the notify URL's. */
  path: Schema.optionalKey(Schema.String.check(Schema.isPattern(/^\//))),
  seconds: Schema.optionalKey(
    Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 86_400 }))
  ),
  status: Schema.optionalKey(Schema.Literals([500, 502, 503])),
  pad: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 32 })))
})
export type Fault = typeof Fault.Type

/** Faults are meant for the running process: a restarted sandbox is a healthy one. */
export class Faults extends Context.Service<
  Faults,
  {
    readonly all: Effect.Effect<ReadonlyArray<Fault>>
    /** Replaces the fault of the same name and path. */
    set(fault: Fault): Effect.Effect<void>
    readonly clear: Effect.Effect<void>
    /** Uses one up, if one is set that strikes here. */
    take(name: FaultName, path: string): Effect.Effect<Fault | undefined>
  }
>()("wechat-sandbox/Faults") {
  static readonly layer = Layer.sync(Faults, () => {
    let faults: ReadonlyArray<Fault> = []
    return Faults.of({
      all: Effect.sync(() => faults),
      set: (fault) =>
        Effect.sync(() => {
          const others = faults.filter((it) => it.fault !== fault.fault || it.path !== fault.path)
          faults = [...others, fault]
        }),
      clear: Effect.sync(() => {
        faults = []
      }),
      take: (name, path) =>
        Effect.sync(() => {
          const struck = faults.find((it) => it.fault === name && strikes(it, path))
          if (struck === undefined) return undefined
          const left = { ...struck, times: struck.times - 1 }
          faults = faults.flatMap((it) => (it !== struck ? it : left.times > 0 ? left : []))
          return struck
        })
    })
  })
}

const isApi = (path: string) => path.startsWith("/v3/")

/** Forged and probing signatures are meant for notifies unless a path of the API is named. */
const strikes = (fault: Fault, path: string) =>
  fault.path === undefined
    ? !(isApi(path) && (fault.fault === "forge" || fault.fault === "probe"))
    : path.startsWith(fault.path)
