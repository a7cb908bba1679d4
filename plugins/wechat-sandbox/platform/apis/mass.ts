import { Effect, Schema } from "effect"
import { setSetting, setting } from "../../store.ts"
import { type Api, ok, post } from "../api.ts"
import { contentFields, contentIn } from "../content.ts"
import { no } from "../errcodes.ts"
import type { MassRow } from "../store.ts"

const terms = { ability: "mass" } as const
const toSome = { ability: "mass-to-some" } as const
const text = Schema.optionalKey(Schema.String)
const Id = Schema.Union([Schema.String, Schema.Int])
const openids = Schema.Array(Schema.String)

const extra = { clientmsgid: text, send_ignore_reprint: Schema.optionalKey(Schema.Int) }

const SendAll = Schema.Struct({
  filter: Schema.Struct({
    is_to_all: Schema.optionalKey(Schema.Boolean),
    tag_id: Schema.optionalKey(Id)
  }),
  ...contentFields,
  ...extra
})

const SendSome = Schema.Struct({ touser: openids, ...contentFields, ...extra })
const Preview = Schema.Struct({ touser: text, towxname: text, ...contentFields })

const allowed: ReadonlySet<string> = new Set([
  ...["text", "image", "voice", "mpvideo", "mpnews", "wxcard"]
])

const submitted = ({ msg_data_id, msg_id }: MassRow) => ({
  errcode: 0,
  errmsg: "send job submission success",
  msg_id: BigInt(msg_id),
  msg_data_id: BigInt(msg_data_id)
})

/** 群发速度, from the fastest; messages a minute, in tens of thousands. */
const speeds = [80, 60, 45, 30, 10]

export const massApis: ReadonlyArray<Api> = [
  post("/cgi-bin/message/mass/sendall", SendAll, terms, (platform, { account, body }) =>
    Effect.gen(function* () {
      const { kind, content } = yield* contentIn(platform, account, body, allowed)
      const { is_to_all: toAll = false, tag_id } = body.filter
      if (!toAll && tag_id === undefined) return yield* no(40035)
      const tag = toAll ? undefined : Number(tag_id)
      if (tag !== undefined) yield* platform.tags.find(account, tag)
      const audience = yield* platform.mass.followers(account, tag)
      const clientKey = body.clientmsgid
      return submitted(
        yield* platform.mass.send(account, { kind, content, audience, toAll, clientKey })
      )
    })
  ),
  post("/cgi-bin/message/mass/send", SendSome, toSome, (platform, { account, body }) =>
    Effect.gen(function* () {
      const { kind, content } = yield* contentIn(platform, account, body, allowed)
      const audience = body.touser
      if (audience.length < 2) return yield* no(40130)
      if (audience.length > 10_000) return yield* no(40032)
      for (const openid of audience) yield* platform.users.find(account, openid)
      const clientKey = body.clientmsgid
      return submitted(
        yield* platform.mass.send(account, { kind, content, audience, toAll: false, clientKey })
      )
    })
  ),
  post("/cgi-bin/message/mass/preview", Preview, terms, (platform, { account, body }) =>
    Effect.gen(function* () {
      const { kind, content } = yield* contentIn(platform, account, body, allowed)
      if (body.touser === undefined) return yield* no(body.towxname === undefined ? 41009 : 40132)
      const contact = yield* platform.users.find(account, body.touser)
      yield* platform.mass.preview(contact, kind, content)
      return ok()
    })
  ),
  post(
    "/cgi-bin/message/mass/get",
    Schema.Struct({ msg_id: Id }),
    terms,
    ({ mass }, { account, body }) =>
      Effect.map(mass.find(account, String(body.msg_id)), ({ msg_id, state }) => ({
        msg_id: BigInt(msg_id),
        msg_status: state
      }))
  ),
  post(
    "/cgi-bin/message/mass/delete",
    Schema.Struct({ msg_id: Id, article_idx: Schema.optionalKey(Schema.Int) }),
    terms,
    ({ mass }, { account, body }) => Effect.as(mass.remove(account, String(body.msg_id)), ok())
  ),
  post("/cgi-bin/message/mass/speed/get", Schema.Struct({}), terms, ({ database }, { account }) =>
    Effect.map(
      database.read((sql) => setting(sql, `speed:${account.appid}`)),
      (stored) => {
        const speed = Number(stored ?? 0)
        return { speed, realspeed: speeds[speed] }
      }
    )
  ),
  post(
    "/cgi-bin/message/mass/speed/set",
    Schema.Struct({ speed: Schema.Int }),
    terms,
    ({ database }, { account, body: { speed } }) =>
      Effect.gen(function* () {
        if (speeds[speed] === undefined) return yield* no(45083)
        const name = `speed:${account.appid}`
        yield* database.write(name, (sql) => setSetting(sql, name, String(speed)))
        return ok()
      })
  )
]
