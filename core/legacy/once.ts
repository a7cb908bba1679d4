import { Effect } from "effect"
import type { Journal, KeyReused } from "../journal/journal.ts"
import type { Once } from "./call.ts"
import type { Texts } from "./dialect.ts"
import type { Handing } from "./handing.ts"
import type { Prepared } from "./prepared.ts"

/** What a journaled call says, and how it is noted that the caller has it. */
export interface Heard {
  readonly reply: Texts
  readonly delivered: Effect.Effect<void>
}

/** Where an inlet remembers its messages. */
export interface Books {
  readonly journal: Journal["Service"]
  readonly handing: Handing
  /** The plugin. */
  readonly source: string
}

/**
 * Lets a call answer a message once, however often it comes. A terminal without tickets has its last unheard call ended first, since
 * it will never ask for it again.
 */
export const answerOnce = Effect.fnUntraced(function* <R>(
  { handing, journal, source }: Books,
  call: Prepared<R>,
  once: Once<never, R>,
  request: never,
  body: Uint8Array
): Effect.fn.Return<Heard, KeyReused, R> {
  const key = write(once.key(request))
  const lane = once.terminal?.(request)
  if (lane !== undefined && call.giveUp !== undefined) {
    yield* handing.settled(lane)
    const last = yield* journal.undelivered({ source, operation: call.name, lane, exceptKey: key })
    if (last !== undefined) {
      yield* call.giveUp(read(last.key))
      yield* journal.delivered(last.id)
    }
  }
  const reopened = yield* once.reopens?.(request) ?? Effect.succeed(undefined)
  const admitted = yield* journal.once(
    {
      source,
      operation: call.name,
      key,
      same: write(once.same(request)),
      body,
      secrets: once.secrets?.(request) ?? [],
      ...(lane !== undefined && { lane }),
      ...(reopened !== undefined && {
        reopens: { operation: reopened.call, key: write(reopened.key) }
      })
    },
    call.answer(request)
  )
  const { answer, id } = admitted
  const delivered =
    lane !== undefined && answer._tag === "Final"
      ? handing.handing(lane, journal.delivered(id))
      : Effect.void
  return { reply: answer.reply, delivered }
})

const write = (parts: ReadonlyArray<string | number>) => JSON.stringify(parts)
const read = (key: string): ReadonlyArray<string> => JSON.parse(key)
