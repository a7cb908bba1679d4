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
import { isSecret, masked, maskedField, maskedValue, redacted } from "./redaction.ts"

/**
 * One event, one line: JSON for machines, text for whoever develops. A message is words and, after them, objects whose fields join
 * the annotations: `Effect.logInfo("answered", { status: 200 })`.
 */
export const layer = (form: "json" | "text") =>
  Logger.layer([written(form === "json" ? jsonLine : textLine)])

/**
 * Lines of one turn of the event loop share a write, which costs more than all the rest of a line. An error is written at once:
 * what ends the process does not wait.
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
  let line = `{"time":"${isoTime(event.date)}","level":"${levels[event.logLevel]}","msg":${JSON.stringify(words)}`
  for (const name in fields) {
    const value = json(name, fields[name])
    if (value !== undefined) line += `,${nameOf(name).quoted}:${value}`
  }
  return visible(`${line}}`)
})

export const textLine: Logger.Logger<unknown, string> = Logger.make((event) => {
  const {
    words,
    fields: { cause, ...fields }
  } = parts(event)
  let line = `${isoTime(event.date).slice(11, 23)} ${levels[event.logLevel].padEnd(5)} ${visible(words)}`
  for (const name in fields) {
    const value = json(name, fields[name])
    if (value !== undefined) line += ` ${name}=${visible(value.replace(plain, "$1"))}`
  }
  return cause === undefined
    ? line
    : [line, ...masked(String(cause)).split("\n").map(visible)].join("\n  ")
})

const plain = /^"([^\s"\\=]+)"$/

interface Parts {
  readonly words: string
  readonly fields: Readonly<Record<string, unknown>>
}

const parts = ({ message, cause, fiber }: Logger.Options<unknown>): Parts => {
  let words = ""
  let fields: Readonly<Record<string, unknown>> = fiber.getRef(References.CurrentLogAnnotations)
  for (const part of Array.isArray(message) ? message : [message]) {
    if (isFields(part)) fields = isEmpty(fields) ? part : { ...fields, ...part }
    else
      words += `${words === "" ? "" : " "}${typeof part === "string" ? part : Formatter.format(part)}`
  }
  if (cause.reasons.length > 0) fields = { ...fields, cause: Cause.pretty(cause) }
  return { words: masked(words), fields }
}

const isFields = (part: unknown): part is Readonly<Record<string, unknown>> =>
  Predicate.isObject(part) && Object.getPrototypeOf(part) === Object.prototype

const isEmpty = (fields: object) => {
  for (const _ in fields) return false
  return true
}

const json = (name: string, value: unknown): string | undefined => {
  if (nameOf(name).secret) return redacted
  if (typeof value === "number" && value < 1e10) return String(value)
  const kept = value instanceof Error ? masked(String(value)) : maskedValue(value)
  if (!Predicate.isObject(kept)) return JSON.stringify(kept)
  try {
    return JSON.stringify(kept, maskedField)
  } catch {
    return JSON.stringify(masked(Formatter.format(kept)))
  }
}

/** Names are few, and written in code; should they come from outside after all, they do not pile up. */
const nameOf = (name: string): Name => {
  let known = names.get(name)
  if (known === undefined) {
    if (names.size === 1_000) names.clear()
    known = { quoted: JSON.stringify(name), secret: isSecret(name) }
    names.set(name, known)
  }
  return known
}

interface Name {
  readonly quoted: string
  readonly secret: boolean
}

const names = new Map<string, Name>()

/** Many lines fall into one millisecond, and writing its time is a quarter of a line's cost. */
const isoTime = (date: Date): string => {
  if (date.getTime() !== latest.at) latest = { at: date.getTime(), text: date.toISOString() }
  return latest.text
}

let latest = { at: Number.NaN, text: "" }

/** JSON leaves in clear what a terminal or a viewer acts on: C1 controls, line separators, changes of writing direction. */
const visible = (line: string): string =>
  unsafe.test(line) ? line.replace(everyUnsafe, escaped) : line
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
const unsafe = /[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ufeff]/
const everyUnsafe = new RegExp(unsafe, "g")
const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`

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
