import type { Effect, Result, Schema } from "effect"
import type { RawRequest } from "#core"
import type { Merchant, WechatKey } from "../credentials.ts"
import type { SandboxServices } from "../sandbox.ts"
import type { Form } from "./fields.ts"
import { reader } from "./read.ts"
import type { Refused } from "./refusal.ts"

export interface Answer {
  readonly status: 200 | 202 | 204
  readonly body?: object
  /** A file goes out as it is, unsigned. */
  readonly file?: Uint8Array
}

/** An authentic request, its body decoded. */
export interface Call<B> {
  readonly merchant: Merchant
  /** For whom a partner calls. */
  readonly sub: string | null
  readonly params: RawRequest["params"]
  readonly query: RawRequest["query"]
  /** Where this WeChat was reached. */
  readonly origin: string
  readonly body: B
  /** The body as it came: what a number may come again with. */
  readonly frozen: string
  /** WeChat's key that answers, and that sealed fields are sealed for. */
  readonly key: WechatKey
}

/** One API of WeChat Pay. */
export interface Api {
  readonly method: "GET" | "POST" | "PUT"
  readonly path: `/${string}`
  /** Whether merchants call it for themselves, or partners for others; nothing, where both do. */
  readonly form?: Form
  /** Where it says on whose behalf it is called; that must be who signed. */
  readonly mchid: "body" | "query" | "nowhere"
  readonly needsSerial?: boolean
  /** Absent: a request without a body. */
  readonly read?: (body: unknown) => Result.Result<unknown, Refused>
  readonly answer: (sandbox: SandboxServices, call: Call<never>) => Effect.Effect<Answer, Refused>
}

type Rest<B> = {
  readonly answer: (sandbox: SandboxServices, call: Call<B>) => Effect.Effect<Answer, Refused>
  readonly needsSerial?: boolean
  readonly form?: Form
}

/** An API that only tells. */
export const get = (path: Api["path"], mchid: Api["mchid"], rest: Rest<undefined>): Api => ({
  method: "GET",
  path,
  mchid,
  ...rest
})

/** An API with a body. */
export const post = <A, I>(
  path: Api["path"],
  mchid: Api["mchid"],
  schema: Schema.Codec<A, I>,
  rest: Rest<A>
): Api => ({ method: "POST", path, mchid, read: reader(schema), ...rest })

export const ok = (body: object): Answer => ({ status: 200, body })
export const param = ({ params }: Call<unknown>, name: string) => params[name] ?? ""
