import { Effect } from "effect"
import { type RawReply, type RawRequest, route } from "#core"
import { WechatSandbox } from "../sandbox.ts"
import { chatView, noChatView } from "./chat.ts"
import { here } from "./chat-acts.ts"
import { chatsView } from "./chats.ts"
import { serviceNoticesView } from "./notices.ts"
import { profileView } from "./profile.ts"
import { isLookedAtAgain, type Look, screen } from "./screen.ts"
import { nothingAskedView, subscribeView } from "./subscribe.ts"
import { goOn } from "./subscription-acts.ts"

const chats = Effect.fnUntraced(function* ({ frame, person, sandbox: { chatList } }: Look) {
  return chatsView(frame, yield* chatList.of(person), yield* chatList.serviceNotices(person))
})

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

const profile = Effect.fnUntraced(function* ({ frame, person, query, sandbox }: Look) {
  const open = yield* sandbox.chatList.open(person, query.get("with") ?? "")
  if (open === undefined) return noChatView(frame)
  const subscriptions = yield* sandbox.subscriptions.of(open.account, open.contact)
  return profileView(frame, open, subscriptions)
})

const notices = ({ person, sandbox }: Look) =>
  Effect.map(sandbox.chatList.serviceNotices(person), serviceNoticesView)

/** Where a page leads that holds `<wx-open-subscribe>`. Who said that they want no more questions is asked none. */
const subscribe = Effect.fnUntraced(function* ({ frame, person, query, sandbox }: Look) {
  const { platform, subscriptions } = sandbox
  const account = yield* platform.accounts.byAppid(query.get("with") ?? "")
  const contact = person.contacts.find(({ appid }) => appid === account?.appid)
  if (account === undefined || contact === undefined) return nothingAskedView(frame)
  const wanted = query.getAll("template")
  const all = yield* subscriptions.of(account, contact)
  const known = all.filter(({ template }) => wanted.includes(template.template_id))
  if (known.length === 0) return nothingAskedView(frame)
  const asked = known.filter(({ kept }) => kept === undefined)
  const to = query.get("to") ?? ""
  if (asked.length > 0) {
    const kept = known.filter((it) => !asked.includes(it))
    return subscribeView(frame, { account, asked, kept, to })
  }
  if (isLookedAtAgain(query)) return nothingAskedView(frame)
  const answer = yield* subscriptions.keptAmong(account, contact, wanted)
  yield* subscriptions.answer(account, contact, answer)
  return goOn(new URLSearchParams({ as: person.id }), to, answer)
})

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

/** The first tab, and what is opened from it. */
export const chatScreens = [
  route.raw("GET", "/phone", screen(chats)),
  route.raw("GET", "/phone/chat", screen(chat)),
  route.raw("GET", "/phone/account", screen(profile)),
  route.raw("GET", "/phone/notices", screen(notices)),
  route.raw("GET", "/phone/subscribe", screen(subscribe)),
  route.raw("GET", "/phone/media", media)
]
