import { Duration, Effect, Option, Redacted, Schema } from "effect"
import { textIn } from "../codec/charset.ts"
import { json } from "../codec/json.ts"
import {
  type Judged,
  type Session,
  serverDialect,
  type Verdict
} from "../connection/server-dialect.ts"

/** Who we are to a Kingdee K/3 Cloud. */
export interface KingdeeAccount {
  /** The id of its account set (账套). */
  readonly database: string
  readonly user: string
  readonly password: Redacted.Redacted
}

const service = (name: string) => `/K3Cloud/Kingdee.BOS.WebApi.ServicesStub.${name}.common.kdsvc`
const login = service("AuthService.ValidateUser")
const form = "/K3Cloud/Kingdee.BOS.WebApi.ServicesStub.DynamicFormService."

const Json = textIn("utf-8").pipe(Schema.decodeTo(json()))

const Failure = Schema.Struct({
  Message: Schema.optionalKey(Schema.NullOr(Schema.String)),
  FieldName: Schema.optionalKey(Schema.NullOr(Schema.String))
})
const Status = Schema.Struct({
  IsSuccess: Schema.Boolean,
  MsgCode: Schema.optionalKey(Schema.Int),
  Errors: Schema.optionalKey(Schema.Array(Failure))
})
const Result = Schema.Struct({ Result: Schema.Struct({ ResponseStatus: Status }) })
/** What `ExecuteBillQuery` answers with when it fails. */
const Nested = Schema.Tuple([Schema.Tuple([Result])])
const Rows = Schema.Array(Schema.Array(Schema.Unknown))

const readStatus = (answer: unknown): typeof Status.Type | undefined => {
  const one = Schema.decodeUnknownOption(Result)(answer)
  if (Option.isSome(one)) return one.value.Result.ResponseStatus
  const nested = Schema.decodeUnknownOption(Nested)(answer)
  return Option.isSome(nested) ? nested.value[0][0].Result.ResponseStatus : undefined
}

/** MsgCode 1 is what a lost session says, whatever the language of the server; everything else about a bill has other numbers. */
const isSessionLost = ({ Errors = [], MsgCode }: typeof Status.Type) =>
  MsgCode === 1 || Errors.some(({ Message }) => Message?.includes("会话信息已丢失"))

const classify = ({ answer, call, status }: Judged<unknown>): Verdict => {
  const said = readStatus(answer)
  if (said === undefined) {
    const isRows = call === "ExecuteBillQuery" && Schema.is(Rows)(answer)
    return isRows && status === 200
      ? { is: "ok" }
      : { is: "unknown", reason: `HTTP ${status} without a result of Kingdee` }
  }
  if (said.IsSuccess) return { is: "ok" }
  if (isSessionLost(said)) return { is: "session lost", certain: false }
  const reasons = (said.Errors ?? []).map(({ FieldName, Message }) =>
    [FieldName, Message].filter((text) => text != null && text !== "").join(": ")
  )
  return { is: "refused", reason: reasons.join("; ") || `MsgCode ${said.MsgCode}` }
}

const Login = Schema.Struct({
  LoginResultType: Schema.Int,
  KDSVCSessionId: Schema.optionalKey(Schema.NullOr(Schema.String))
})

/** A cookie, for whoever logs in. −5 is what administrators may be let in with. */
const session = ({ database, password, user }: KingdeeAccount): Session => ({
  open: Effect.fnUntraced(function* (send, now) {
    const body = JSON.stringify({
      format: 1,
      useragent: "ApiClient",
      rid: `weir-${now}`,
      parameters: [database, user, Redacted.value(password), 2052],
      timestamp: new Date(now + 8 * 3_600_000).toISOString().slice(0, 10),
      v: "1.0"
    })
    const heard = yield* send({ method: "POST", target: login, headers, body: Buffer.from(body) })
    const answer = Schema.decodeOption(Json)(heard.body)
    const said = Option.flatMap(answer, Schema.decodeUnknownOption(Login))
    const isIn = Option.isSome(said) && [1, -5].includes(said.value.LoginResultType)
    const cookie = (heard.headers["set-cookie"] ?? "")
      .split("\n")
      .map((line) => line.split(";", 1)[0])
      .filter((pair) => pair !== "")
      .join("; ")
    return isIn && cookie !== "" ? { cookie } : undefined
  }),
  wear: (posted, { cookie = "" }) => ({
    ...posted,
    headers: { Cookie: cookie, ...posted.headers }
  }),
  // Kingdee ends one after twenty minutes without a request.
  life: "18 minutes"
})

const headers = { "Content-Type": "application/json; charset=utf-8" }

/** Kingdee K/3 Cloud 云星空 by its WebAPI. The connection's address is the server's root. */
export const kingdee = (account: KingdeeAccount) =>
  serverDialect<unknown, unknown>({
    name: "kingdee",
    patience: Duration.seconds(30),
    request: Json,
    reply: Json,
    post: (call, body) => ({
      method: "POST",
      target: `${form}${call}.common.kdsvc`,
      headers,
      body
    }),
    callOf: ({ target }) =>
      target.startsWith(form)
        ? /^(\w+)\.common\.kdsvc$/.exec(target.slice(form.length))?.[1]
        : undefined,
    classify,
    session: session(account)
  })
