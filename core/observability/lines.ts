import { Console, Context, Effect, Scheduler } from "effect"

/** Where the log's lines go, and what they are: JSON for machines, text for whoever develops. */
export interface Lines {
  readonly form: "json" | "text"
  readonly write: (line: string) => void
  /** Now, as what ends the process does not wait. */
  readonly flush: () => void
}

/** Nowhere, until `logger.layer` says where. */
export const Lines = Context.Reference<Lines>("weir/Lines", {
  defaultValue: () => ({ form: "json", write: () => {}, flush: () => {} })
})

/** Lines of one turn of the event loop share a write, which costs more than all the rest of a line. */
export const makeLines = Effect.fnUntraced(function* (form: Lines["form"]) {
  const output = yield* Console.Console
  const dispatcher = (yield* Scheduler.Scheduler).makeDispatcher()
  let waiting: Array<string> = []
  const flush = () => {
    if (waiting.length === 0) return
    const text = waiting.join("\n")
    waiting = []
    output.log(text)
  }
  const write = (line: string) => {
    if (waiting.push(line) === 1) dispatcher.scheduleTask(flush, 0)
  }
  yield* Effect.addFinalizer(() => Effect.sync(flush))
  return { form, write, flush } satisfies Lines
})

/** Many lines fall into one millisecond, and its text costs more than the rest of a short line. */
export const isoTime = (at: number): string => {
  if (at !== latest.at) latest = { at, text: new Date(at).toISOString() }
  return latest.text
}

let latest = { at: Number.NaN, text: "" }
