import { Clock, Context, Duration, Effect, Layer, Result, Semaphore } from "effect"
import { Database } from "../../database/database.ts"
import { raiseTodo, settleTodos } from "../../tasks/todos.ts"
import type { Transport } from "../../transport.ts"
import { type Certificate, certificateOf, openList } from "./certificates.ts"
import { claimFetch, keepKeys, keptKeys, noteFetch, type Occasion } from "./key-store.ts"
import type { Merchant } from "./merchant.ts"
import { makeSend } from "./send.ts"
import type { Signer } from "./signer.ts"
import type { Headers, WechatKey } from "./verification.ts"

/** By which keys a merchant knows WeChat. Without a database those of the configuration, and no others. */
export interface WechatKeysService {
  /** The id of the key that answers should be signed with. */
  readonly preferred: (merchant: Merchant) => Effect.Effect<string>
  /** The keys by which a message may be verified; where it names one that nobody knows, WeChat is asked for its certificates first. */
  readonly for: (merchant: Merchant, headers: Headers) => Effect.Effect<ReadonlyArray<WechatKey>>
  /** Fetches what is new, and says what ends soon. */
  refresh(merchants: ReadonlyArray<Merchant>): Effect.Effect<void>
}

export const WechatKeys = Context.Reference<WechatKeysService>("weir/WechatKeys", {
  defaultValue: () => ({
    preferred: ({ preferredKey }) => Effect.succeed(preferredKey),
    for: ({ keys }) => Effect.succeed(keys),
    refresh: () => Effect.void
  })
})

/** With the certificates that WeChat has brought out since, kept for all processes and the next start. `url` is WeChat Pay's. */
export const wechatKeysLayer = (url: string) => Layer.effect(WechatKeys, makeKeys(url))

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

/** A message with an unknown key may be anybody's, so messages are not what decides how often WeChat is asked. */
const unknownKey: Occasion = { column: "sought_at", pause: 5 * MINUTE, pauseIfNone: DAY }
/** A merchant that has only the public key is not given certificates later. */
const regular: Occasion = {
  column: "asked_at",
  pause: DAY / 2 - 30 * MINUTE,
  pauseIfNone: 30 * DAY
}

const SOON = Duration.toMillis("30 days")

