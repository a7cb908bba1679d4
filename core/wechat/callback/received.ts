import { type Option, Schema } from "effect"
import { type EventType, event } from "../../tasks/events.ts"
import type { Field, Fields } from "./fields.ts"

/** Something that WeChat pushes to an account: how it is read, and the event it becomes. */
export interface Received<A> extends EventType<A> {
  /** Nothing, where it does not say what such a push says. */
  readonly read: (from: From, fields: Fields) => Option.Option<A>
}

/** One that WeChat waits for an answer to, shown in the chat at once. */
export interface Answerable<A> extends Received<A> {
  readonly answerable: true
}

/** What every push says, in words of ours. */
export interface From {
  readonly account: string
  readonly openid: string
  readonly at: number
}

/** Facts about an account as a whole. `at`: UTC milliseconds, from WeChat's seconds. */
export const ofAccount = <const T extends string>(type: T) => ({
  type: Schema.Literal(type),
  /** The account's name in our configuration. */
  account: Schema.String,
  at: Schema.Int
})

/** Facts about one person at an account. */
export const ofPerson = <const T extends string>(type: T) => ({
  ...ofAccount(type),
  openid: Schema.String
})

/** Messages of a person. `messageId` repeats among people. */
export const ofMessage = <const T extends string>(type: T) => ({
  ...ofPerson(type),
  messageId: Schema.String
})

/** Names a push's fields. What is `undefined` is left out. */
type Naming = (fields: Fields) => { readonly [name: string]: Field | undefined }

type Facts<A> = Schema.Codec<A, unknown> & {
  readonly fields: { readonly type: { readonly literal: string } }
}

/** Declares something that is pushed. It names people, so it is stored sealed wherever it waits. */
export const received = <A>(facts: Facts<A>, naming: Naming): Received<A> => {
  const type = facts.fields.type.literal
  const decode = Schema.decodeUnknownOption(Schema.toCodecStringTree(facts))
  return {
    ...event(`wechat.${type}`, facts, { personal: true }),
    read: ({ account, at, openid }, fields) => {
      const said = { ...naming(fields), type, account, openid, at: String(at) }
      return decode(
        Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined))
      )
    }
  }
}

/** The same, where an answer is waited for. */
export const answerable = <A>(facts: Facts<A>, naming: Naming): Answerable<A> => ({
  ...received(facts, naming),
  answerable: true
})

/** A text that is there and not empty: WeChat sends empty elements for what it does not know. */
export const textOf = (field: Field | undefined): string | undefined =>
  typeof field === "string" && field !== "" ? field : undefined

/** What is inside an element, if anything is. */
export const inside = (field: Field | undefined): Fields =>
  typeof field === "object" && !Array.isArray(field) ? (field as Fields) : {}

/** What may come once or several times. */
export const listOf = (field: Field | undefined): ReadonlyArray<Fields> =>
  field === undefined
    ? []
    : ([field].flat().filter((one) => typeof one === "object") as ReadonlyArray<Fields>)
