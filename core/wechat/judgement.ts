import { Option, Result, Schema } from "effect"
import { masked } from "../observability/redaction.ts"
import type { Incoming, NoAnswer, NotSent } from "../transport.ts"
import { endOfDay, endOfMonth } from "../values/beijing.ts"
import type { Answer, Call } from "./call.ts"
import { type Door, type Errcode, errcodeOf, type QuotaWindow } from "./errcodes.ts"
import { type WechatFailure, WechatRefused, WechatUnknown } from "./errors.ts"
import { jsonOf } from "./wire.ts"

/** What one round trip came to. */
export interface Heard<A> {
  readonly outcome: Result.Result<A, WechatFailure>
  readonly status?: number
  readonly code?: number
  readonly rid?: string
}

/** What an answer says of a failure: an errcode that is not 0. */
const Refusal = Schema.Struct({
  errcode: Schema.Union([Schema.Int, Schema.FiniteFromString]),
  errmsg: Schema.String.pipe(Schema.optionalKey)
})
const none: typeof Refusal.Type = { errcode: 0 }
const refusalIn = Schema.decodeUnknownOption(Refusal)

/** What came back, or did not, says what happened at WeChat's: that, nothing, or nobody knows. */
export const judge = <A>(
  call: Pick<Call<A>, "read" | "repeatable">,
  door: Door,
  answer: Result.Result<Incoming, NotSent | NoAnswer>,
  now: number
): Heard<A> => {
  if (Result.isFailure(answer)) {
    const { failure } = answer
    return { outcome: Result.fail(failure._tag === "NotSent" ? failure : unknown(failure.reason)) }
  }
  const { body: bytes, headers, status } = answer.success
  const heard = { headers, bytes, json: jsonOf(bytes) }
  const { errcode, errmsg = "" } = Option.getOrElse(refusalIn(heard.json), () => none)
  if (errcode === 0) return { outcome: meaningOf(call, heard, status), status }
  const rid = ridIn(errmsg)
  const about = { status, code: errcode, ...(rid !== undefined && { rid }) }
  const refusal = errcodeOf(errcode, door)
  if (refusal.class === "D") return { outcome: meaningOf(call, heard, status, rid), ...about }
  // WeChat's own failure may come after the work: only who may ask again can take it for a refusal.
  const outcome =
    errcode === -1 && !call.repeatable
      ? unknown("WeChat's system failed", rid)
      : refused(refusal, { code: errcode, errmsg, now, rid })
  return { outcome: Result.fail(outcome), ...about }
}

/** WeChat answers 200 whatever happened; any other status is a machine's on the way. */
const meaningOf = <A>(
  { read }: Pick<Call<A>, "read">,
  answer: Answer,
  status: number,
  rid?: string
): Result.Result<A, WechatFailure> => {
  if (status !== 200) return Result.fail(unknown(`HTTP ${status} without a word of WeChat's`, rid))
  return Option.match(read(answer), {
    onNone: () => Result.fail(unknown("the answer cannot be read", rid)),
    onSome: Result.succeed
  })
}

const unknown = (reason: string, rid?: string) =>
  new WechatUnknown({ reason, ...(rid !== undefined && { rid }) })

interface Told {
  readonly code: number
  readonly errmsg: string
  readonly now: number
  readonly rid: string | undefined
}

const refused = (errcode: Errcode, { code, errmsg, now, rid }: Told): WechatRefused => {
  const field = /argument invalid! data\.(\w{1,32})/.exec(errmsg)?.[1]
  const until = errcode.window === undefined ? undefined : endOf(errcode.window, now)
  return new WechatRefused({
    code,
    class: errcode.class,
    message: `${errcode.says}${detailOf(errcode, code, errmsg)}`,
    ...(rid !== undefined && { rid }),
    ...(field !== undefined && { field }),
    ...(until !== undefined && { until })
  })
}

/** What of WeChat's own words helps whoever must mend it: our address as WeChat sees it, the field, or a code nobody knows. */
const detailOf = ({ known }: Errcode, code: number, errmsg: string): string => {
  const address = /invalid ip ([\da-fA-F.:]{3,45})/.exec(errmsg)?.[1]
  if (address !== undefined) return `: ${address}`
  const field = /argument invalid! (data\.\w{1,32})/.exec(errmsg)?.[1]
  if (field !== undefined) return `: ${field}`
  return known === false ? `: ${code} ${masked(errmsg.slice(0, 100))}` : ""
}

const ridIn = (errmsg: string): string | undefined => {
  const [, rid, hint] =
    /(?:rid|req_id):\s*([\w-]{6,64})|hints?:\s*\[\s*([\w-]{4,64})/.exec(errmsg) ?? []
  return rid ?? hint
}

const endOf = (window: QuotaWindow, now: number): number => {
  switch (window) {
    case "minute":
      return now + 60_000
    case "hour":
      return now + 3_600_000
    case "24 hours":
      return now + 86_400_000
    case "day":
      return endOfDay(now)
    case "month":
      return endOfMonth(now)
  }
}
