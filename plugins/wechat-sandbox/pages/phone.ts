import { Effect } from "effect"
import { type RawReply, type RawRequest, route } from "#core"
import type { Frame } from "../phone.ts"
import type { Person } from "../platform/people.ts"
import { type SandboxServices, WechatSandbox } from "../sandbox.ts"
import { acts } from "./acts.ts"
import { billView } from "./bill.ts"
import { chatsView } from "./chats.ts"
import { codeView } from "./code.ts"
import { live } from "./live.ts"
import { meView } from "./me.ts"
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
    return { status: 200, headers: { ...pageHeaders, "set-cookie": cookie }, body }
  })

// A scanned address leads out of the sandbox, so a form may end anywhere.
const pageHeaders = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "content-security-policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'; img-src 'self'; media-src 'self'; form-action http: https:; base-uri 'none'; frame-ancestors 'self'"
}

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
    screen(({ frame }) => Effect.succeed(chatsView(frame)))
  ),
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
