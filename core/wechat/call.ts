import type { Duration, Option } from "effect"
import type { Ability } from "./abilities.ts"
import type { Form } from "./form.ts"

/** What WeChat answered, before anybody knows what it means. */
export interface Answer {
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  /** What the bytes are as JSON, whatever type the headers claim; big integers are text. `undefined`: they are none. */
  readonly json: unknown
}

/** One call of WeChat's API, as data. */
export interface Call<A> {
  readonly method: "GET" | "POST"
  /** Also what logs call it, so it never holds anything of anybody. */
  readonly path: `/${string}`
  readonly query?: Readonly<Record<string, string>>
  readonly body?: object | Form
  /**
   * Which key it carries: the account's access token unless said; at the login door appid and secret; at a person's door whatever the
   * query says itself.
   */
  readonly door?: "login" | "person"
  /** Checked before WeChat is asked. */
  readonly ability?: Ability
  /** Whom it is about, where a pilot may exclude them. */
  readonly openid?: string
  /** It changes nothing, changes the same thing to the same value, or carries WeChat's own de-dup key. All else is sent once. */
  readonly repeatable: boolean
  /** For one round trip; 6 seconds unless said. */
  readonly timeout?: Duration.Input
  /** What the answer may weigh; a mebibyte unless said. */
  readonly maxBytes?: number
  /** What an answer without an errcode means; nothing, when it is not an answer to this call. */
  readonly read: (answer: Answer) => Option.Option<A>
}
