import {
  Cause,
  Context,
  Effect,
  Formatter,
  Layer,
  Logger,
  type LogLevel,
  Predicate,
  References
} from "effect"
import { isoTime, Lines, makeLines } from "./lines.ts"
import { isSecret, masked, maskedField, redacted } from "./redaction.ts"

/**
 * One event, one line. A message is words and, after them, objects whose fields join the annotations:
 * `Effect.logInfo("answered", { status: 200 })`.
 */
export const layer = (form: Lines["form"]): Layer.Layer<never> =>
  Layer.effectContext(
    Effect.map(makeLines(form), (lines) =>
      Context.make(Lines, lines).pipe(
        Context.add(Logger.CurrentLoggers, new Set([writingTo(lines)]))
      )
    )
  )

const writingTo = ({ form, write, flush }: Lines): Logger.Logger<unknown, void> =>
  Logger.make((event) => {
    write(form === "json" ? jsonLine(event) : textLine(event))
    if (event.logLevel === "Error" || event.logLevel === "Fatal") flush()
  })

const jsonLine = (event: Logger.Options<unknown>): string => {
  const { words, fields } = parts(event)
  let line = `{"time":"${isoTime(event.date.getTime())}","level":"${levels[event.logLevel]}","msg":${JSON.stringify(words)}`
  for (const name in fields) {
    const value = json(name, fields[name])
    if (value !== undefined) line += `,${JSON.stringify(name)}:${value}`
  }
  return visible(`${line}}`)
}

const textLine = (event: Logger.Options<unknown>): string => {
  const { words, fields } = parts(event)
  let line = `${isoTime(event.date.getTime()).slice(11, 23)} ${levels[event.logLevel].padEnd(5)} ${words}`
  for (const name in fields) {
    const value = name === "cause" ? undefined : json(name, fields[name])
    if (value !== undefined) line += ` ${name}=${value.replace(oneWord, "$1")}`
  }
  const { cause } = fields
  const below = cause === undefined ? [] : masked(String(cause)).split("\n")
  return [line, ...below].map(visible).join("\n  ")
}

const oneWord = /^"([^\s"\\=]+)"$/

interface Parts {
  readonly words: string
  readonly fields: Readonly<Record<string, unknown>>
}

const parts = ({ message, cause, fiber }: Logger.Options<unknown>): Parts => {
  let words = ""
  let fields: Readonly<Record<string, unknown>> = fiber.getRef(References.CurrentLogAnnotations)
  for (const part of Array.isArray(message) ? message : [message]) {
    if (isFields(part)) fields = { ...fields, ...part }
    else words += `${words && " "}${typeof part === "string" ? part : Formatter.format(part)}`
  }
  if (cause.reasons.length > 0) fields = { ...fields, cause: Cause.pretty(cause) }
  return { words: masked(words), fields }
}

const isFields = (part: unknown): part is Readonly<Record<string, unknown>> =>
  Predicate.isObject(part) && Object.getPrototypeOf(part) === Object.prototype

const json = (name: string, value: unknown): string | undefined => {
  const shown = isSecret(name) ? redacted : value
  try {
    return JSON.stringify(shown, maskedField)
  } catch {
    return JSON.stringify(masked(Formatter.format(shown)))
  }
}

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
