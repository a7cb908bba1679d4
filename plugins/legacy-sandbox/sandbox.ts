import { Context, Effect, Layer, type Redacted } from "effect"
import { Database, type RawReply, type RawRequest } from "#core"
import { Faults } from "./faults.ts"

/** What the old systems at the other end are set up with. */
export interface LegacyOptions {
  readonly secret: Redacted.Redacted
  readonly user: string
  readonly password: string
}

/** The old systems at the other end, with books of their own. */
export class LegacySandbox extends Context.Service<
  LegacySandbox,
  LegacyOptions & {
    readonly database: Database["Service"]
    readonly faults: Faults
    /** One answer, with whatever fault strikes it. */
    answer<E, R>(
      request: RawRequest,
      work: Effect.Effect<RawReply, E, R>
    ): Effect.Effect<RawReply, E, R>
  }
>()("legacy-sandbox/LegacySandbox") {
  static readonly layer = (options: LegacyOptions) =>
    Layer.effect(
      LegacySandbox,
      Effect.map(Database, (database) => {
        const faults = new Faults()
        return LegacySandbox.of({
          ...options,
          database,
          faults,
          answer: (request, work) => struck(faults, request, work)
        })
      })
    )
}

/** A door that sees this header breaks the connection instead of answering. */
const reset: RawReply = { status: 502, headers: { "x-sandbox-connection": "reset" } }

const page: RawReply = {
  status: 200,
  headers: { "content-type": "text/html" },
  body: "<html><head><title>Server Error</title></head><body><h1>Server Error in '/' Application.</h1></body></html>"
}

const struck = Effect.fnUntraced(function* <E, R>(
  faults: Faults,
  { target }: RawRequest,
  work: Effect.Effect<RawReply, E, R>
) {
  const path = target.split("?", 1)[0] ?? target
  if (faults.take("drop", path) !== undefined) return reset
  if (faults.take("html", path) !== undefined) return page
  // What was begun is ended, also when the caller hangs up.
  const reply = yield* Effect.uninterruptible(work)
  const slow = faults.take("slow", path)
  if (slow !== undefined) yield* Effect.sleep(`${slow.seconds ?? 60} seconds`)
  return faults.take("reset", path) === undefined ? reply : reset
})
