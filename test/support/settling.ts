import { tracingChannel } from "node:diagnostics_channel"
import { setImmediate } from "node:timers/promises"
import { Duration, Effect } from "effect"
import { TestClock } from "effect/testing"

/** What has been asked of a database server and is not answered yet. A file answers at once. */
const asked = new Set<unknown>()
for (const name of ["mysql2:connect", "mysql2:query", "mysql2:execute"])
  tracingChannel(name).subscribe({
    start: (question) => void asked.add(question),
    end: () => {},
    asyncStart: () => {},
    asyncEnd: (question) => void asked.delete(question),
    error: (question) => void asked.delete(question)
  })

/** Lets everything run that can run without time passing. A server's answers take time of their own, which is waited for. */
export const settle = Effect.promise(async () => {
  for (let quiet = 0; quiet < 12; quiet++) {
    await setImmediate()
    if (asked.size > 0) quiet = -1
  }
})

/** Lets time pass in steps, each of which wakes who sleeps until then and lets them act before the next. */
export const passIn = Effect.fnUntraced(function* (step: number, duration: Duration.Input) {
  const whole = Duration.toMillis(duration)
  yield* settle
  for (let passed = 0; passed < whole; passed += step) {
    yield* TestClock.adjust(Math.min(step, whole - passed))
    yield* settle
  }
})
