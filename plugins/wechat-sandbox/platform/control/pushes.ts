import { Effect, Schema } from "effect"
import { rfc3339, route } from "#core"
import { randomDigits } from "../../random.ts"
import { WechatSandbox } from "../../sandbox.ts"
import type { PushDelivery, PushRow } from "../store.ts"
import type { Fields } from "../xml.ts"
import { chatBy, openid } from "./whose.ts"

/** The account has no callback, so there is no token to sign with. */
class NoCallback extends Schema.TaggedError<NoCallback>()("NoCallback", { appid: Schema.String }) {
  readonly status = 409
  override readonly message = `The account ${this.appid} has no callback`
}

/** Neither a text nor an event was said. */
class NothingToPush extends Schema.TaggedError<NothingToPush>()("NothingToPush", {}) {
  readonly status = 400
  override readonly message = "text or event is needed"
  readonly field = "text"
}

const Push = Schema.Struct({
  id: Schema.String,
  event: Schema.String,
  openid: Schema.String,
  state: Schema.String,
  createdAt: Schema.String,
  body: Schema.String,
  deliveries: Schema.Array(
    Schema.Struct({
      at: Schema.String,
      as: Schema.String,
      status: Schema.optionalKey(Schema.Int),
      said: Schema.optionalKey(Schema.String)
    })
  ),
  reply: Schema.NullOr(Schema.String)
})

const described = ({ body, created_at, deliveries, event, id, openid, reply, state }: PushRow) => ({
  ...{ id, event, openid, state, body, reply },
  createdAt: rfc3339(created_at),
  deliveries: (JSON.parse(deliveries) as ReadonlyArray<PushDelivery>).map((each) => ({
    ...each,
    at: rfc3339(each.at)
  }))
})

const Value = Schema.Union([Schema.String, Schema.Finite])

/** An event by its name, or with all that it says. */
const Event = Schema.Union([Schema.String, Schema.Record(Schema.String, Value)])

/** What accounts hear. */
export const pushControl = [
  route.get("/control/pushes", {
    output: Schema.Struct({ pushes: Schema.Array(Push) }),
    handle: () =>
      WechatSandbox.use(({ platform }) =>
        Effect.map(platform.pushes.all, (pushes) => ({ pushes: pushes.map(described) }))
      )
  }),
  route.post("/control/push", {
    input: {
      url: Schema.String.check(Schema.isPattern(/^https?:\/\//)),
      openid,
      appid: Schema.optionalKey(Schema.String),
      text: Schema.optionalKey(Schema.String),
      event: Schema.optionalKey(Event)
    },
    output: Push,
    handle: ({ appid, event, openid, text, url }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const { account, contact } = yield* chatBy(platform, openid, appid)
        const fields = yield* fieldsOf(text, event)
        const push = yield* platform.pushes.write(account, contact.openid, fields, url)
        if (push === undefined) return yield* new NoCallback({ appid: account.appid })
        return described(yield* platform.pushes.now(push))
      })
  })
]

/** An event of the account's own: its certification, a person's privacy, whatever else is to be heard. */
export const eventControl = [
  route.post("/control/users/:openid/event", {
    input: { openid, appid: Schema.optionalKey(Schema.String), event: Event },
    output: Schema.Struct({}),
    handle: ({ appid, event, openid }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const { account, contact } = yield* chatBy(platform, openid, appid)
        yield* platform.chats.tell(account, contact.openid, yield* fieldsOf(undefined, event))
        return {}
      })
  })
]

const fieldsOf = Effect.fnUntraced(function* (
  text: string | undefined,
  event: typeof Event.Type | undefined
) {
  const named = typeof event === "string" ? { Event: event } : event
  if (named !== undefined) return { MsgType: "event", ...named } satisfies Fields
  if (text === undefined) return yield* new NothingToPush()
  const MsgId = BigInt(`2${yield* randomDigits(18)}`)
  return { MsgType: "text", Content: text, MsgId } satisfies Fields
})
