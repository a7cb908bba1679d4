import { Option, Result } from "effect"
import type { Incoming, NoAnswer, NotSent } from "../../transport.ts"
import { canonical, type Operation, reactionTo } from "./codes.ts"
import { explain, type PayFailure, PayNotSent, PayRefused, PayUnknown } from "./errors.ts"
import { clockSkew, flawOf, type WechatKey } from "./verification.ts"
import { readError } from "./wire.ts"

/** How a call's answer is to be read. */
export interface Question<A> {
  readonly operation: Operation
  /** Reads a verified answer; nothing, when it is not an answer to this call. */
  readonly read: (text: string) => Option.Option<A>
}

/** What one round trip came to. */
export interface Heard<A> {
  readonly outcome: Result.Result<A, PayFailure>
  readonly status?: number
  readonly requestId?: string
  /** A probe stood in the place of the answer. */
  readonly probe?: boolean
  /** Our clock against WeChat's, when it explains a refusal. */
  readonly skew?: string
}

/** What came back, or did not, says what happened at WeChat's: that, nothing, or nobody knows. */
export const judge = <A>(
  question: Question<A>,
  keys: ReadonlyArray<WechatKey>,
  answer: Result.Result<Incoming, NotSent | NoAnswer>,
  now: number
): Heard<A> => {
  if (Result.isSuccess(answer)) return judgeAnswer(question, keys, answer.success, now)
  const { _tag, reason } = answer.failure
  const failure = _tag === "NotSent" ? new PayNotSent({ reason }) : new PayUnknown({ reason })
  return { outcome: Result.fail(failure) }
}

const judgeAnswer = <A>(
  question: Question<A>,
  keys: ReadonlyArray<WechatKey>,
  answer: Incoming,
  now: number
): Heard<A> => {
  const { body, headers, status } = answer
  const requestId = headers["request-id"]
  const about = requestId === undefined ? {} : { requestId }

  // A success is signed, or it is not WeChat's. Some refusals come from before the place that signs; a 401 always does.
  const signed = succeeded(answer) || headers["wechatpay-signature"] !== undefined
  const flaw = signed ? flawOf(keys, headers, body, now) : undefined
  const skew = status === 401 || flaw === "stale" ? clockSkew(headers, now) : undefined
  const blame = skew === undefined ? "" : `; ${skew}`

  const outcome =
    flaw === undefined
      ? meaningOf(question, answer, about, blame)
      : unknown(`the answer was discarded: ${explain(flaw)}${blame}`, about)
  const probe = flaw === "probe"
  return { outcome, status, probe, ...about, ...(skew === undefined ? {} : { skew }) }
}

/** What an answer of WeChat's means. */
const meaningOf = <A>(
  { operation, read }: Question<A>,
  answer: Incoming,
  about: About,
  blame: string
): Result.Result<A, PayFailure> => {
  const { status } = answer
  const text = Buffer.from(answer.body).toString()
  if (succeeded(answer))
    return Option.match(read(text), {
      onNone: () => unknown("the answer cannot be read, or is about something else", about),
      onSome: Result.succeed
    })

  const error = Option.getOrUndefined(readError(text))
  if (error === undefined && status !== 429)
    return unknown(`HTTP ${status} without a word of WeChat's`, about)
  const { code = "FREQUENCY_LIMITED", detail, message = "" } = error ?? {}
  const reaction = reactionTo(code, operation, status)
  if (reaction === "unknown") return unknown(`HTTP ${status} ${canonical(code)}`, about)
  const refused = new PayRefused({
    status,
    code: canonical(code),
    message: `${message.slice(0, 200)}${blame}`,
    reaction,
    ...(detail?.field === undefined ? {} : { field: detail.field }),
    ...about
  })
  return Result.fail(refused)
}

interface About {
  readonly requestId?: string
}

const succeeded = ({ status }: Incoming) => status >= 200 && status < 300

const unknown = (reason: string, about: About) => Result.fail(new PayUnknown({ reason, ...about }))
