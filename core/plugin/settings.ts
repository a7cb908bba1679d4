import { Config, Effect, Exit, Schema } from "effect"
import type { Fields } from "./route.ts"

/** A value in `gateway.config.ts`: itself, or where to read it. */
export type Setting<A> = A | Config.Config<A>

/** Settings for options; an option that may be `undefined` may be left out. */
export type Settings<A> = {
  readonly [K in keyof A as undefined extends A[K] ? never : K]: Setting<A[K]>
} & { readonly [K in keyof A as undefined extends A[K] ? K : never]?: Setting<A[K]> }

/** One thing wrong with the configuration, said so that it can be put right without reading code. */
export interface ConfigProblem {
  /** Whose option: a plugin's name, or `gateway`. */
  readonly owner: string
  readonly option: string
  readonly problem: string
}

/** Everything wrong with the configuration, at once. */
export class ConfigInvalid extends Schema.TaggedError<ConfigInvalid>()("ConfigInvalid", {
  problems: Schema.Array(
    Schema.Struct({ owner: Schema.String, option: Schema.String, problem: Schema.String })
  )
}) {
  override readonly message = this.problems
    .map(({ option, owner, problem }) => `${owner}.${option}: ${problem}`)
    .join("\n")
}

/** Reads and checks every setting of one owner. Fails with all that is wrong, naming what was expected and never a secret. */
export const readSettings = Effect.fnUntraced(function* (
  owner: string,
  options: Fields,
  settings: { readonly [option: string]: unknown }
) {
  const problems: Array<ConfigProblem> = []
  const values: Record<string, unknown> = {}
  for (const option of Object.keys(settings)) {
    if (!(option in options))
      problems.push({ owner, option, problem: unknownOption(option, options) })
  }
  for (const [option, schema] of Object.entries(options)) {
    const read = yield* Effect.exit(readSetting(schema, settings[option]))
    if (Exit.isSuccess(read)) values[option] = read.value
    else problems.push({ owner, option, problem: reasonOf(read) })
  }
  return problems.length > 0 ? yield* new ConfigInvalid({ problems }) : values
})

const readSetting = Effect.fnUntraced(function* (schema: Fields[string], setting: unknown) {
  const value: unknown = Config.isConfig(setting) ? yield* setting : setting
  return yield* Schema.decodeUnknownEffect(Schema.toType(schema))(value)
})

const reasonOf = (exit: Exit.Failure<unknown, Schema.SchemaError | Config.ConfigError>) => {
  const [reason] = exit.cause.reasons
  if (reason?._tag !== "Fail") return "cannot be read"
  const { error } = reason
  return sentence(error._tag === "ConfigError" ? error.cause.message : error.message)
}

/** `Expected a number at ["PORT"]` as people say it. A variable is always text, so where text is missing nothing was set. */
const sentence = (message: string): string => {
  const [, expected = message, variable] = /^(.*?)(?:\s+at \["(\w+)"\])?$/s.exec(message) ?? []
  if (variable === undefined) return expected.replaceAll(/\s+/g, " ")
  return expected === "Expected string" ? `${variable} is not set` : `${variable}: ${expected}`
}

const unknownOption = (option: string, options: Fields) => {
  const near = Object.keys(options).find((name) => distance(name, option) <= 2)
  return near === undefined
    ? `there is no such option; there are ${Object.keys(options).join(", ") || "none"}`
    : `there is no such option; did you mean ${near}?`
}

/** Levenshtein: how many letters to change, add or drop. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
        )
      )
    row = next
  }
  return row[b.length] ?? 0
}
