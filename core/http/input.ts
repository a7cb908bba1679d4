import { Result } from "effect"
import { readJson } from "./json.ts"
import { type Problem, problems } from "./problem.ts"

export type Input = Readonly<Record<string, unknown>>

/** What the text of a body says, field by field. No body says nothing. */
export const readBody = (text: string, type: string | undefined): Result.Result<Input, Problem> => {
  if (text === "") return nothing
  if (!isJson(type)) return notJson
  // What was not UTF-8 has become this character, the beginning of many a garbled name.
  if (text.includes("\ufffd")) return notUtf8
  return Result.mapError(readJson(text), problems.invalidRequest)
}

const nothing = Result.succeed({})
const notJson = Result.fail(problems.notJson)
const notUtf8 = Result.fail(problems.invalidRequest("The body is not UTF-8"))

/** Keeps out, too, what a stranger's page can send here in its visitor's name: a form has other types. */
const isJson = (type: string | undefined) =>
  type === "application/json" ||
  (type !== undefined && /^application\/([\w.+-]+\+)?json *(; *charset="?utf-8"? *)?$/i.test(type))

/** What a query says. A name that comes twice is a list, which only a field that is one accepts. */
export const readQuery = (url: string): Input => {
  const query: Record<string, unknown> = Object.create(null)
  const start = url.indexOf("?")
  if (start < 0) return query
  const pairs = new URLSearchParams(url.slice(start))
  for (const name of new Set(pairs.keys())) {
    const values = pairs.getAll(name)
    query[name] = values.length === 1 ? values[0] : values
  }
  return query
}
