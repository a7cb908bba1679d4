import { Effect } from "effect"
import type { LoginRefused } from "../../login/model.ts"
import { WaitingPages } from "../../login/waiting.ts"
import type { RawReply } from "../../plugin/route.ts"
import { Stopping } from "../../stopping.ts"
import { refuse } from "./answers.ts"

/** How many pages this process tells at once; the others look by themselves. */
const most = 1_000
let told = 0

/** Browsers ask again by themselves; until then, a connection that is gone unnoticed costs no more. */
const longest = "60 seconds"

/**
 * Tells a waiting page when it has changed since, as server-sent events. Another process may have changed it, so the database is looked
 * at; a second is soon enough for whoever puts a phone away.
 */
export const eventsOf = Effect.fnUntraced(function* (
  look: { readonly number: string; readonly browser: string | undefined },
  since: string
): Effect.fn.Return<RawReply, LoginRefused, WaitingPages | Stopping> {
  const pages = yield* WaitingPages
  const { begun } = yield* Stopping
  const context = yield* Effect.context<never>()
  yield* pages.look(look)
  if (told >= most) return yield* refuse("busy")
  const stateNow = pages.look(look).pipe(
    Effect.map(({ state }) => state),
    Effect.catchTag("LoginRefused", () => Effect.succeed("over" as const))
  )
  const changed: Effect.Effect<void> = Effect.flatMap(stateNow, (state) =>
    state === since ? Effect.andThen(Effect.sleep("1 second"), changed) : Effect.void
  )
  return {
    status: 200,
    headers: { "content-type": "text/event-stream", "cache-control": "no-store" },
    body: (say) =>
      Effect.suspend(() => {
        told++
        say("retry: 2000\n\n")
        return changed
      }).pipe(
        Effect.andThen(Effect.sync(() => say("event: changed\ndata:\n\n"))),
        Effect.raceFirst(Effect.raceFirst(Effect.sleep(longest), begun)),
        Effect.ensuring(Effect.sync(() => void told--)),
        Effect.provideContext(context)
      )
  }
})