const makeKeys = Effect.fnUntraced(function* (
  url: string
): Effect.fn.Return<WechatKeysService, never, Database | Transport | Signer> {
  const database = yield* Database
  const send = yield* makeSend(url)
  const fetched = new Map<string, ReadonlyArray<Certificate>>()
  const one = yield* Semaphore.make(1)

  const load = Effect.gen(function* () {
    const rows = yield* database.read(keptKeys)
    const read = rows.flatMap(({ mchid, pem, serial }) => {
      const certificate = certificateOf(pem, serial)
      return certificate === undefined ? [] : [{ mchid, certificate }]
    })
    fetched.clear()
    for (const [mchid, kept] of Map.groupBy(read, (row) => row.mchid))
      fetched.set(
        mchid,
        kept.map(({ certificate }) => certificate)
      )
  })
  yield* load

  const keysOf = (merchant: Merchant): ReadonlyArray<WechatKey> => [
    ...merchant.keys,
    ...(fetched.get(merchant.mchid) ?? [])
  ]

  const knows = (merchant: Merchant, serial: string) =>
    keysOf(merchant).some(({ id }) => id === serial)

  const fetch = Effect.fnUntraced(function* (merchant: Merchant, occasion: Occasion) {
    const { mchid } = merchant
    const at = yield* Clock.currentTimeMillis
    const order = `pay-keys:${mchid}`
    if (!(yield* database.write(order, (sql) => claimFetch(sql, mchid, occasion, at)))) return
    const answer = yield* Effect.result(send(merchant, list, preferred(merchant, at)))
    if (Result.isFailure(answer)) return yield* tell(mchid, answer.failure.reason)
    if (answer.success.status === 404) {
      // A merchant of the public key only: WeChat says so with every repetition.
      yield* database.write(order, (sql) => noteFetch(sql, mchid, "none"))
      return
    }
    if (answer.success.status !== 200) return yield* tell(mchid, `HTTP ${answer.success.status}`)
    const listed = openList(
      merchant,
      keysOf(merchant),
      answer.success,
      yield* Clock.currentTimeMillis
    )
    if (typeof listed === "string") return yield* tell(mchid, listed)
    yield* database.write(order, async (sql) => {
      const rows = listed.map(({ id: serial, pem }) => ({ mchid, serial, pem }))
      await keepKeys(sql, mchid, rows)
      await noteFetch(sql, mchid, "some")
    })
    yield* load
  })

  /** Another process may have learnt it; otherwise one asks, and all who wait see the same. */
  const learn = (merchant: Merchant, serial: string) =>
    one.withPermits(1)(
      Effect.gen(function* () {
        if (knows(merchant, serial)) return
        yield* load
        if (!knows(merchant, serial)) yield* fetch(merchant, unknownKey)
      })
    )

  const preferred = (merchant: Merchant, at: number): string => {
    const usable = [...merchant.keys, ...(fetched.get(merchant.mchid) ?? [])].filter(
      ({ from = 0 }) => from <= at
    )
    const [best] = usable.toSorted((a, b) => (b.until ?? 0) - (a.until ?? 0))
    return best?.id ?? merchant.preferredKey
  }

  /** A public key has no end; a certificate without a successor is somebody's business a month before. */
  const warn = Effect.fnUntraced(function* (merchant: Merchant) {
    const { mchid, v2 } = merchant
    const at = yield* Clock.currentTimeMillis
    const ends = (until: number) => until - at < SOON
    const newest = Math.max(
      Number.NEGATIVE_INFINITY,
      ...keysOf(merchant).map(({ until = 0 }) => until)
    )
    yield* database.write(`pay-keys:${mchid}`, async (sql) => {
      const say = async (subject: string, amiss: boolean, detail: string) => {
        if (amiss) await raiseTodo(sql, { kind: KIND, subject, detail, at })
        else await settleTodos(sql, KIND, { prefix: subject }, at)
      }
      await say(
        `${mchid}/wechat`,
        Number.isFinite(newest) && ends(newest),
        `WeChat's newest certificate for merchant ${mchid} ends within 30 days: move to WeChat Pay's public key in the portal`
      )
      await say(
        `${mchid}/own`,
        v2 !== undefined && ends(v2.until),
        `The certificate of merchant ${mchid} ends within 30 days: apply for another in the portal`
      )
    })
  })

  const isSigner = ({ id }: WechatKey) => !id.startsWith("PUB_KEY_ID_")

  const refresh = (merchants: ReadonlyArray<Merchant>) =>
    Effect.forEach(
      merchants,
      (merchant) =>
        one.withPermits(1)(
          Effect.andThen(
            keysOf(merchant).some(isSigner) ? fetch(merchant, regular) : Effect.void,
            warn(merchant)
          )
        ),
      { discard: true }
    )

  return {
    preferred: (merchant) => Effect.map(Clock.currentTimeMillis, (at) => preferred(merchant, at)),
    for: (merchant, headers) => {
      const serial = headers["wechatpay-serial"] ?? ""
      const keys = keysOf(merchant)
      if (!CERTIFICATE.test(serial) || keys.some(({ id }) => id === serial))
        return Effect.succeed(keys)
      return Effect.map(learn(merchant, serial), () => keysOf(merchant))
    },
    refresh
  }
})

const KIND = "payment.certificate"

/** A public key is downloaded by hand in the portal, so nobody is asked for one. */
const CERTIFICATE = /^[0-9A-Fa-f]{8,64}$/

const list = {
  method: "GET",
  target: "/v3/certificates?algorithm_type=RSA",
  timeout: "5 seconds"
} as const

const tell = (mchid: string, reason: string) =>
  Effect.logWarning(`WeChat Pay's certificates of merchant ${mchid} were not taken: ${reason}`)
