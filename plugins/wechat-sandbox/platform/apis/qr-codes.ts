import { Effect, Schema } from "effect"
import { qrSvg } from "#core"
import { randomText } from "../../random.ts"
import { type Api, Download, openGet, post } from "../api.ts"
import { decide } from "../decide.ts"
import { no } from "../errcodes.ts"
import { insertQr, permanentQr, permanentQrs, qrByTicket } from "../portal-store.ts"
import type { QrRow } from "../store.ts"

const Create = Schema.Struct({
  expire_seconds: Schema.optionalKey(Schema.Int),
  action_name: Schema.String,
  action_info: Schema.Struct({
    scene: Schema.Struct({
      scene_id: Schema.optionalKey(Schema.Int),
      scene_str: Schema.optionalKey(Schema.String)
    })
  })
})

type Scene = (typeof Create.Type)["action_info"]["scene"]

const within = (most: number, { scene_id = 0 }: Scene) =>
  scene_id >= 1 && scene_id <= most ? `int:${scene_id}` : undefined
const text = ({ scene_str = "" }: Scene) =>
  scene_str.length >= 1 && scene_str.length <= 64 ? `str:${scene_str}` : undefined

const actions: Readonly<
  Record<string, { permanent: boolean; scene: (of: Scene) => string | undefined }>
> = {
  QR_SCENE: { permanent: false, scene: (of) => within(0xffff_ffff, of) },
  QR_STR_SCENE: { permanent: false, scene: text },
  QR_LIMIT_SCENE: { permanent: true, scene: (of) => within(100_000, of) },
  QR_LIMIT_STR_SCENE: { permanent: true, scene: text }
}

/** Of all permanent QRs together. */
const permanentLimit = 100_000
const longest = 30 * 24 * 60 * 60
const unlessSaid = 60

export const qrApis: ReadonlyArray<Api> = [
  post(
    "/cgi-bin/qrcode/create",
    Create,
    { ability: "qrcode" },
    ({ clock, database }, { account: { appid }, body }) =>
      Effect.gen(function* () {
        const action = actions[body.action_name]
        const scene = action?.scene(body.action_info.scene)
        if (action === undefined || scene === undefined) return yield* no(40053)
        const now = yield* clock.now
        const seconds = Math.min(Math.max(body.expire_seconds ?? unlessSaid, 1), longest)
        const fresh: QrRow = {
          ticket: `gQ${yield* randomText(94)}==`,
          appid,
          permanent: action.permanent ? 1 : 0,
          scene,
          url: `http://weixin.qq.com/q/${yield* randomText(20)}`,
          created_at: now,
          expires_at: action.permanent ? null : now + seconds * 1000
        }
        const { ticket, url } = yield* decide(database, `qr:${appid}`, async (sql) => {
          if (!action.permanent) return insertQr(sql, fresh)
          const found = await permanentQr(sql, appid, scene)
          if (found !== undefined) return found
          if ((await permanentQrs(sql, appid)) >= permanentLimit) return no(45029)
          return insertQr(sql, fresh)
        })
        return { ticket, ...(!action.permanent && { expire_seconds: seconds }), url }
      })
  ),
  openGet("/cgi-bin/showqrcode", {}, ({ clock, database }, { query }) =>
    Effect.gen(function* () {
      const qr = yield* database.read((sql) => qrByTicket(sql, query("ticket")))
      const dead =
        qr === undefined || (qr.expires_at ?? Number.POSITIVE_INFINITY) <= (yield* clock.now)
      if (dead) return new Download({ status: 404 })
      const headers = { "content-type": "image/svg+xml" }
      return new Download({ status: 200, headers, body: Buffer.from(qrSvg(qr.url)) })
    })
  )
]
