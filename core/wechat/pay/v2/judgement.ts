import { Option, Result } from "effect"
import type { Incoming, NoAnswer, NotSent } from "../../../transport.ts"
import { canonical, type Operation, reactionTo } from "../codes.ts"
import { type PayFailure, PayNotSent, PayRefused, PayUnknown } from "../errors.ts"
import type { Heard, Question } from "../judgement.ts"
import type { V2 } from "../merchant.ts"
import { payingAnswer, v3Answer } from "./answer.ts"
import { type Fields, isSigned } from "./sign.ts"
import { readFields } from "./xml.ts"

/** What came back over version 2, or did not, as the outcome version 3 would have had. */
export const judgeV2 = <A>(
  question: Question<A>,
  asked: Fields,
  { key, signType }: Pick<V2, "key" | "signType">,
  answer: Result.Result<Incoming, NotSent | NoAnswer>
): Heard<A> => {
  if (Result.isFailure(answer)) {
    const { _tag, reason } = answer.failure
    const failure = _tag === "NotSent" ? new PayNotSent({ reason }) : new PayUnknown({ reason })
    return { outcome: Result.fail(failure) }
  }
  const { body, status } = answer.success
  const heard = (outcome: Result.Result<A, PayFailure>): Heard<A> => ({ outcome, status })
  if (status !== 200) return heard(unknown(`HTTP ${status} without a word of WeChat's`))
  const read = readFields(body)
  if (Option.isNone(read)) return heard(unknown("the answer cannot be read"))
  const fields = read.value
  // The first of three levels: whether the message itself was in order. Its refusals are not signed.
  if (fields.return_code !== "SUCCESS") return heard(misfit(fields))
  if (!isSigned(fields, signType, key))
    return heard(unknown("the answer was discarded: its signature does not fit"))
  return heard(meaningOf(question, fields, asked))
}

/** The second level: whether WeChat did what was asked. */
const meaningOf = <A>(
  { operation, read }: Question<A>,
  fields: Fields,
  asked: Fields
): Result.Result<A, PayFailure> => {
  const said = (text: string) =>
    Option.match(read(text), {
      onNone: () => unknown("the answer cannot be read, or is about something else"),
      onSome: Result.succeed
    })
  const code = canonical(fields.err_code ?? "")
  const message = (fields.err_code_des ?? "").slice(0, 200)
  if (fields.recall === "Y") return refused("RECALL", message, "repeat")
  if (fields.result_code === "SUCCESS" || means(operation, code))
    return said(v3Answer(operation, fields, asked))
  if (fields.result_code !== "FAIL" || code === "")
    return unknown("the answer says neither yes nor no")
  if (operation === "codepay" && code === "USER_PAYING") return said(payingAnswer(asked))
  const reaction = reactionTo(code, operation, 200)
  return reaction === "unknown" ? unknown(code) : refused(code, message, reaction)
}

/** Errors that say that all is as it should be: version 3 has none for them. */
const means = (operation: Operation, code: string): boolean =>
  (operation === "close" && code === "ORDER_CLOSED") ||
  (operation === "echo" && code === "ORDER_NOT_EXIST")

/**
 * What was not even looked at: a wrong signature, a missing field, an unknown merchant. Here only the text tells them from WeChat's
 * own troubles, after which anything may have happened.
 */
const misfit = ({ return_code, return_msg = "" }: Fields): Result.Result<never, PayFailure> => {
  const message = return_msg.slice(0, 200)
  if (return_code !== "FAIL") return unknown(canonical((return_code ?? "nothing").slice(0, 64)))
  if (/签名|sign/i.test(message)) return refused("SIGN_ERROR", message, "never")
  if (/证书|cert/i.test(message)) return refused("CERT_ERROR", message, "never")
  if (/参数|格式|缺少|不存在|不匹配|XML|post/i.test(message))
    return refused("PARAM_ERROR", message, "never")
  return unknown(`a failure without a code: ${message}`)
}

const refused = (code: string, message: string, reaction: PayRefused["reaction"]) =>
  Result.fail(new PayRefused({ status: 200, code, message, reaction }))

const unknown = (reason: string) => Result.fail(new PayUnknown({ reason }))
