import {
  Data,
  Effect,
  type Schema,
  type SchemaAST,
  SchemaIssue,
  SchemaTransformation
} from "effect"

/** Where between bytes and record a message went wrong. */
export type Step =
  | "charset"
  | "xml"
  | "json"
  | "form"
  | "fixed-width"
  | "separated"
  | "signature"
  | "fields"

/** What is wrong with a message. It says what was expected, never what came: that may be a name or a payment code. */
export interface Malformed {
  readonly step: Step
  /** As the old system spells it. */
  readonly field?: string
  readonly message: string
}

/** What flat formats carry: texts by the old system's names, in the order they came. */
export type Texts = { readonly [name: string]: string }

class Refused extends Data.Error<Malformed> {}

/** Ends a conversion. Only for the functions given to `twoWay`. */
export function refuse(step: Step, message: string, field?: string): never {
  throw new Refused(field === undefined ? { step, message } : { step, message, field })
}

/** Whatever `convert` refuses is refused for this field. */
export const inField = <A>(field: string, convert: () => A): A => {
  try {
    return convert()
  } catch (cause) {
    if (cause instanceof Refused) return refuse(cause.step, cause.message, field)
    throw cause
  }
}

const attempt =
  <A, B>(convert: (value: A) => B) =>
  (value: A): Effect.Effect<B, SchemaIssue.Issue> =>
    Effect.suspend(() => {
      try {
        return Effect.succeed(convert(value))
      } catch (cause) {
        if (cause instanceof Refused) return Effect.fail(issueOf(cause))
        throw cause
      }
    })

const issueOf = ({ field, message, step }: Malformed): SchemaIssue.Issue => {
  const issue = new SchemaIssue.InvalidValue({ message, step })
  return field === undefined ? issue : new SchemaIssue.Pointer([field], issue)
}

/** A conversion in both directions, of plain functions that may `refuse`. Whatever else they throw is a defect. */
export const twoWay = <T, E>(convert: {
  readonly decode: (encoded: E) => T
  readonly encode: (value: T) => E
}): SchemaTransformation.Transformation<T, E> =>
  SchemaTransformation.transformEffect({
    decode: attempt(convert.decode),
    encode: attempt(convert.encode)
  })

/** The first thing wrong with a message, whichever part of its dialect found it. */
export const malformed = (error: Schema.SchemaError): Malformed => firstOf(error.issue, [])

const firstOf = (
  issue: SchemaIssue.Issue,
  path: ReadonlyArray<string>,
  record?: SchemaAST.AST
): Malformed => {
  switch (issue._tag) {
    case "Pointer":
      return firstOf(issue.issue, [...path, ...issue.path.map((key) => spelled(key, record))])
    case "Composite":
      return firstOf(issue.issues[0], path, issue.ast)
    case "Encoding":
      return firstOf(issue.issue, path)
    case "AnyOf":
      return issue.issues[0] ? firstOf(issue.issues[0], path) : leaf(issue, path)
    case "Filter":
      return issue.issue._tag === "Pointer" || issue.issue._tag === "Composite"
        ? firstOf(issue.issue, path, record)
        : leaf(issue, path)
    default:
      return leaf(issue, path)
  }
}

const leaf = (issue: SchemaIssue.Issue, path: ReadonlyArray<string>): Malformed => {
  const step = "annotations" in issue ? issue.annotations?.step : undefined
  return {
    step: (step as Step | undefined) ?? "fields",
    ...(path.length > 0 && { field: path.join(".") }),
    message: issue._tag === "MissingKey" ? "Missing" : format(withoutInput(issue))
  }
}

const format = SchemaIssue.makeFormatterDefault()

/** Somebody may have decoded with `reportInput`. */
const withoutInput = ({ input: _, ...issue }: SchemaIssue.Issue): SchemaIssue.Issue =>
  issue._tag === "Filter" ? { ...issue, issue: withoutInput(issue.issue) } : issue

/** What the old system calls a key: the record's own renaming (`Schema.encodeKeys`) is asked. */
const spelled = (key: PropertyKey, record: SchemaAST.AST | undefined): string => {
  const renaming = record?.encoding?.[0].transformation.encode
  if (typeof renaming !== "object" || renaming._tag !== "Transform") return String(key)
  const value = Symbol()
  try {
    const renamed: { [name: string]: unknown } = renaming.transform({ [key]: value })
    return Object.keys(renamed).find((name) => renamed[name] === value) ?? String(key)
  } catch {
    return String(key) // a conversion of another kind
  }
}
