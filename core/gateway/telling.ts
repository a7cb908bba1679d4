import { Effect } from "effect"
import type { RawReply } from "../plugin/route.ts"
import { Stopping } from "../stopping.ts"

/** How many pages this process tells at once; the others look by themselves. */
const most = 1_000
let told = 0

/** Browsers ask again by themselves; until then, a connection that is gone unnoticed costs no more. */
const longest = "60 seconds"

/**
 * Tells a page what is new, as server-sent events, until all is told, a minute is over or the process stops. `busy`: too many are told
 * already.
 */
export const telling = Effect.fnUntraced(function* <E, R>(
  tell: (say: (event: string, data: string) => void) => Effect.Effect<void, never, R>,
  busy: Effect.Effect<never, E>
): Effect.fn.Return<RawReply, E, Stopping | R> {
  const { begun } = yield* Stopping
  const context = yield* Effect.context<R>()
  if (told >= most) return yield* busy
  return {
    status: 200,
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
    body: (say) =>
      Effect.suspend(() => {
        told++
        say("retry: 2000\n\n")
        return tell((event, data) => say(`event: ${event}\ndata:${data}\n\n`))
      }).pipe(
        Effect.raceFirst(Effect.raceFirst(Effect.sleep(longest), begun)),
        Effect.ensuring(Effect.sync(() => void told--)),
        Effect.provideContext(context)
      )
  }
})
