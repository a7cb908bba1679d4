import type { RawReply, RawRequest } from "#core"
import { on } from "./shell.ts"
import type { Said } from "./words.ts"

export const form = ({ body }: RawRequest) =>
  new URLSearchParams(Buffer.from(body).toString("utf8"))

/** Back to the screen it was done on, so that a reload repeats nothing. */
export const back = (
  fields: URLSearchParams,
  say?: Said,
  at = fields.get("at") ?? ""
): RawReply => {
  const known = /^\/phone(\/\w+)?(\?[\w=&%.~+-]*)?$/.test(at) ? at : "/phone"
  const screen = on(fields.get("as") ?? "", known)
  const end = known.startsWith("/phone/chat") ? "#end" : ""
  const location = `${screen}${say === undefined ? "" : `&say=${say}`}${end}`
  return { status: 303, headers: { location } }
}
