import { Effect, Schema } from "effect"
import type { Account } from "./account.ts"
import { WechatApi } from "./api.ts"
import { WechatHosts } from "./hosts.ts"
import { readsAs, text } from "./wire.ts"

/** A QR code that tells us who scanned it, and follows or already does (带参数二维码). */
export interface SceneCode {
  readonly ticket: string
  /** What the picture says; to be drawn as one likes. */
  readonly content: string
  /** In seconds; permanent ones have none. */
  readonly lives: number | undefined
}

/** What a scan brings back: a number, or up to 64 characters. */
export type Scene = number | string

const longestLife = 2_592_000

/** A code that ends, after 30 days at most. As many as one likes. */
export const temporaryCode = (account: Account, scene: Scene, seconds: number) =>
  create(account, scene, {
    most: 4_294_967_295,
    names: ["QR_SCENE", "QR_STR_SCENE"],
    more: { expire_seconds: Math.min(longestLife, Math.max(30, Math.ceil(seconds))) },
    repeatable: true
  })

/** A code for good: an account has 100 000 of them, and none is ever given back. */
export const permanentCode = (account: Account, scene: Scene) =>
  create(account, scene, {
    most: 100_000,
    names: ["QR_LIMIT_SCENE", "QR_LIMIT_STR_SCENE"],
    more: {},
    repeatable: false
  })

const readCode = readsAs(
  Schema.Struct({
    ticket: text(512),
    url: text(512),
    expire_seconds: Schema.optionalKey(Schema.Int)
  }),
  ({ expire_seconds, ticket, url }): SceneCode => ({ ticket, content: url, lives: expire_seconds })
)

interface Kind {
  /** The highest number. */
  readonly most: number
  /** For numbers, and for texts. */
  readonly names: readonly [string, string]
  readonly more: object
  readonly repeatable: boolean
}

const create = (account: Account, scene: Scene, { more, most, names, repeatable }: Kind) =>
  Effect.suspend(() => {
    const isText = typeof scene === "string"
    const isFit = isText
      ? scene.length >= 1 && scene.length <= 64
      : Number.isInteger(scene) && scene >= 1 && scene <= most
    if (!isFit) throw new RangeError(`A scene is a number from 1 to ${most}, or 1 to 64 characters`)
    return WechatApi.use((api) =>
      api.ask(account, {
        method: "POST",
        path: "/cgi-bin/qrcode/create",
        body: {
          ...more,
          action_name: names[isText ? 1 : 0],
          action_info: { scene: isText ? { scene_str: scene } : { scene_id: scene } }
        },
        ability: "qrcode",
        repeatable,
        read: readCode
      })
    )
  })

/** Where a code's picture is, for everybody to see. */
export const codePictureUrl = ({ ticket }: Pick<SceneCode, "ticket">) =>
  Effect.map(
    WechatHosts,
    ({ mp }) => `${mp}/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket)}`
  )
