import { Effect, Schema } from "effect"
import { rfc3339, route } from "#core"
import { WechatSandbox } from "../../sandbox.ts"
import { Said } from "../said.ts"
import { chatBy, openid } from "./whose.ts"

const text = (longest: number) => Schema.String.check(Schema.isBetweenLength(1, longest))
const who = { openid, appid: Schema.optionalKey(Schema.String) }
const Done = Schema.Struct({})

const degrees = (most: number) =>
  Schema.Finite.check(Schema.isBetween({ minimum: -most, maximum: most }))

const Message = Schema.Struct({
  id: Schema.String,
  way: Schema.String,
  kind: Schema.String,
  body: Schema.Unknown,
  state: Schema.String,
  at: Schema.String
})

/** What people do in their chats with an account. */
export const chatControl = [
  route.get("/control/users/:openid/messages", {
    input: who,
    output: Schema.Struct({ messages: Schema.Array(Message) }),
    handle: ({ appid, openid }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const { contact } = yield* chatBy(platform, openid, appid)
        const messages = yield* platform.chats.of(contact)
        return {
          messages: messages.map(({ at, body, id, kind, state, way }) => ({
            ...{ id, way, kind, state, at: rfc3339(at) },
            body: JSON.parse(body)
          }))
        }
      })
  }),
  route.post("/control/users/:openid/messages", {
    input: {
      ...who,
      type: Schema.optionalKey(Schema.String),
      content: Schema.optionalKey(Schema.String),
      menuId: Schema.optionalKey(Schema.String),
      data: Schema.optionalKey(Schema.String),
      latitude: Schema.optionalKey(Schema.Finite),
      longitude: Schema.optionalKey(Schema.Finite),
      scale: Schema.optionalKey(Schema.Int),
      label: Schema.optionalKey(Schema.String),
      title: Schema.optionalKey(Schema.String),
      description: Schema.optionalKey(Schema.String),
      url: Schema.optionalKey(Schema.String)
    },
    output: Schema.Struct({ msgId: Schema.String }),
    handle: ({ appid, openid, ...said }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const { account, contact } = yield* chatBy(platform, openid, appid)
        const message = yield* Effect.mapError(
          Schema.decodeUnknownEffect(Said)(said),
          ({ message }) => new NotAMessage({ problem: message })
        )
        return { msgId: yield* platform.chats.say(account, contact, message) }
      })
  }),
  route.post("/control/users/:openid/follow", {
    input: { ...who, scene: Schema.optionalKey(text(32)) },
    output: Done,
    handle: ({ appid, openid, scene }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const { account, contact } = yield* chatBy(platform, openid, appid)
        yield* platform.chats.follow(account, contact, scene)
        return {}
      })
  }),
  route.post("/control/users/:openid/unfollow", {
    input: who,
    output: Done,
    handle: ({ appid, openid }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const { account, contact } = yield* chatBy(platform, openid, appid)
        yield* platform.chats.unfollow(account, contact)
        return {}
      })
  }),
  route.post("/control/users/:openid/scan", {
    input: { ...who, /** A QR's ticket, or what it says. */ qr: text(512) },
    output: Done,
    handle: ({ appid, openid, qr }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const { account, contact } = yield* chatBy(platform, openid, appid)
        yield* platform.chats.scan(account, contact, qr)
        return {}
      })
  }),
  route.post("/control/users/:openid/tap", {
    input: {
      ...who,
      /** A button's name, key or address. */
      button: text(1024),
      /** What was scanned after the tap. */
      result: Schema.optionalKey(text(512))
    },
    output: Done,
    handle: ({ appid, button, openid, result }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const { account, contact } = yield* chatBy(platform, openid, appid)
        yield* platform.chats.tap(account, contact, button, { result })
        return {}
      })
  }),
  route.post("/control/users/:openid/location", {
    input: {
      ...who,
      latitude: degrees(90),
      longitude: degrees(180),
      precision: Schema.optionalKey(Schema.Finite)
    },
    output: Done,
    handle: ({ appid, openid, precision = 30, ...place }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const { account, contact } = yield* chatBy(platform, openid, appid)
        yield* platform.chats.locate(account, contact, { ...place, precision })
        return {}
      })
  }),
  route.post("/control/users/:openid/block", {
    input: { ...who, blocks: Schema.optionalKey(Schema.Boolean) },
    output: Done,
    handle: ({ appid, blocks = true, openid }) =>
      Effect.gen(function* () {
        const { platform } = yield* WechatSandbox
        const { contact } = yield* chatBy(platform, openid, appid)
        yield* platform.people.change(contact, { refuses: blocks ? 1 : 0 })
        return {}
      })
  })
]

/** What was to be said is none of the messages a person can send. */
class NotAMessage extends Schema.TaggedError<NotAMessage>()("NotAMessage", {
  problem: Schema.String
}) {
  readonly status = 400
  override readonly message = this.problem
  readonly field = "type"
}
