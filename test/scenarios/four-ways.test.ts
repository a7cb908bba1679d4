import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { withPlugin } from "../support/configured.ts"
import { install, start } from "../support/installation.ts"
import { wechatOf } from "../support/wechat.ts"

/** A browser, as far as a login needs one: it keeps cookies, and goes nowhere by itself. */
const browser = (url: string) => {
  const cookies = new Map<string, string>()
  return (path: string, headers: Record<string, string> = {}, form?: URLSearchParams) =>
    Effect.promise(async () => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ")
      const answer = await fetch(new URL(path, url), {
        redirect: "manual",
        headers: { ...headers, cookie },
        ...(form !== undefined && { method: "POST", body: form })
      })
      for (const line of answer.headers.getSetCookie()) {
        const [name = "", value = ""] = (line.split(";")[0] ?? "").split("=")
        cookies.set(name, value)
      }
      const location = answer.headers.get("location") ?? ""
      return { status: answer.status, location, text: await answer.text() }
    })
}

const inWechat = { "user-agent": "Mozilla/5.0 (Linux; Android 14) MicroMessenger/8.0.50" }

it.live(
  "a visitor logs in inside WeChat, by QR, in a mini program and in an app, and is one customer",
  () =>
    Effect.gen(function* () {
      const at = yield* install()
      withPlugin(at, "club")
      yield* start(at)
      const wechat = wechatOf(at)
      const { appAppid, miniAppid, openid } = yield* wechat.credentials
      const url = `http://127.0.0.1:${at.ports.public}`
      const login = "/login/wechat?to=/club/me&scope=userinfo"

      /** Goes to WeChat and back, and on to where the login leads. */
      const throughWechat = Effect.fnUntraced(function* (
        visit: ReturnType<typeof browser>,
        to: string
      ) {
        const { location } = yield* visit(to, inWechat)
        const { redirect } = yield* wechat.agrees(openid, { url: location })
        return yield* visit(redirect, inWechat)
      })
      const me = (text: string): { readonly customer: string; readonly account: string } =>
        JSON.parse(text)

      const phone = browser(url)
      const back = yield* throughWechat(phone, login)
      assert.strictEqual(back.status, 303)
      assert.notInclude(back.location, "code=")
      const inside = me((yield* phone(back.location)).text)

      const computer = browser(url)
      const { location: page } = yield* computer("/login/qr?to=/club/me")
      const confirm = `${page}/confirm`
      yield* phone(confirm, inWechat)
      yield* phone(confirm, inWechat, new URLSearchParams({ decision: "confirm" }))
      const shown = yield* computer(page)
      const byQr = me((yield* computer(shown.location || "/club/me")).text)

      const bring = Effect.fnUntraced(function* (way: string, appid: string) {
        const { code } = yield* wechat.agrees(openid, { appid })
        return yield* Effect.promise(async () => {
          const headers = { "content-type": "application/json" }
          const body = JSON.stringify({ code })
          const answer = await fetch(`${url}/login/${way}`, { method: "POST", headers, body })
          const { session } = (await answer.json()) as { session: string }
          const bearer = { authorization: `Bearer ${session}` }
          return me(await (await fetch(`${url}/club/me`, { headers: bearer })).text())
        })
      })
      const inMini = yield* bring("mini-program", miniAppid)
      const inApp = yield* bring("app", appAppid)

      const all = [inside, byQr, inMini, inApp]
      assert.deepStrictEqual(
        all.map(({ account }) => account),
        ["main", "main", "mini", "app"]
      )
      assert.lengthOf(new Set(all.map(({ customer }) => customer)), 1)
    }),
  90_000
)
