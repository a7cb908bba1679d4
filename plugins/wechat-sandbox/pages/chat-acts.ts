import { Effect } from "effect"
import { type RawReply, type RawRequest, route } from "#core"
import { buttonIn } from "../platform/menus.ts"
import type { Account } from "../platform/model.ts"
import type { PlatformServices } from "../platform/platform.ts"
import type { Said } from "../platform/said.ts"
import type { ContactRow } from "../platform/store.ts"
import { type SandboxServices, WechatSandbox } from "../sandbox.ts"
import { back, form } from "./form.ts"
import { places } from "./places.ts"
import { isAddress } from "./words.ts"

/** Whose phone, and which account's chat, a form is about. */
interface InChat {
  readonly sandbox: SandboxServices
  readonly chats: PlatformServices["chats"]
  readonly account: Account
  readonly contact: ContactRow
  readonly fields: URLSearchParams
}

/** An act in a chat that there is; otherwise the phone shows its list. */
export const inChat =
  (
    act: (chat: InChat) => Effect.Effect<RawReply>,
    read = (request: RawRequest) => Effect.succeed(form(request))
  ) =>
  (request: RawRequest) =>
    Effect.gen(function* () {
      const fields = yield* read(request)
      const sandbox = yield* WechatSandbox
      const { accounts, chats, people } = sandbox.platform
      const account = yield* accounts.byAppid(fields.get("with") ?? "")
      const contact = account && (yield* people.contact(account.appid, fields.get("as") ?? ""))
      if (account === undefined || contact === undefined) return back(fields, undefined, "/phone")
      return yield* act({ sandbox, chats, account, contact, fields })
    })

/** What the form's button says; a text unless said. */
const saidIn = (fields: URLSearchParams): Said | undefined => {
  const type = fields.get("type")
  if (type === "voice" || type === "video") return { type }
  if (type === "location") {
    return { type, ...(places[Number(fields.get("place"))] ?? places[0]), scale: 16 }
  }
  const [menuId = "", ...rest] = (fields.get("choice") ?? "").split("|")
  const content = (fields.get("content") ?? rest.join("|")).trim().slice(0, 2048)
  if (content === "") return undefined
  return menuId === "" ? { content } : { content, menuId }
}

const say = inChat(({ account, chats, contact, fields }) =>
  Effect.gen(function* () {
    const said = saidIn(fields)
    if (said !== undefined) yield* chats.say(account, contact, said)
    return back(fields)
  })
)

/** A picture comes with its fields in parts, as browsers send files. */
const readParts = ({ body, headers }: RawRequest) =>
  Effect.promise(async () => {
    const fields = new URLSearchParams()
    const type = headers["content-type"] ?? ""
    const parts = await new Response(Buffer.from(body), { headers: { "content-type": type } })
      .formData()
      .catch(() => new FormData())
    for (const [name, part] of parts) {
      const text =
        typeof part === "string" ? part : Buffer.from(await part.arrayBuffer()).toString("base64")
      fields.set(name, text)
    }
    return fields
  })

const largestPicture = 700_000

const sendPicture = inChat(
  ({ account, chats, contact, fields }) =>
    Effect.gen(function* () {
      const data = fields.get("picture") ?? ""
      if (data.length > largestPicture) return back(fields, "toolarge")
      yield* chats.say(account, contact, { type: "image", ...(data !== "" && { data }) })
      return back(fields)
    }),
  readParts
)

/** A button that leads somewhere leads there, once the account has heard of the tap. */
const tap = inChat(({ account, chats, contact, fields, sandbox }) =>
  Effect.gen(function* () {
    const what = fields.get("button") ?? ""
    const open = yield* sandbox.chatList.menu(account, contact)
    const button = open && buttonIn(open, what)
    const tapped = { result: fields.get("result") ?? undefined }
    return yield* Effect.match(chats.tap(account, contact, what, tapped), {
      onSuccess: () =>
        button?.type === "view" && isAddress(button.url ?? "")
          ? { status: 303, headers: { location: button.url ?? "" } }
          : back(fields, button?.type === "miniprogram" ? "miniprogram" : undefined),
      onFailure: () => back(fields, "gone")
    })
  })
)

const follow = inChat(({ account, chats, contact, fields }) =>
  Effect.as(chats.follow(account, contact), back(fields))
)

const unfollow = inChat(({ account, chats, contact, fields }) =>
  Effect.as(chats.unfollow(account, contact), back(fields))
)

const refuse = (refuses: 0 | 1) =>
  inChat(({ contact, fields, sandbox }) =>
    Effect.as(sandbox.platform.people.change(contact, { refuses }), back(fields))
  )

/** Who says yes is in the chat already, so the account hears at once. */
const locate = inChat(({ account, chats, contact, fields, sandbox }) =>
  Effect.gen(function* () {
    const allowed = fields.get("locating") === "allowed"
    yield* sandbox.chatList.allowLocation(contact, allowed ? "allowed" : "refused")
    if (allowed) yield* chats.locate(account, contact, here)
    return back(fields)
  })
)

/** Where everybody is, as exactly as a phone knows it, in metres. */
export const here = { ...places[0], precision: 30 }

/** What is done in a chat and to its account. */
export const chatActs = [
  route.raw("POST", "/phone/say", say),
  route.raw("POST", "/phone/picture", sendPicture),
  route.raw("POST", "/phone/tap", tap),
  route.raw("POST", "/phone/follow", follow),
  route.raw("POST", "/phone/unfollow", unfollow),
  route.raw("POST", "/phone/block", refuse(1)),
  route.raw("POST", "/phone/unblock", refuse(0)),
  route.raw("POST", "/phone/locating", locate)
]
