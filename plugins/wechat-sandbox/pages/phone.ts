import { Effect } from "effect"
import { type RawReply, type RawRequest, route } from "#core"
import type { Frame } from "../phone.ts"
import type { Person } from "../platform/people.ts"
import { type SandboxServices, WechatSandbox } from "../sandbox.ts"
import { acts } from "./acts.ts"
import { billView } from "./bill.ts"
import { chatView, noChatView } from "./chat.ts"
import { here } from "./chat-acts.ts"
import { chatsView } from "./chats.ts"
import { codeView } from "./code.ts"
import { live } from "./live.ts"
import { meView } from "./me.ts"
import { profileView } from "./profile.ts"
import { scanView } from "./scan.ts"
import { shell, type View } from "./shell.ts"

/** What a screen is made of: who holds the phone, and what it was asked for. */
interface Look {
  readonly sandbox: SandboxServices
  readonly person: Person
  readonly frame: Frame
  readonly query: URLSearchParams
}

const screen = (view: (look: Look) => Effect.Effect<View>) =>
  Effect.fnUntraced(function* ({ headers, query }: RawRequest) {
    const sandbox = yield* WechatSandbox
    const { phone } = sandbox
    const person = yield* phone.holder(query.get("as") ?? "", headers.cookie)
    const frame = yield* phone.frame(person, query.get("scan") ?? "")
    const page = shell(
      frame,
      yield* view({ sandbox, person, frame, query }),
      query.get("say") ?? ""
    )
    const body = yield* Effect.promise(async () => String(await page))
    // The pages an account sends people to know the browser by this: it is the WeChat of whose phone was looked at last.
    const cookie = `phone=${person.id}; Path=/; HttpOnly; SameSite=Lax`
    const headed = isLookedAtAgain(query) ? pageHeaders : { ...pageHeaders, "set-cookie": cookie }
    return { status: 200, headers: headed, body }
  })

/** The script of an open screen looks again and again; that is nobody's doing. */
const isLookedAtAgain = (query: URLSearchParams) => query.get("look") === "again"

// A scanned address leads out of the sandbox, so a form may end anywhere.
const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src 'self'; media-src 'self'; form-action http: https:; base-uri 'none'; frame-ancestors 'self'"
}

/** Whoever enters a chat tells where they are, if they said once that the account may know. */
const chat = Effect.fnUntraced(function* ({ frame, person, query, sandbox }: Look) {
  const { chatList, platform } = sandbox
  const open = yield* chatList.open(person, query.get("with") ?? "")
  if (open === undefined) return noChatView(frame)
  const enters = query.get("enter") === "1" && !isLookedAtAgain(query)
  if (enters && open.locating === "allowed") {
    yield* platform.chats.locate(open.account, open.contact, here)
  }
  return chatView(frame, open)
})

const profile = ({ frame, person, query, sandbox }: Look) =>
  Effect.map(sandbox.chatList.open(person, query.get("with") ?? ""), (open) =>
    open === undefined ? noChatView(frame) : profileView(frame, open)
  )

/** What was sent and received. It may have been uploaded by anybody, so a browser must not take it for a page. */
const media = Effect.fnUntraced(function* ({ query }: RawRequest) {
  const { chatList } = yield* WechatSandbox
  const found = yield* chatList.media(query.get("with") ?? "", query.get("id") ?? "")
  if (found === undefined) return { status: 404 } satisfies RawReply
  const shown = /^(image\/(png|jpeg|gif)|audio\/[\w-]+|video\/mp4)$/.test(found.content_type)
  return {
    status: 200,
    headers: {
      "content-type": shown ? found.content_type : "application/octet-stream",
      "x-content-type-options": "nosniff",
      "content-security-policy": "default-src 'none'; sandbox"
    },
    body: found.bytes
  } satisfies RawReply
})

const script = {
  status: 200,
  headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" },
  body: live
} satisfies RawReply

/** A phone in the browser: everything works by forms alone, the script only looks again now and then. */
export const phoneRoutes = [
  route.raw(
    "GET",
    "/phone",
    screen(({ frame, person, sandbox }) =>
      Effect.map(sandbox.chatList.of(person), (chats) => chatsView(frame, chats))
    )
  ),
  route.raw("GET", "/phone/chat", screen(chat)),
  route.raw("GET", "/phone/account", screen(profile)),
  route.raw("GET", "/phone/media", media),
  route.raw(
    "GET",
    "/phone/code",
    screen(({ frame, sandbox }) =>
      Effect.map(sandbox.phone.code(frame.holder.openid), (code) => codeView(frame, code))
    )
  ),
  route.raw(
    "GET",
    "/phone/scan",
    screen(({ frame, query, sandbox }) =>
      Effect.map(sandbox.phone.displayed, (orders) =>
        scanView(frame, query.get("scan") ?? "", { orders })
      )
    )
  ),
  route.raw(
    "GET",
    "/phone/bill",
    screen(({ frame, sandbox }) => Effect.map(sandbox.phone.bill(frame.holder.openid), billView))
  ),
  route.raw(
    "GET",
    "/phone/me",
    screen(({ frame }) => Effect.succeed(meView(frame)))
  ),
  route.raw("GET", "/phone/live.js", () => Effect.succeed(script)),
  ...acts
]
