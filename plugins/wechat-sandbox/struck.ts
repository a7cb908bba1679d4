import { Effect } from "effect"
import type { RawReply, RawRequest } from "#core"
import type { Faults } from "./faults.ts"

/** A door that sees this header breaks the connection instead of answering. */
const reset: RawReply = { status: 502, headers: { "x-sandbox-connection": "reset" } }

export const pathOf = ({ target }: RawRequest) => target.split("?", 1)[0] ?? target

/**
 * One answer of WeChat's, with whatever fault strikes it. What was begun is ended also when the caller hangs up, as it would be in
 * somebody else's data centre. `failing`: it is to say that it failed, and do nothing.
 */
export const struck = Effect.fnUntraced(function* <E, R>(
  faults: Faults["Service"],
  request: RawRequest,
  answer: (failing: boolean) => Effect.Effect<RawReply, E, R>
) {
  const path = pathOf(request)
  if ((yield* faults.take("drop", path)) !== undefined) return reset
  const broken = yield* faults.take("5xx", path)
  if (broken?.status !== undefined && broken.status > 500) return proxyPage(broken.status)
  const reply = yield* Effect.uninterruptible(answer(broken !== undefined))
  const slow = yield* faults.take("slow", path)
  if (slow !== undefined) yield* Effect.sleep(`${slow.seconds ?? 6} seconds`)
  return (yield* faults.take("reset", path)) === undefined ? reply : reset
})

/** What a proxy in front of WeChat says when it cannot reach it: unsigned, and not JSON. */
const proxyPage = (status: number): RawReply => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8", server: "nginx" },
  body: `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`
})
