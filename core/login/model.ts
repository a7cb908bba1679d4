import { Schema } from "effect"
import type { CustomerId } from "../customers/model.ts"

/** How somebody came to be logged in. */
export const Way = Schema.Literals(["wechat", "website", "qr", "scene", "mini-program", "app"])
export type Way = typeof Way.Type

/** Who is logged in, by WeChat's own word. */
export interface LoggedIn {
  readonly customer: CustomerId
  /** The name of the account that the openid is known to. */
  readonly account: string
  readonly openid: string
}

/** The session of a request: who it is, and since when; UTC ms. */
export interface Session extends LoggedIn {
  readonly since: number
}

/** Nobody is logged in with this request. */
export class NotLoggedIn extends Schema.TaggedError<NotLoggedIn>()("NotLoggedIn", {}) {
  readonly status = 401
  override readonly message = "Nobody is logged in here"
}

/** What is said of each refusal, to people in Chinese and in English, and its status. */
const refusals = {
  "no state": [400, "登录请求不完整", "This login was not begun here"],
  "unknown state": [403, "登录请求无效", "This login is none of ours"],
  "other browser": [403, "请在发起登录的浏览器中继续", "This login was begun in another browser"],
  "used state": [403, "该登录请求已使用", "This login has been used"],
  over: [410, "登录请求已过期", "This login is over"],
  "no code": [403, "您取消了登录", "You did not agree to log in"],
  "bad code": [403, "微信登录凭证无效，请重试", "WeChat does not take this code; please try again"],
  snapshot: [
    403,
    "当前为快照页，请点击“使用完整服务”后再登录",
    "This is a snapshot of the page; use its full service to log in"
  ],
  "foreign openid": [403, "用户身份不符", "This is somebody else's openid"],
  "not allowed": [403, "暂未对您开放登录", "Logging in this way is not open to you"],
  "no account": [404, "未开通此登录方式", "There is no account to log in with this way"],
  "return address": [400, "返回地址不在允许范围内", "This is no address to return to"],
  "too much": [400, "请求内容过多", "This is more than a login has to say"],
  cancelled: [410, "已在手机上取消登录", "The login was cancelled on the phone"],
  "another site": [403, "请求来源无效", "This was sent by another site"],
  unavailable: [
    503,
    "微信暂时无法响应，请稍后重试",
    "WeChat does not answer now; please try again"
  ],
  busy: [503, "请求过多，请稍后重试", "Too many wait here now; please try again"]
} as const satisfies Record<string, readonly [number, string, string]>

export const RefusalReason = Schema.Literals(
  // The keys of a record that is written out above.
  Object.keys(refusals) as [keyof typeof refusals, ...Array<keyof typeof refusals>]
)
export type RefusalReason = typeof RefusalReason.Type

/** No session came of it, and nothing is stored of whoever tried. */
export class LoginRefused extends Schema.TaggedError<LoginRefused>()("LoginRefused", {
  reason: RefusalReason,
  /** Where they wanted to go, so that they can try again. */
  to: Schema.optionalKey(Schema.String)
}) {
  readonly status = refusals[this.reason][0]
  readonly chinese = refusals[this.reason][1]
  override readonly message = refusals[this.reason][2]
}
