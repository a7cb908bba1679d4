import { Effect } from "effect"
import { openPlatform } from "./platform.ts"
import { taken } from "./pushed.ts"

/** A WeChat of its own, and its phone in somebody's hand: screens as pages, buttons as forms. */
export const openPhone = Effect.gen(function* () {
  const wechat = yield* openPlatform()
  const { appid, callbackToken: token, openid, originalId, silentOpenid } = wechat.credentials
  const callback = { url: "http://gateway.example.com/wx", token, mode: "plain" }
  yield* wechat.portal({ callback, verify: false })
  const { arrivals } = wechat.network
  const page = (path: string, as = openid) => {
    const [name = "", rest = ""] = path.split("?")
    const query = new URLSearchParams({ ...Object.fromEntries(new URLSearchParams(rest)), as })
    return Effect.map(wechat.say("GET", `${name}?${query}`), ({ text }) => text)
  }
  const at = `/phone/chat?with=${appid}`
  return {
    ...wechat,
    openid,
    silentOpenid,
    page,
    chat: (as = openid) => page(at, as),
    press: (action: string, fields: Record<string, string>, as = openid) =>
      wechat.request(
        "POST",
        `/phone/${action}`,
        Buffer.from(new URLSearchParams({ as, at, with: appid, ...fields }).toString()),
        { "content-type": "application/x-www-form-urlencoded" }
      ),
    /** What the account was told, the last of so many. */
    heard: Effect.fnUntraced(function* (count: number) {
      yield* wechat.until(Effect.sync(() => arrivals.length >= count))
      return taken(arrivals[count - 1] ?? { url: "http://nothing", text: "" }).text
    }),
    /** How the account answers at once. */
    answers: (inner: string) => {
      wechat.network.answer = ({ text }) => {
        const [, from = ""] = /<FromUserName><!\[CDATA\[(.*?)\]\]>/.exec(text) ?? []
        const said = `<xml><ToUserName>${from}</ToUserName><FromUserName>${originalId}</FromUserName><CreateTime>1</CreateTime>${inner}</xml>`
        return { said }
      }
    }
  }
})
