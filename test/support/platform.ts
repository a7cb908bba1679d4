import { Effect } from "effect"
import { TestClock } from "effect/testing"
import { openSandbox, type Reply } from "./wechat-sandbox.ts"

/** A WeChat of its own, and what an account's program asks of its platform. */
export const openPlatform = Effect.fnUntraced(function* (file?: string) {
  const sandbox = yield* openSandbox(file === undefined ? {} : { file })
  const { appid, secret } = sandbox.credentials

  const ask = (method: string, path: string, query: Fields = {}, body?: unknown) => {
    const search = new URLSearchParams(query).toString()
    const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body)
    return sandbox.request(method, `${path}${search && `?${search}`}`, Buffer.from(text), {})
  }

  const token = (of: { appid: string; secret: string } = { appid, secret }) =>
    Effect.map(
      ask("POST", "/cgi-bin/stable_token", {}, { grant_type: "client_credential", ...of }),
      ({ json }): string => json.access_token
    )

  const get = Effect.fnUntraced(function* (path: string, query: Fields = {}) {
    return (yield* ask("GET", path, { access_token: yield* token(), ...query })).json
  })

  const post = Effect.fnUntraced(function* (path: string, body: unknown) {
    return (yield* ask("POST", path, { access_token: yield* token() }, body)).json
  })

  /** As the owner of the main account, in its portal. */
  const portal = (by: object, of = appid) =>
    Effect.map(sandbox.control("PUT", `/control/accounts/${of}`, by), ({ json }) => json)

  /** By WeChat's clock and the machine's alike. */
  const pass = (seconds: number) => TestClock.adjust(seconds * 1000)

  const control = Effect.fnUntraced(function* (
    method: "GET" | "POST" | "PUT" | "DELETE",
    path: string,
    body?: object
  ) {
    return (yield* sandbox.control(method, `/control${path}`, body)).json
  })

  return { ...sandbox, ask, control, get, pass, portal, post, token, say: sandbox.control }
})

type Fields = Readonly<Record<string, string>>

/** What an answer ends as: its errcode, 0 if there is none. */
export const code = (reply: Reply | { readonly errcode?: number }): number =>
  ("json" in reply ? reply.json?.errcode : reply.errcode) ?? 0
