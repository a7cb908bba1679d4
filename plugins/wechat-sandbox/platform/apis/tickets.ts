import { Effect } from "effect"
import { type Api, get, ok } from "../api.ts"
import { no } from "../errcodes.ts"

export const ticketApis: ReadonlyArray<Api> = [
  get("/cgi-bin/ticket/getticket", { ability: "ticket" }, ({ tokens }, { account, query }) =>
    Effect.gen(function* () {
      const type = query("type")
      if (type !== "jsapi" && type !== "wx_card") return yield* no(40097)
      const { access_token, expires_in } = yield* tokens.ticket(account.appid, type)
      return ok({ ticket: access_token, expires_in })
    })
  )
]
