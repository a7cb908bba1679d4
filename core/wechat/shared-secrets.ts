import { Clock, Context, Effect, Fiber, FiberMap, Layer, Option, Result } from "effect"
import { Database } from "../database/database.ts"
import { leaseMillis } from "../database/lease.ts"
import { Seal } from "../database/seal.ts"
import type { WechatFailure } from "./errors.ts"
import {
  change,
  type FetchLease,
  findSecret,
  leaseFetch,
  rejectVersion,
  type SecretRow
} from "./secret-rows.ts"

/** A value as WeChat gives it. */
export interface Fresh {
  readonly value: string
  /** How long it lives from when it was asked for, in seconds. */
  readonly lives: number
}

/** How to get a value. `force`: WeChat is to make another one, as it calls the present one bad and gave it out again. */
export type Fetch = (how: { readonly force: boolean }) => Effect.Effect<Fresh, WechatFailure>

/**
 * Values of which WeChat wants one at a time in the world (access tokens, tickets): fetched ahead of their end by one process however
 * many ask, and shared by all of them.
 */
export class SharedSecrets extends Context.Service<
  SharedSecrets,
  {
    /** The present value. While a new one is fetched, the old one serves for as long as it lives. */
    get(name: string, fetch: Fetch): Effect.Effect<string, WechatFailure>
    /** Says that WeChat refused a value. If another is present by now, nothing happens. */
    reject(name: string, value: string): Effect.Effect<void>
  }
>()("weir/SharedSecrets") {
  static readonly layer = Layer.effect(
    SharedSecrets,
    Effect.gen(function* () {
      const known = new Map<string, Known>()
      const failed = new Map<string, Failed>()
      const running = yield* FiberMap.make<string, string, WechatFailure>()
      const { obtain, reject } = yield* makeRows(known)

      /** All that ask at once are one who asks. */
      const together = (name: string, fetch: Fetch) =>
        Effect.suspend(() => {
          const joined = Option.getOrUndefined(FiberMap.getUnsafe(running, name))
          return joined === undefined
            ? FiberMap.run(running, name, remember(name, obtain(name, fetch)))
            : Effect.succeed(joined)
        }).pipe(Effect.flatMap(Fiber.join))

      const remember = (name: string, work: Effect.Effect<string, WechatFailure>) =>
        Effect.tapError(work, (failure) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            failed.set(name, { failure, until: now + respite[failure._tag] })
          })
        )

      return SharedSecrets.of({
        get: Effect.fnUntraced(function* (name, fetch) {
          const now = yield* Clock.currentTimeMillis
          const present = known.get(name)
          if (present !== undefined && now < present.until) return present.value
          const failure = failed.get(name)
          if (failure !== undefined && now < failure.until) return yield* failure.failure
          failed.delete(name)
          return yield* together(name, fetch)
        }),
        reject
      })
    })
  )
}

/** What this process has seen of a value. Other processes may replace it meanwhile, so it is looked up again within a minute. */
interface Known {
  readonly value: string
  readonly until: number
}
const lookAgain = 60_000

/** A storm of calls must not become a storm at WeChat's door. */
interface Failed {
  readonly failure: WechatFailure
  readonly until: number
}
const respite = { WechatRefused: 10_000, WechatUnknown: 1_000, NotSent: 1_000 }

/** WeChat's stable token changes when less than five minutes are left, and both serve until the old one ends. */
const ahead = 240_000
/** WeChat takes the second of two forced refreshes for the first within half a minute, and twenty a day. */
const pause = 30_000

const makeRows = Effect.fnUntraced(function* (known: Map<string, Known>) {
  const database = yield* Database
  const seal = yield* Seal
  const about = (name: string) => `weir_wechat_secrets.value:${name}`

  /** What another key sealed, or nobody, is no value: WeChat gives another. */
  const valueIn = ({ name, value }: SecretRow): string | undefined => {
    if (value === null) return undefined
    try {
      return Buffer.from(seal.open(value, about(name))).toString()
    } catch {
      return undefined
    }
  }

  const write = <A>(name: string, work: Parameters<typeof database.write<A>>[1]) =>
    database.write(`wechat-secret:${name}`, work)

  const keep = (name: string, value: string, until: number, now: number) => {
    known.set(name, { value, until: Math.min(until, now + lookAgain) })
    return value
  }

  /** What WeChat gives; another, if it gives again what it has refused. */
  const fetched = Effect.fnUntraced(function* (row: SecretRow | undefined, fetch: Fetch) {
    const asked = yield* Clock.currentTimeMillis
    const fresh = yield* fetch({ force: false })
    const isBad = row?.expires_at === 0 && valueIn(row) === fresh.value
    if (!isBad || asked < row.forced_at + pause) return { ...fresh, asked, forced: false }
    return { ...(yield* fetch({ force: true })), asked, forced: true }
  })

  const refresh = Effect.fnUntraced(function* (
    lease: FetchLease,
    row: SecretRow | undefined,
    fetch: Fetch
  ) {
    const { asked, forced, lives, value } = yield* fetched(row, fetch)
    const expires = asked + lives * 1_000
    const refreshAt = Math.min(expires, Math.max(asked + pause, expires - ahead))
    const { name } = lease
    yield* write(name, (sql) =>
      change(sql, lease, {
        value: seal.seal(Buffer.from(value), about(name)),
        version: (row?.version ?? 0) + 1,
        expires_at: expires,
        refresh_at: refreshAt,
        leased_until: 0,
        ...(forced && { forced_at: asked })
      })
    )
    return keep(name, value, refreshAt, asked)
  })

  const obtain = Effect.fnUntraced(function* (name: string, fetch: Fetch) {
    while (true) {
      const row = yield* database.read((sql) => findSecret(sql, name))
      const value = row && valueIn(row)
      const now = yield* Clock.currentTimeMillis
      if (row && value !== undefined && now < row.refresh_at)
        return keep(name, value, row.refresh_at, now)
      const serves = row && value !== undefined && now < row.expires_at ? value : undefined
      const lease = yield* write(name, (sql) => leaseFetch(sql, name, row, now, now + leaseMillis))
      if (lease === undefined) {
        if (serves !== undefined) return serves
        yield* Effect.sleep("100 millis")
        continue
      }
      const giveUp = (changes: Partial<SecretRow> = {}) =>
        write(name, (sql) => change(sql, lease, { leased_until: 0, ...changes }))
      const outcome = yield* refresh(lease, row, fetch).pipe(
        Effect.onInterrupt(() => giveUp()),
        Effect.result
      )
      if (Result.isSuccess(outcome)) return outcome.success
      yield* giveUp(serves === undefined ? {} : { refresh_at: now + pause })
      if (serves === undefined) return yield* outcome.failure
      return serves
    }
  })

  const reject = Effect.fnUntraced(function* (name: string, value: string) {
    if (known.get(name)?.value === value) known.delete(name)
    yield* write(name, async (sql) => {
      const row = await findSecret(sql, name)
      if (row !== undefined && valueIn(row) === value) await rejectVersion(sql, row)
    })
  })

  return { obtain, reject }
})
