import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { BrowserContext } from "playwright-core"
import { withPlugin } from "../support/configured.ts"
import { install, start } from "../support/installation.ts"
import { browser, openBrowser } from "../support/phone.ts"
import { wechatOf } from "../support/wechat.ts"

/** As much of WeChat's JS-SDK as pages use; what they say to it is shown in the page. */
const sdk = `let whenReady = () => {}
const said = {}
const keep = (name) => (what) => {
  said[name] = what
  if (Object.keys(said).length < 3) return
  const shown = document.createElement("output")
  shown.textContent = JSON.stringify(said)
  document.body.append(shown)
}
window.wx = {
  config: (what) => { keep("config")(what); queueMicrotask(() => whenReady()) },
  ready: (then) => { whenReady = then },
  updateAppMessageShareData: keep("friends"),
  updateTimelineShareData: keep("moments")
}`

const wechats = (phone: BrowserContext, body: string | undefined) =>
  phone.route("https://res.wx.qq.com/**", (route) =>
    body === undefined ? route.abort() : route.fulfill({ contentType: "text/javascript", body })
  )

describe.skipIf(browser === "")("a page that is shared with a friend", () => {
  it.live(
    "is signed, visited on the friend's phone, and leads to a sale in the report",
    () =>
      Effect.gen(function* () {
        const at = yield* install()
        const url = `http://127.0.0.1:${at.ports.public}`
        withPlugin(at, "deli", 'deliOf("deli")()')
        yield* start(at)
        const wechat = wechatOf(at)

        const mine = yield* openBrowser()
        const shown = Effect.promise(async () => {
          await wechats(mine, sdk)
          const page = await mine.newPage()
          await page.goto(`${url}/deli/page?from=menu#top`)
          return JSON.parse(await page.locator("output").innerText())
        })
        const { config, friends, moments } = yield* shown
        const { appId, nonceStr, signature, timestamp } = config
        const verdict = Effect.promise(async () => {
          const answer = await fetch(`${wechat.url}/control/accounts/${appId}/js-config`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({
              url: `${url}/deli/page?from=menu`,
              timestamp: String(timestamp),
              nonceStr,
              signature
            })
          })
          return answer.json()
        })
        assert.deepStrictEqual(yield* verdict, { errMsg: "config:ok" })
        const { link, title } = friends
        assert.strictEqual(title, '"Ham" & <eggs> 火腿')
        assert.deepStrictEqual(moments, { title, link, imgUrl: "" })

        const friend = yield* openBrowser()
        const code = yield* wechat.code("paid")
        const bought = Effect.promise(async () => {
          await wechats(friend, undefined)
          const page = await friend.newPage()
          await page.goto(link)
          assert.strictEqual(page.url(), `${url}/deli/ham`)
          await page.goto(`${url}/login/wechat?to=/deli/page`)
          // The page is there although the JS-SDK is not.
          await page.getByText("ham").waitFor()
          const answer = await friend.request.post(`${url}/deli/bought`, {
            data: { reference: "order-1", code }
          })
          return answer.text()
        })
        assert.strictEqual(yield* bought, "true")
        const report = yield* Effect.promise(async () =>
          (await fetch(`${url}/deli/report?reference=ham`)).json()
        )
        assert.deepStrictEqual(report, {
          visits: 1,
          people: 1,
          sales: 1,
          amount: 2_850,
          returned: 0
        })
      }),
    120_000
  )
})
