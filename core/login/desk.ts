import { hash, timingSafeEqual } from "node:crypto"
import { Effect, Redacted, Result, Schema } from "effect"
import type { Texts } from "../legacy/codec/two-way.ts"
import type { Answerer, Reply } from "../legacy/message.ts"
import { countRefusal } from "./counting.ts"
import {
  Format,
  longestMessage,
  readMessage,
  signedWith,
  type Writing,
  writeReply,
  writingOf
} from "./desk-formats.ts"
import type { ReturnAddress } from "./return-address.ts"

/** Why the desk does nothing for an old system, in the words its programmers look up. */
const refusals = {
  MALFORMED: "报文无法识别",
  TOO_LARGE: "报文过长",
  NOT_AUTHENTIC: "系统名、密钥或签名错误",
  TICKET_UNKNOWN: "票据无效",
  TICKET_USED: "票据已使用",
  TICKET_EXPIRED: "票据已过期",
  FOREIGN_OPENID: "用户身份不符",
  CUSTOMER_UNKNOWN: "客户不存在",
  MEMBER_TAKEN: "该会员号已绑定其他客户",
  MEMBER_UNKNOWN: "该会员号未绑定",
  FAILED: "系统繁忙，请重试"
} as const

export class DeskRefused extends Schema.TaggedError<DeskRefused>()("DeskRefused", {
  result: Schema.Literals(
    // The keys of a record that is written out above.
    Object.keys(refusals) as [keyof typeof refusals, ...Array<keyof typeof refusals>]
  ),
  /** What is counted, where the caller is told less. */
  counted: Schema.optionalKey(Schema.String)
}) {}

/** An old system that has proved who it is, and what it says. */
export interface Said {
  readonly system: string
  readonly fields: Texts
}

const isFormat = Schema.is(Format)

/**
 * A place on the legacy door where old systems ask about their customers, in JSON, XML or a form as they like it. They prove who they
 * are by their secret, or sign with it by the `&key=` rule, and then the answer is signed, too.
 */
export const makeDesk =
  (
    addresses: ReadonlyArray<ReturnAddress>,
    answer: (said: Said) => Effect.Effect<Texts, DeskRefused>
  ): Answerer =>
  (message) => {
    if ("problem" in message) {
      const result = message.problem === "too large" ? "TOO_LARGE" : "MALFORMED"
      return say("form", Effect.fail(new DeskRefused({ result })))
    }
    const writing = writingOf(message.contentType)
    return Effect.flatMap(Effect.result(heard(writing, message.bytes)), (read) => {
      if (Result.isFailure(read)) return say(writing.format, Effect.fail(read.failure))
      const fields = read.success
      const format = isFormat(fields.format) ? fields.format : writing.format
      const caller = addresses.find(({ name }) => name === fields.system)
      if (caller?.secret === undefined) return say(format, notAuthentic)
      const { name, secret } = caller
      const signing = fields.sign === undefined ? undefined : secret
      const authentic = proved(writing, fields, secret)
      return say(
        format,
        Effect.flatMap(authentic, (fields) => answer({ system: name, fields })),
        signing
      )
    })
  }

const heard = (writing: Writing, bytes: Uint8Array): Effect.Effect<Texts, DeskRefused> =>
  bytes.length > longestMessage
    ? Effect.fail(new DeskRefused({ result: "TOO_LARGE" }))
    : Effect.mapError(readMessage(writing, bytes), () => new DeskRefused({ result: "MALFORMED" }))

const notAuthentic = Effect.fail(new DeskRefused({ result: "NOT_AUTHENTIC" }))

type Secret = Redacted.Redacted<string>

/** By a signature if there is one, else by the secret itself. */
const proved = (writing: Writing, fields: Texts, secret: Secret) => {
  if (fields.sign !== undefined)
    return Effect.catch(
      Schema.decodeEffect(signedWith(secret, writing.charset))(fields),
      () => notAuthentic
    )
  return isSame(fields.secret ?? "", Redacted.value(secret)) ? Effect.succeed(fields) : notAuthentic
}

/** Digests are equally long, whatever was sent. */
const isSame = (sent: string, secret: string): boolean =>
  timingSafeEqual(hash("sha256", sent, "buffer"), hash("sha256", secret, "buffer"))

/** Says in a format what came of it. A fault of ours is told as such, and a lost ticket is asked for anew. */
const say = (
  format: Format,
  outcome: Effect.Effect<Texts, DeskRefused>,
  signing?: Secret
): Effect.Effect<Reply> =>
  outcome.pipe(
    Effect.map((texts) => ({ result: "OK", ...texts })),
    Effect.catchTag("DeskRefused", ({ counted, result }) =>
      Effect.as(countRefusal(counted ?? result), { result, message: refusals[result] })
    ),
    Effect.catchDefect((defect) =>
      Effect.as(Effect.logError("the desk failed", defect), {
        result: "FAILED",
        message: refusals.FAILED
      })
    ),
    Effect.flatMap((texts) => writeReply(format, texts, signing)),
    Effect.map((written) => ({ ...written, delivered: Effect.void }))
  )
