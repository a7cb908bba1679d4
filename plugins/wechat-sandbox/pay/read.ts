import { Result, Schema, type SchemaIssue } from "effect"
import { badParameter, emoji, notJson, type Refused, unknownKeys } from "./refusal.ts"

/** The body as JSON, before anything is known about its keys. */
export const readJson = (body: Uint8Array): Result.Result<unknown, Refused> => {
  try {
    const text = utf8.decode(body)
    if (/[\u{10000}-\u{10FFFF}]/u.test(text)) return Result.fail(emoji())
    return Result.succeed(JSON.parse(text))
  } catch {
    return Result.fail(notJson())
  }
}

const utf8 = new TextDecoder("utf-8", { fatal: true })

/** Decodes a request; unknown keys are reported before wrong ones, and all of them at once. */
export const reader = <A, I>(schema: Schema.Codec<A, I>) => {
  const decode = Schema.decodeUnknownResult(schema, { errors: "all", onExcessProperty: "error" })
  return (value: unknown): Result.Result<A, Refused> =>
    Result.mapError(decode(value), ({ issue }) => complaint(findings(issue, []), value))
}

interface Finding {
  readonly path: ReadonlyArray<PropertyKey>
  readonly issue: SchemaIssue.Issue
}

const findings = (
  issue: SchemaIssue.Issue,
  path: ReadonlyArray<PropertyKey>
): ReadonlyArray<Finding> => {
  switch (issue._tag) {
    case "Pointer":
      return findings(issue.issue, [...path, ...issue.path])
    case "Composite":
      return issue.issues.flatMap((each) => findings(each, path))
    case "Encoding":
      return findings(issue.issue, path)
    case "Filter":
      return issue.issue._tag === "Pointer" ? findings(issue.issue, path) : [{ path, issue }]
    default:
      return [{ path, issue }]
  }
}

const complaint = (found: ReadonlyArray<Finding>, body: unknown): Refused => {
  const unknown = found.filter(({ issue }) => issue._tag === "UnexpectedKey")
  if (unknown.length > 0) {
    return unknownKeys({
      location: "body",
      value: unknown.map(({ path }) => `/body${pointer(path)}`)
    })
  }
  const { issue, path } = found[0] ?? { path: [], issue: undefined }
  const words = wording(issue)
  // Of a text that is too long WeChat names the length, as a number.
  const [, length] = /^字节数 (\d+)/.exec(words) ?? []
  return badParameter(pointer(path), words, length === undefined ? at(body, path) : Number(length))
}

const pointer = (path: ReadonlyArray<PropertyKey>) => path.map((key) => `/${String(key)}`).join("")

const wording = (issue: SchemaIssue.Issue | undefined): string => {
  if (issue?._tag === "MissingKey") return "此字段为必填项"
  const message =
    issue?._tag === "Filter" && "annotations" in issue.issue && issue.issue.annotations?.message
  return typeof message === "string" ? message : "类型或取值不符合API文档的定义"
}

const at = (value: unknown, path: ReadonlyArray<PropertyKey>): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null ? Reflect.get(inner, key) : undefined,
    value
  )
