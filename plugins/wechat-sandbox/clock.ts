import { Clock, Context, Duration, Effect, Latch, Layer } from "effect"
import { Database } from "#core"
import { setSetting, setting } from "./store.ts"

/**
 * WeChat's clock: the machine's, plus how far a developer has let it run ahead. Lives, windows and retries follow it.
 * Signatures do not: they are stamped with the machine's time, or every client's five-minute window would refuse them.
 */
export class WechatClock extends Context.Service<
  WechatClock,
  {
    readonly now: Effect.Effect<number>
    /** Lets time pass at once; answers the new time. */
    advance(by: Duration.Input): Effect.Effect<number>
    /** Sleeps until this clock shows `at`, however it gets there. */
    sleepUntil(at: number): Effect.Effect<void>
  }
>()("wechat-sandbox/WechatClock") {
  static readonly layer = Layer.effect(
    WechatClock,
    Effect.gen(function* () {
      const database = yield* Database
      const moved = yield* Latch.make()
      let ahead = Number((yield* database.read((sql) => setting(sql, "clock"))) ?? 0)

      const now = Effect.map(Clock.currentTimeMillis, (millis) => millis + ahead)

      const advance = Effect.fnUntraced(function* (by: Duration.Input) {
        ahead += Duration.toMillis(by)
        yield* database.write("clock", (sql) => setSetting(sql, "clock", String(ahead)))
        yield* moved.release
        return yield* now
      })

      const sleepUntil = Effect.fnUntraced(function* (at: number) {
        while (true) {
          const left = at - (yield* now)
          if (left <= 0) return
          // A timer of more than 24 days would fire at once.
          yield* Effect.raceFirst(Effect.sleep(Math.min(left, longestTimer)), moved.await)
        }
      })

      return WechatClock.of({ now, advance, sleepUntil })
    })
  )
}

const longestTimer = Duration.toMillis("1 day")
