import { Effect } from "effect"
import type { World } from "./world.ts"

const ours = "http://weir.test"
const wechats = "http://127.0.0.1:3003"

/** What a browser was answered. */
export interface Seen {
  readonly status: number
  readonly url: string
  readonly text: string
  readonly headers: Headers
  /** Where it is sent. */
  readonly location: string
}

/**
 * A browser without a window: it keeps cookies and follows what it is told, from the gateway to WeChat's pages and back. `openid`: whose
 * phone it is.
 */
export const browserIn = (world: World, openid?: string) => {
  const jar = new Map<string, string>()

  const keep = (headers: Headers) => {
    for (const line of headers.getSetCookie()) {
      const [, name = "", value = ""] = /^(\w+)=([^;]*)/.exec(line) ?? []
      if (value === "") jar.delete(name)
      else jar.set(name, value)
    }
  }

  const send = Effect.fnUntraced(function* (url: string, init: RequestInit = {}) {
    const at = new URL(url, ours)
    at.hash = ""
    const isOurs = at.origin === ours
    const headers = new Headers(init.headers)
    const cookies = isOurs ? [...jar].map((pair) => pair.join("=")) : [`phone=${openid ?? ""}`]
    if (cookies.length > 0) headers.set("cookie", cookies.join("; "))
    const request = new Request(at, { ...init, headers })
    const response = yield* isOurs ? world.fetch(request) : world.sandbox(request)
    if (isOurs) keep(response.headers)
    return {
      status: response.status,
      url: at.href,
      text: yield* Effect.promise(() => response.text()),
      headers: response.headers,
      location: response.headers.get("location") ?? ""
    } satisfies Seen
  })

  const get = (url: string) => send(url, { headers: { accept: "text/html,*/*" } })

  /** Goes where it is sent, until there is a page, or an address that is neither ours nor WeChat's. */
  const visit = Effect.fnUntraced(function* (url: string) {
    let seen = yield* get(url)
    for (let hops = 0; seen.location !== "" && hops < 10; hops++) {
      const next = new URL(seen.location, seen.url)
      if (next.origin !== ours && next.origin !== wechats) break
      seen = yield* get(next.href)
    }
    return seen
  })

  return {
    jar,
    get,
    send,
    visit,
    post: (url: string, form: Record<string, string> = {}, headers: Record<string, string> = {}) =>
      send(url, { method: "POST", body: new URLSearchParams(form), headers }),
    /** Its session. */
    session: () => jar.get("weir_session")
  }
}

export type Browser = ReturnType<typeof browserIn>
