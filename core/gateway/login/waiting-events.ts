import { Effect } from "effect"
import type { LoginRefused } from "../../login/model.ts"
import { WaitingPages } from "../../login/waiting.ts"
import type { RawReply } from "../../plugin/route.ts"
import type { Stopping } from "../../stopping.ts"
import { telling } from "../telling.ts"
import { refuse } from "./answers.ts"

/**
 * Tells a waiting page when it has changed since. Another process may have changed it, so the database is looked at; a second is soon
 * enough for whoever puts a phone away.
 */
export const eventsOf = Effect.fnUntraced(function* (
  look: { readonly number: string; readonly browser: string | undefined },
  since: string
): Effect.fn.Return<RawReply, LoginRefused, WaitingPages | Stopping> {
  const pages = yield* WaitingPages
  yield* pages.look(look)
  const stateNow = pages.look(look).pipe(
    Effect.map(({ state }) => state),
    Effect.catchTag("LoginRefused", () => Effect.succeed("over" as const))
  )
  const changed: Effect.Effect<void> = Effect.flatMap(stateNow, (state) =>
    state === since ? Effect.andThen(Effect.sleep("1 second"), changed) : Effect.void
  )
  return yield* telling(
    (say) =>
      Effect.andThen(
        changed,
        Effect.sync(() => say("changed", ""))
      ),
    refuse("busy")
  )
})
