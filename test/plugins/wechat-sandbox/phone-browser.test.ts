import { assert, describe, it } from "@effect/vitest"
import { Context, Effect } from "effect"
import type { BrowserContextOptions, Page } from "playwright-core"
import { listen } from "../../../core/http/listen.ts"
import { sandboxRoutes } from "../../../plugins/wechat-sandbox/door.ts"
import { doorWith } from "../../support/door.ts"
import { openPhone } from "../../support/held-phone.ts"
import { browser, openBrowser } from "../../support/phone.ts"
import { codepay } from "../../support/wechat-sandbox.ts"

/** The phone behind a port of its own, in a real browser. */
const open = Effect.fnUntraced(function* (options: BrowserContextOptions = {}) {
  const phone = yield* openPhone
  // With the clock of the test, as pushes follow it.
  const around = yield* Effect.context<never>()
  const app = doorWith(sandboxRoutes, Context.merge(around, phone.context))
  const { port } = yield* listen(app, { door: "sandbox", host: "127.0.0.1", port: 0 })
  const url = `http://127.0.0.1:${port}`
  const context = yield* openBrowser(options)
  const tab = (path: string) =>
    Effect.promise(async () => {
      const page = await context.newPage()
      page.setDefaultTimeout(10_000)
      await page.goto(`${url}${path}`)
      return page
    })
  return { ...phone, tab, url }
})

const inPage = <A>(act: () => Promise<A>) => Effect.promise(act)

/** What a page does badly for people: too wide, a field without a name, words that are hard to read, small targets. */
const faultsOf = (page: Page) =>
  page.evaluate(() => {
    const faults: Array<string> = []
    const wide = document.documentElement.scrollWidth - innerWidth
    if (wide > 0) faults.push(`${wide} px too wide`)
    for (const details of document.querySelectorAll("details")) {
      details.open = true
      const panel = details.querySelector(".panel")
      if (panel !== null && panel.scrollWidth > panel.clientWidth) faults.push(panel.outerHTML)
    }
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true })
    const paint = (colour: string) => {
      if (canvas === null) return [0, 0, 0, 0]
      canvas.clearRect(0, 0, 1, 1)
      canvas.fillStyle = colour
      canvas.fillRect(0, 0, 1, 1)
      return [...canvas.getImageData(0, 0, 1, 1).data]
    }
    const luminance = (colour: ReadonlyArray<number>) => {
      const [r = 0, g = 0, b = 0] = colour.map((it) => {
        const share = it / 255
        return share <= 0.039_28 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    }
    const behind = (element: Element | null): ReadonlyArray<number> => {
      if (element === null) return [255, 255, 255]
      const colour = paint(getComputedStyle(element).backgroundColor)
      return colour[3] === 255 ? colour : behind(element.parentElement)
    }
    for (const element of document.body.querySelectorAll("*")) {
      const says = [...element.childNodes].some((it) => it.nodeType === 3 && it.nodeValue?.trim())
      if (!says || !element.checkVisibility()) continue
      const [one, other] = [paint(getComputedStyle(element).color), behind(element)].map(luminance)
      const [dark = 0, light = 0] = [one ?? 0, other ?? 0].toSorted((a, b) => a - b)
      const ratio = (light + 0.05) / (dark + 0.05)
      if (ratio < 4.5) faults.push(`${ratio.toFixed(1)}: ${element.textContent?.slice(0, 20)}`)
    }
    for (const field of document.querySelectorAll("input:not([type=hidden]), select")) {
      const { labels } = field as HTMLInputElement
      if (!labels?.length && !field.getAttribute("aria-label")) faults.push(field.outerHTML)
    }
    for (const button of document.querySelectorAll("button, summary, nav a")) {
      const { height } = button.getBoundingClientRect()
      if (button.checkVisibility() && height < 24)
        faults.push(`${height} px: ${button.textContent}`)
    }
    return faults
  })

