import { Effect } from "effect"
import { Callbacks } from "../wechat/callback/callbacks.ts"
import { Followed, Scanned } from "../wechat/callback/events/following.ts"
import type { PassiveReply } from "../wechat/callback/reply.ts"
import { LoginSettings } from "./settings.ts"
import { WaitingPages } from "./waiting.ts"

const prefix = "login-"

interface Scan {
  readonly openid: string
  readonly scene?: string
}

/** What a parametric QR brings back for a waiting page; plugins have scenes of their own. */
export const sceneOf = (number: string): string => `${prefix}${number}`

const numberIn = (scene: string | undefined): string | undefined =>
  scene?.startsWith(prefix) ? scene.slice(prefix.length) : undefined

/**
 * Lets a waiting page go on when somebody has scanned its QR: the one who follows by it, and the one who follows already. What is written
 * goes with WeChat's push; in the chat the person reads what has happened, and where.
 */
export const followScans = Effect.gen(function* () {
  const pages = yield* WaitingPages
  const { publicUrl } = yield* LoginSettings
  const { answer, listen } = yield* Callbacks

  yield* listen("login", async (sql, account, message) => {
    if (message.type !== "followed" && message.type !== "scanned") return
    const number = numberIn(message.scene)
    if (number !== undefined) await pages.scannedIn(sql, account, number, message)
  })

  const tell = Effect.fnUntraced(function* (scan: Scan) {
    const number = numberIn(scan.scene)
    if (number === undefined) return undefined
    const page = yield* pages.agreedBy(number, scan.openid)
    const text =
      page === undefined
        ? "登录二维码已失效，请刷新电脑上的页面\nThis login is over; reload the page on the computer"
        : `您已在电脑（${page.device}）登录 ${publicUrl.host}\nYou are logged in at ${publicUrl.host}`
    return { type: "text", text } satisfies PassiveReply
  })
  yield* answer(Followed, tell)
  yield* answer(Scanned, tell)
})
