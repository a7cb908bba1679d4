import type { Effect, Schema } from "effect"
import type { RawReply, RawRequest } from "#core"
import type { Ability } from "./abilities.ts"
import type { Errcode } from "./errcodes.ts"
import type { Account } from "./model.ts"
import type { PlatformServices } from "./platform.ts"

/** Bytes, or a way elsewhere, where others answer JSON. */
export class Download {
  readonly reply: RawReply
  constructor(reply: RawReply) {
    this.reply = reply
  }
}

export type Answer = object | Download

/** A request, its body decoded. */
export interface Asked<B> {
  readonly request: RawRequest
  readonly body: B
  /** A parameter of the query; empty if it was not said. */
  query(name: string): string
}

/** A request with a token, and so of an account. */
export interface Call<B> extends Asked<B> {
  readonly account: Account
}

interface Terms {
  /** What the account must be able to do; nothing: every account may. */
  readonly ability?: Ability
  /** Answers JSON that says it is `text/plain`. */
  readonly plain?: true
}

/** One API of the platform. */
export interface Api extends Terms {
  readonly method: "GET" | "POST"
  readonly path: `/${string}`
  readonly needsToken: boolean
  /** How the body is read; absent: there is none, or the API reads the bytes itself. */
  readonly body?: Schema.Codec<unknown, unknown>
  readonly answer: (platform: PlatformServices, call: Call<never>) => Effect.Effect<Answer, Errcode>
}

type Work<B> = (platform: PlatformServices, call: Call<B>) => Effect.Effect<Answer, Errcode>
type OpenWork<B> = (platform: PlatformServices, asked: Asked<B>) => Effect.Effect<Answer, Errcode>
type Body<B> = Schema.Codec<B, unknown>

/** APIs that want a token. */
export const get = (path: Api["path"], terms: Terms, answer: Work<undefined>): Api => ({
  method: "GET",
  path,
  needsToken: true,
  answer,
  ...terms
})

export const post = <B>(path: Api["path"], body: Body<B>, terms: Terms, answer: Work<B>): Api => ({
  method: "POST",
  path,
  needsToken: true,
  body,
  answer,
  ...terms
})

/** With a body that is not JSON. */
export const upload = (path: Api["path"], terms: Terms, answer: Work<undefined>): Api => ({
  ...get(path, terms, answer),
  method: "POST"
})

/** APIs that anybody may ask. */
export const openGet = (path: Api["path"], terms: Terms, answer: OpenWork<undefined>): Api => ({
  method: "GET",
  path,
  needsToken: false,
  answer,
  ...terms
})

export const openPost = <B>(
  path: Api["path"],
  body: Body<B>,
  terms: Terms,
  answer: OpenWork<B>
): Api => ({ method: "POST", path, needsToken: false, body, answer, ...terms })

export const ok = (more: object = {}) => ({ errcode: 0, errmsg: "ok", ...more })
