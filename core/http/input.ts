import { Result } from "effect"
import type { Call } from "./app.ts"
import { readJson } from "./json.ts"
import { type Problem, problems } from "./problem.ts"

type Input = Readonly<Record<string, unknown>>

/** One flat record of what is asked: path parameters, and the rest from the query (GET) or the JSON body. The path wins. */
export const readInput = async (c: Call): Promise<Result.Result<Input, Problem>> => {
  const params = c.req.param()
  if (hasNoBody(c)) return Result.succeed({ ...queryOf(c.req.url), ...params })
  const body = await readRecord(c)
  return Result.isSuccess(body) && hasKeys(params)
    ? Result.succeed({ ...body.success, ...params })
    : body
}

/** The bytes of a body, whatever they mean. */
export const readBody = async (c: Call): Promise<Result.Result<Uint8Array, Problem>> => {
  if (hasNoBody(c)) return Result.succeed(new Uint8Array())
  const bytes = await c.req.arrayBuffer().catch(() => undefined)
  return bytes === undefined ? cutOff : Result.succeed(new Uint8Array(bytes))
}

const readRecord = async (c: Call): Promise<Result.Result<Input, Problem>> => {
  const text = await c.req.text().catch(() => undefined)
  if (text === undefined) return cutOff
  if (text === "") return nothing
  if (!isJson(c.req.header("content-type"))) return Result.fail(problems.notJson)
  // What was not UTF-8 has become this character, the beginning of many a garbled name.
  if (text.includes("\ufffd")) return invalid("The body is not UTF-8")
  return Result.mapError(readJson(text), problems.invalidRequest)
}

const invalid = (message: string) => Result.fail(problems.invalidRequest(message))
const cutOff = invalid("The body did not arrive whole")
const nothing = Result.succeed({})

const hasNoBody = ({ req }: Call) => req.method === "GET" || req.method === "HEAD"

const hasKeys = (record: Input) => {
  for (const _ in record) return true
  return false
}

/** Keeps out, too, what a stranger's page can send here in its visitor's name: a form has other types. */
const isJson = (type: string | undefined) =>
  type === "application/json" ||
  (type !== undefined && /^application\/([\w.+-]+\+)?json *(; *charset="?utf-8"? *)?$/i.test(type))

/** A name that comes twice is a list, which only a field that is one accepts. */
const queryOf = (url: string): Input => {
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
