import {
  Cause,
  Console,
  Effect,
  Formatter,
  Logger,
  type LogLevel,
  Predicate,
  References
} from "effect"
import { masked, maskedField } from "./redaction.ts"

/**
 * One event, one line: JSON for machines, or text for the one who develops. A message is words and, after them, objects whose
 * fields join the annotations: `Effect.logInfo("answered", { status: 200 })`.
 */
export const layer = (form: "json" | "text") =>
  Logger.layer([written(form === "json" ? jsonLine : textLine)])

/**
 * Lines of one turn of the event loop share a write, which costs more than all the rest of a line. An error is written at once:
 * what ends the process must not wait.
 */
const written = Effect.fnUntraced(function* (line: Logger.Logger<unknown, string>) {
  const console = yield* Console.Console
  let lines: Array<string> = []
  const flush = () => {
    if (lines.length === 0) return
    const text = lines.join("\n")
    lines = []
    console.log(text)
  }
  yield* Effect.addFinalizer(() => Effect.sync(flush))
  return Logger.make<unknown, void>((event) => {
    if (lines.push(line.log(event)) === 1) event.fiber.currentDispatcher.scheduleTask(flush, 0)
    if (event.logLevel === "Error" || event.logLevel === "Fatal") flush()
  })
})

export const jsonLine: Logger.Logger<unknown, string> = Logger.make((event) => {
  const { words, fields } = parts(event)
  let line = `{"time":"${event.date.toISOString()}","level":"${levels[event.logLevel]}","msg":${JSON.stringify(words)}`
  for (const name in fields) {
    const value = json(name, fields[name])
    if (value !== undefined) line += `,${JSON.stringify(name)}:${value}`
  }
  return visible(`${line}}`)
})

export const textLine: Logger.Logger<unknown, string> = Logger.make((event) => {
  const {
    words,
    fields: { cause, ...fields }
  } = parts(event)
  let line = `${event.date.toISOString().slice(11, 23)} ${levels[event.logLevel].padEnd(5)} ${visible(words)}`
  for (const name in fields) line += ` ${name}=${bare(json(name, fields[name]))}`
  return cause === undefined
    ? line
    : [line, ...masked(String(cause)).split("\n").map(visible)].join("\n  ")
})

interface Parts {
  readonly words: string
  readonly fields: Record<string, unknown>
}

const parts = ({ message, cause, fiber }: Logger.Options<unknown>): Parts => {
  let words = ""
  let fields: Record<string, unknown> = fiber.getRef(References.CurrentLogAnnotations)
  for (const part of Array.isArray(message) ? message : [message]) {
    if (typeof part === "string") words += words === "" ? part : ` ${part}`
    else if (isFields(part)) fields = { ...fields, ...part }
    else words += ` ${Formatter.format(part)}`
  }
  if (cause.reasons.length > 0) fields = { ...fields, cause: Cause.pretty(cause) }
  return { words: masked(words), fields }
}

const isFields = (part: unknown): part is Record<string, unknown> =>
  Predicate.isObject(part) && Object.getPrototypeOf(part) === Object.prototype

const json = (name: string, value: unknown): string | undefined => {
  const kept = value instanceof Error ? masked(String(value)) : maskedField(name, value)
  try {
    return JSON.stringify(kept, Predicate.isObject(kept) ? maskedField : undefined)
  } catch {
    return JSON.stringify(masked(Formatter.format(kept)))
  }
}

/** JSON leaves in clear what a terminal or a viewer acts on: C1 controls, line separators, changes of writing direction. */
const visible = (line: string): string => (unsafe.test(line) ? line.replace(all, escaped) : line)
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
const unsafe = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]/
const all = new RegExp(unsafe, "g")
const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`

const bare = (value: string | undefined) => value?.replace(/^"([^\s"\\=]+)"$/, "$1")

const levels: Readonly<Record<LogLevel.LogLevel, string>> = {
  All: "all",
  Fatal: "fatal",
  Error: "error",
  Warn: "warn",
  Info: "info",
  Debug: "debug",
  Trace: "trace",
  None: "none"
}
