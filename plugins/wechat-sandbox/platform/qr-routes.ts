import { Effect } from "effect"
import { type RawReply, type RawRequest, route } from "#core"
import { confirmPage, deniedPage, expiredPage, qrPage, toldPage } from "../pages/oauth.ts"
import { WechatSandbox } from "../sandbox.ts"
import type { Wish } from "./open-pages.ts"
import { openPage } from "./open-reply.ts"

/** What the QR says: an address of this WeChat, that any phone can open. */
const confirmAddress = ({ headers }: RawRequest, uuid: string) =>
  `http://${headers.host ?? "127.0.0.1:3003"}/connect/confirm?uuid=${uuid}`

const without = (target: string) => target.replace(/&uuid=\w*/, "")

/** The desktop's page: it looks again until the phone has decided. */
export const showQr = Effect.fnUntraced(function* (request: RawRequest, wish: Wish) {
  const { open, people, qrLogins } = (yield* WechatSandbox).platform
  const asked = request.query.get("uuid")
  const uuid = asked ?? (yield* qrLogins.show(wish.account))
  const row = yield* qrLogins.find(uuid)
  const again = without(request.target)
  if (row === undefined || row.appid !== wish.account.appid || row.state === "used") {
    return yield* openPage(expiredPage(again))
  }
  if (row.state === "refused") return yield* openPage(deniedPage(again))
  if (row.state === "agreed") {
    const used = yield* qrLogins.use(uuid)
    const person = yield* people.find(used?.person ?? "")
    const way = person && (yield* open.leave(wish, person, "approve"))
    if (way === undefined) return yield* openPage(expiredPage(again))
    return { status: 302, headers: { location: way.url } } satisfies RawReply
  }
  return yield* openPage(
    qrPage({
      account: wish.account,
      confirm: confirmAddress(request, uuid),
      isScanned: row.state === "scanned",
      next: `${again}&uuid=${uuid}`
    })
  )
})

/** The phone's page, once the QR was scanned. */
const confirm = Effect.fnUntraced(function* ({ headers, query, target }: RawRequest) {
  const { accounts, open, qrLogins } = (yield* WechatSandbox).platform
  const person = yield* open.visitor(headers.cookie)
  const row = yield* qrLogins.scan(query.get("uuid") ?? "", person)
  const account = yield* accounts.byAppid(row?.appid ?? "")
  if (account === undefined) return yield* openPage(expiredPage())
  return yield* openPage(confirmPage(account, person, target))
})

const decide = Effect.fnUntraced(function* ({ body, headers, query }: RawRequest) {
  const { open, qrLogins } = (yield* WechatSandbox).platform
  const person = yield* open.visitor(headers.cookie)
  const said = new URLSearchParams(Buffer.from(body).toString("utf8")).get("decision")
  const row = yield* qrLogins.decide(query.get("uuid") ?? "", person, said === "approve")
  if (row === undefined) return yield* openPage(expiredPage())
  return yield* openPage(row.state === "agreed" ? toldPage() : deniedPage())
})

/** What a login QR leads to, on a phone. */
export const qrRoutes = [
  route.raw("GET", "/connect/confirm", confirm),
  route.raw("POST", "/connect/confirm", decide)
]
