import { Console, type Context, Effect, Layer, type Scope } from "effect"
import { layer } from "../../core/observability/logger.ts"

export interface Logbook {
  /** For what is to write into it. */
  readonly context: Context.Context<never>
  /** What has been written, line by line. */
  readonly lines: Effect.Effect<ReadonlyArray<string>>
  /** The same, read by a machine. */
  readonly events: Effect.Effect<ReadonlyArray<Readonly<Record<string, unknown>>>>
}

/** The gateway's own log, written into memory. */
export const logbook = Effect.fnUntraced(function* (
  form: "json" | "text" = "json"
): Effect.fn.Return<Logbook, never, Scope.Scope> {
  const written: Array<string> = []
  const console = { ...globalThis.console, log: (text: string) => void written.push(text) }
  const context = yield* Layer.build(layer(form)).pipe(
    Effect.provideService(Console.Console, console)
  )
  const lines = Effect.callback<ReadonlyArray<string>>((resume) => {
    setImmediate(() => resume(Effect.succeed(written.flatMap((text) => text.split("\n")))))
  })
  const events = Effect.map(lines, (all) => all.map((line) => JSON.parse(line)))
  return { context, lines, events }
})
