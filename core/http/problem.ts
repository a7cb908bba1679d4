import { type Schema, SchemaIssue } from "effect"
import type { Call } from "./app.ts"
import { reply } from "./reply.ts"

/** What the caller is told went wrong. Every `PublicError` is one. */
export interface Problem {
  readonly _tag: string
  readonly status: number
  readonly message: string
}

/** What the doors themselves refuse, for whatever reason a plugin has not thought of. */
export const problems = {
  invalidRequest: (message: string): Problem => ({ _tag: "InvalidRequest", status: 400, message }),
  badRequest: { _tag: "BadRequest", status: 400, message: "This is not HTTP as it should be" },
  cutOff: { _tag: "CutOff", status: 400, message: "The body did not arrive whole" },
  notFound: { _tag: "NotFound", status: 404, message: "There is nothing at this address" },
  methodNotAllowed: (methods: string): Problem => ({
    _tag: "MethodNotAllowed",
    status: 405,
    message: `This address knows ${methods} only`
  }),
  bodyTooLarge: (bytes: number): Problem => ({
    _tag: "BodyTooLarge",
    status: 413,
    message: `The body may have ${bytes} bytes at most`
  }),
  notJson: { _tag: "NotJson", status: 415, message: "The body must be application/json, in UTF-8" },
  internalError: {
    _tag: "InternalError",
    status: 500,
    message: "The gateway failed; with the request id its operator finds out why"
  },
  storageFailed: {
    _tag: "StorageFailed",
    status: 503,
    message: "The gateway can store or read nothing now; ask again later"
  },
  stopping: { _tag: "Stopping", status: 503, message: "The gateway is stopping; ask again" },
  tookTooLong: {
    _tag: "TookTooLong",
    status: 503,
    message: "The answer was not ready in time; what was asked for may still have been done"
  }
} as const

/** RFC 9457. `instance` is the request id, by which the log has the rest. */
export const problemJson = ({ _tag, status, message }: Problem, instance?: string): string =>
  JSON.stringify({
    type: `urn:weir:problem:${_tag}`,
    title: _tag,
    status,
    detail: message,
    instance
  })

export const problemType = "application/problem+json"

export const refuse = (
  c: Pick<Call, "env">,
  problem: Problem,
  headers?: Readonly<Record<string, string>>
): Response =>
  reply(c, problem.status, problemJson(problem, c.env.requestId), {
    ...headers,
    "content-type": problemType
  })

/** Names the fields that are wrong and what was expected, never what they held. */
export const wrongFields = ({ issue }: Schema.SchemaError): Problem =>
  problems.invalidRequest(
    listIssues(issue)
      .issues.slice(0, 10)
      .map(({ path = [], message }) =>
        path.length > 0 ? `${path.join(".")}: ${message}` : message
      )
      .join("; ")
  )

const listIssues = SchemaIssue.makeFormatterStandardSchemaV1()
