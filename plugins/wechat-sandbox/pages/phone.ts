import { Effect } from "effect"
import { type RawReply, route } from "#core"
import { acts } from "./acts.ts"
import { billView } from "./bill.ts"
import { cashierRoutes } from "./cashier.ts"
import { chatScreens } from "./chat-screens.ts"
import { codeView } from "./code.ts"
import { live } from "./live.ts"
import { meView } from "./me.ts"
import { scanView } from "./scan.ts"
import { type Look, screen } from "./screen.ts"

const code = ({ frame, sandbox }: Look) =>
  Effect.map(sandbox.phone.code(frame.holder.openid), (shown) => codeView(frame, shown))

const scan = ({ frame, query, sandbox }: Look) =>
  Effect.map(sandbox.phone.displayed, (displayed) =>
    scanView(frame, query.get("scan") ?? "", displayed)
  )

const bill = ({ frame, sandbox }: Look) =>
  Effect.map(sandbox.phone.bill(frame.holder.openid), billView)

const me = ({ frame }: Look) => Effect.succeed(meView(frame))

const script = {
  status: 200,
  headers: { "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" },
  body: live
} satisfies RawReply

/** A phone in the browser: everything works by forms alone, the script only looks again now and then. */
export const phoneRoutes = [
  ...chatScreens,
  route.raw("GET", "/phone/code", screen(code)),
  route.raw("GET", "/phone/scan", screen(scan)),
  route.raw("GET", "/phone/bill", screen(bill)),
  route.raw("GET", "/phone/me", screen(me)),
  route.raw("GET", "/phone/live.js", () => Effect.succeed(script)),
  ...cashierRoutes,
  ...acts
]
