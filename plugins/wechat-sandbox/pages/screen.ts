import { Effect } from "effect"
import type { RawReply, RawRequest } from "#core"
import type { Frame } from "../phone.ts"
import type { Person } from "../platform/people.ts"
import { type SandboxServices, WechatSandbox } from "../sandbox.ts"
import { shell, type View } from "./shell.ts"

/** What a screen is made of: who holds the phone, and what it was asked for. */
export interface Look {
  readonly sandbox: SandboxServices
  readonly person: Person
  readonly frame: Frame
  readonly query: URLSearchParams
}

/** The script of an open screen looks again and again; that is nobody's doing. */
export const isLookedAtAgain = (query: URLSearchParams) => query.get("look") === "again"

/** A screen of the phone of whoever is asked for; a view may also send the browser elsewhere. */
export const screen = (view: (look: Look) => Effect.Effect<View | RawReply>) =>
  Effect.fnUntraced(function* ({ headers, query }: RawRequest) {
    const sandbox = yield* WechatSandbox
    const { phone } = sandbox
    const person = yield* phone.holder(query.get("as") ?? "", headers.cookie)
    const frame = yield* phone.frame(person, query.get("scan") ?? "")
    const seen = yield* view({ sandbox, person, frame, query })
    if ("status" in seen) return seen
    const body = yield* Effect.promise(async () =>
      String(await shell(frame, seen, query.get("say") ?? ""))
    )
    // The pages an account sends people to know the browser by this: it is the WeChat of whose phone was looked at last.
    const cookie = `phone=${person.id}; Path=/; HttpOnly; SameSite=Lax`
    const headed = isLookedAtAgain(query) ? pageHeaders : { ...pageHeaders, "set-cookie": cookie }
    return { status: 200, headers: headed, body } satisfies RawReply
  })

// A scanned address leads out of the sandbox, so a form may end anywhere.
const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src 'self'; media-src 'self'; form-action http: https:; base-uri 'none'; frame-ancestors 'self'"
}