describe.skipIf(browser === "")("the phone in a browser", () => {
  const looks = [
    [320, "light"],
    [390, "dark"],
    [1280, "light"]
  ] as const
  it.effect.each(looks)(
    "can be read and used at %i px by %s",
    ([width, colorScheme]) =>
      Effect.gen(function* () {
        const phone = yield* open({ colorScheme, viewport: { width, height: 640 } })
        const { appid, subscriptionTemplateId: template } = phone.credentials
        yield* phone.post("/cgi-bin/menu/create", {
          button: [
            { name: "我的订单", type: "click", key: "ORDERS" },
            {
              name: "更多",
              sub_button: [{ name: "扫码查件", type: "scancode_waitmsg", key: "SCAN" }]
            }
          ]
        })
        yield* phone.post("/cgi-bin/qrcode/create", {
          action_name: "QR_STR_SCENE",
          action_info: { scene: { scene_str: "table-7" } }
        })
        yield* phone.press("say", { content: "https://a.example/".repeat(9) })
        const page = yield* phone.tab("/phone")
        const { websiteAppid } = phone.credentials
        const oauth = "redirect_uri=http%3A%2F%2Flocalhost%2F&response_type=code&state=S"
        for (const path of [
          "/phone",
          "/phone/code",
          "/phone/scan",
          "/phone/me",
          "/phone/bill",
          "/phone/notices",
          `/phone/chat?with=${appid}`,
          `/phone/account?with=${appid}`,
          `/phone/subscribe?with=${appid}&template=${template}`,
          `/connect/oauth2/authorize?appid=${appid}&scope=snsapi_userinfo&${oauth}`,
          `/connect/qrconnect?appid=${websiteAppid}&scope=snsapi_login&${oauth}`
        ]) {
          const faults = yield* inPage(async () => {
            await page.goto(new URL(path, page.url()).href)
            return faultsOf(page)
          })
          assert.deepStrictEqual(faults, [], path)
        }
      }),
    60_000
  )

  it.effect("is looked at by rules that find what is bad", () =>
    Effect.gen(function* () {
      const phone = yield* open()
      const page = yield* phone.tab("/phone")
      yield* inPage(() =>
        page.setContent(
          `<p style="color:#999;background:#fff;width:400px">grey</p><input name="a"><button style="height:9px;font-size:8px">x</button>`
        )
      )
      const faults = yield* inPage(() => faultsOf(page))
      assert.match(faults.join("\n"), /px too wide\n2\.8: grey\n<input name="a">\n9 px: x/)
    })
  )

  it.effect(
    "is used without a script, and shows with one what comes in the meantime",
    () =>
      Effect.gen(function* () {
        const phone = yield* open({ javaScriptEnabled: false })
        const page = yield* phone.tab("/phone")
        yield* inPage(async () => {
          await page.getByRole("link", { name: /main/ }).click()
          await page.getByRole("button", { name: "不允许" }).click()
          await page.getByRole("textbox", { name: "消息" }).fill("订单 7")
          await page
            .getByRole("button", { name: /发送 Send$/ })
            .first()
            .click()
          await page.getByText("订单 7").waitFor()
        })
        yield* phone.heard(1)

        const lively = yield* openBrowser()
        const watching = yield* inPage(() => lively.newPage())
        yield* inPage(() => watching.goto(page.url()))
        yield* inPage(() => watching.getByRole("textbox", { name: "消息" }).fill("写到一半"))
        yield* phone.press("say", { content: "还有吗" })
        yield* inPage(() => watching.getByText("还有吗").waitFor())
        const half = watching.getByRole("textbox", { name: "消息" })
        assert.strictEqual(yield* inPage(() => half.inputValue()), "写到一半")
      }),
    60_000
  )

  it.effect(
    "is not looked at anew under the hands of who is choosing or writing",
    () =>
      Effect.gen(function* () {
        const phone = yield* open()
        const page = yield* phone.tab("/phone/code")
        const looked = inPage(() => page.waitForResponse(/look=again/))
        const code = page.locator(".code")
        const shown = yield* inPage(() => code.innerText())
        const choice = page.getByRole("combobox")
        yield* inPage(() => choice.selectOption("paid"))
        yield* inPage(() => choice.blur())
        yield* phone.control("POST", "/codes", { outcome: "expired", openid: phone.openid })
        yield* looked
        yield* looked
        assert.strictEqual(yield* inPage(() => choice.inputValue()), "paid")
        assert.strictEqual(yield* inPage(() => code.innerText()), shown)
        yield* inPage(() => choice.selectOption("userpaying"))
        yield* inPage(() => choice.blur())
        yield* phone.until(
          Effect.map(
            inPage(() => code.innerText()),
            (text) => text !== shown
          )
        )
      }),
    60_000
  )

  it.effect(
    "is asked to pay on whichever screen it shows",
    () =>
      Effect.gen(function* () {
        const phone = yield* open()
        const page = yield* phone.tab("/phone/me")
        const { authCode } = yield* phone.control("POST", "/codes", { outcome: "userpaying" })
        const sale = codepay(phone, "SALE-0001", authCode)
        yield* phone.call("POST", "/v3/pay/transactions/codepay", sale)
        yield* inPage(async () => {
          await page.getByRole("button", { name: "确认支付" }).click()
          await page.getByRole("status").getByText("支付成功").waitFor()
          assert.match(page.url(), /\/phone\/me\?/)
        })
      }),
    60_000
  )

  it.effect(
    "logs a desktop's tab in: its QR is scanned in the phone's tab, and the desktop goes on",
    () =>
      Effect.gen(function* () {
        const phone = yield* open()
        const { websiteAppid, silentOpenid } = phone.credentials
        yield* phone.portal({ oauthDomain: "127.0.0.1" }, websiteAppid)
        const query = new URLSearchParams({
          ...{ appid: websiteAppid, redirect_uri: `${phone.url}/phone/bill` },
          ...{ response_type: "code", scope: "snsapi_login", state: "S7" }
        })
        const desktop = yield* phone.tab(`/connect/qrconnect?${query}`)
        const held = yield* phone.tab(`/phone/scan?as=${silentOpenid}`)
        yield* inPage(async () => {
          await held.getByRole("link", { name: "网站登录" }).click()
          await held.getByText("周建国").waitFor()
          await held.getByRole("button", { name: "同意" }).click()
          await held.getByText("登录成功").waitFor()
          await desktop.waitForURL(/\/phone\/bill\?code=\w+&state=S7$/)
        })
      }),
    60_000
  )
})
