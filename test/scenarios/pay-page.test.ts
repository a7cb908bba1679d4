import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { BrowserContext, BrowserContextOptions, Page } from "playwright-core"
import { type Installation, install, kill, start, startSandbox } from "../support/installation.ts"
import { agents, type Device } from "../support/pay-page.ts"
import { browser, openBrowser } from "../support/phone.ts"
import { wechatOf } from "../support/wechat.ts"

/** The repository's own configuration, and a plugin that asks for deposit and balance. */
const configure = ({ folder }: Installation) => {
  const at = (path: string) => JSON.stringify(new URL(`../../${path}`, import.meta.url).href)
  writeFileSync(
    join(folder, "gateway.config.ts"),
    `import config from ${at("gateway.config.ts")}
import { rental } from ${at("test/fixtures/rental/index.ts")}

export default { ...config, plugins: [...config.plugins, rental()] }
`
  )
}

const opened = Effect.gen(function* () {
  const at = yield* install()
  configure(at)
  yield* startSandbox(at)
  const gateway = yield* start(at)
  const url = `http://127.0.0.1:${at.ports.public}`
  const rent = (reference: string) =>
    Effect.promise(async (): Promise<{ deposit: string; balance: string }> => {
      const answer = await fetch(`${url}/rental/rentals`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ reference, deposit: 20_000, balance: 4_550 })
      })
      return (await answer.json()) as { deposit: string; balance: string }
    })
  return { at, gateway, rent, wechat: wechatOf(at) }
})

/** Where pictures of the pages are kept, for people to look at. */
const pictures = process.env.WEIR_TEST_PICTURES ?? ""
const picture = async (page: Page, name: string) => {
  if (pictures === "") return
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
}

/** A device with cookies of its own; inside WeChat it has WeChat's bridge. */
const device = Effect.fnUntraced(function* (
  { ports }: Installation,
  kind: Device,
  options: BrowserContextOptions = {}
) {
  const context = yield* openBrowser({ userAgent: agents[kind], locale: "zh-CN", ...options })
  context.setDefaultTimeout(15_000)
  if (kind === "wechat")
    yield* Effect.promise(async () => {
      const bridge = await fetch(`http://127.0.0.1:${ports.sandbox}/phone/bridge.js`)
      await context.addInitScript({ content: await bridge.text() })
    })
  return context
})

const visit = async (context: BrowserContext, url: string) => {
  const page = await context.newPage()
  await page.goto(url)
  return page
}

const ends = (page: Page, headline: string) =>
  page.locator("#view .headline").getByText(headline, { exact: true }).waitFor()

/** It fits its screen, and nothing on it is too small for a thumb. */
const fits = async (page: Page, width: number) => {
  assert.strictEqual(await page.evaluate("document.documentElement.scrollWidth"), width)
  for (const button of await page.locator("button:visible").all())
    assert.isAtLeast((await button.boundingBox())?.height ?? 0, 44)
}

describe.skipIf(browser === "")("a payment is paid on its page", () => {
  it.live(
    "inside WeChat: cancelled, then paid, and the first page follows the second device",
    () =>
      Effect.gen(function* () {
        const { at, gateway, rent, wechat } = yield* opened
        const { deposit } = yield* rent("bike-1")
        const computer = yield* device(at, "computer", { viewport: { width: 1280, height: 800 } })
        const phone = yield* device(at, "wechat")
        yield* Effect.promise(async () => {
          const desk = await visit(computer, deposit)
          await desk.locator("#view .qr svg").waitFor()
          await fits(desk, 1280)
          await picture(desk, "computer-1280")

          const page = await visit(phone, deposit)
          await page.locator("#view").getByText("另一台设备").waitFor()
          await fits(page, 320)
          await picture(page, "wechat-320")
          const [sheet] = await Promise.all([
            phone.waitForEvent("page"),
            page.getByRole("button", { name: "改在这台设备上支付" }).click()
          ])
          await sheet.getByRole("button", { name: "取消" }).waitFor()
          await picture(sheet, "cashier")
          await desk.getByRole("button", { name: "改在这台设备上支付" }).waitFor()
          await Promise.all([
            sheet.waitForEvent("close"),
            sheet.getByRole("button", { name: "取消" }).click()
          ])
          // What the phone says is a hint: WeChat is asked, and it can go on.
          const goOn = page.getByRole("button", { name: "继续支付" })
          await goOn.waitFor()
          const [again] = await Promise.all([phone.waitForEvent("page"), goOn.click()])
          await again.getByRole("button", { name: "密码错误" }).click()
          await again.getByText("支付密码错误").waitFor()
          await Promise.all([
            again.waitForEvent("close"),
            again.getByRole("button", { name: "确认支付" }).click()
          ])
          await ends(page, "支付成功")
          await ends(desk, "支付成功")
          await picture(page, "paid-320")
          assert.strictEqual(await page.locator("#said").textContent(), "支付成功")
        })
        const orders = yield* wechat.orders
        assert.deepStrictEqual(
          orders.filter(({ tradeState }) => tradeState === "SUCCESS").map((o) => o.tradeType),
          ["JSAPI"]
        )
        const token = new URL(deposit).pathname.split("/").at(-1) ?? "?"
        assert.notInclude(gateway.output, token)
      }),
    120_000
  )

  it.live(
    "in a phone's browser: to WeChat and back, through a network that breaks",
    () =>
      Effect.gen(function* () {
        const { at, rent, wechat } = yield* opened
        const { deposit } = yield* rent("bike-2")
        const phone = yield* device(at, "android", {
          viewport: { width: 390, height: 844 },
          colorScheme: "dark"
        })
        const page = yield* Effect.promise(async () => {
          const page = await visit(phone, deposit)
          await fits(page, 390)
          await page.locator("summary").click()
          await picture(page, "phone-390-dark")
          await page.getByRole("button", { name: "微信支付" }).click()
          await page.waitForURL(/checkmweb/)
          await picture(page, "middle-page")
          await page.getByRole("link", { name: "返回商家" }).click()
          await page.waitForURL(deposit)
          await page.getByRole("button", { name: "继续支付" }).waitFor()

          await phone.setOffline(true)
          await page.locator("#lost").waitFor()
          await picture(page, "offline-390")
          await page.getByRole("button", { name: "继续支付" }).click()
          assert.notMatch(await page.locator("main").innerText(), /失败|fail/i)
          return page
        })
        const [order] = yield* wechat.orders
        yield* wechat.pays(order?.outTradeNo ?? "")
        yield* Effect.promise(async () => {
          await phone.setOffline(false)
          await ends(page, "支付成功")
          await page.locator("#lost").waitFor({ state: "hidden" })
        })
        const paid = (yield* wechat.orders).filter(({ tradeState }) => tradeState === "SUCCESS")
        assert.strictEqual(paid.length, 1)
      }),
    120_000
  )

  it.live(
    "while WeChat is slow, the gateway dies and another takes its place",
    () =>
      Effect.gen(function* () {
        const { at, gateway, rent, wechat } = yield* opened
        const { balance } = yield* rent("bike-3")
        const phone = yield* device(at, "phone", { locale: "en-GB" })
        yield* wechat.fault("slow", { path: "/v3/pay/transactions/h5", seconds: 4 })
        const page = yield* Effect.promise(async () => {
          const page = await visit(phone, balance)
          await page.getByRole("button", { name: "Pay with WeChat" }).click()
          await page.locator("#slow").waitFor()
          await picture(page, "slow-320-english")
          await page.waitForURL(/checkmweb/)
          const sheet = page.getByRole("link", { name: "Open WeChat" })
          await sheet.click()
          return page
        })
        const second = yield* Effect.promise(() => visit(phone, balance))
        yield* Effect.promise(() => second.locator("#view").getByText("not complete yet").waitFor())
        yield* kill(gateway)
        yield* Effect.promise(() => second.locator("#lost").waitFor())
        yield* start(at)
        yield* Effect.promise(async () => {
          await page.getByRole("button", { name: "Pay" }).first().click()
          await page.waitForURL(balance)
          await ends(page, "Paid")
          await ends(second, "Paid")
          assert.include(await second.locator(".parts").innerText(), "Still to be paid ¥200.00")
          await picture(second, "parts-320-english")
        })
      }),
    120_000
  )

  it.live(
    "without any script, as far as that goes",
    () =>
      Effect.gen(function* () {
        const { at, rent, wechat } = yield* opened
        const { deposit } = yield* rent("bike-4")
        const still = { javaScriptEnabled: false }
        const computer = yield* device(at, "computer", still)
        const phone = yield* device(at, "android", still)
        const desk = yield* Effect.promise(async () => {
          const desk = await visit(computer, deposit)
          await desk.locator("#view .qr svg").waitFor()
          const page = await visit(phone, deposit)
          await page.getByRole("button", { name: "改在这台设备上支付" }).click()
          await page.getByRole("link", { name: "去微信支付" }).click()
          await page.waitForURL(/checkmweb/)
          await page.getByRole("link", { name: "返回商家" }).waitFor()
          return desk
        })
        const [waiting] = (yield* wechat.orders).filter(({ tradeState }) => tradeState === "NOTPAY")
        yield* wechat.pays(waiting?.outTradeNo ?? "")
        yield* Effect.promise(() => ends(desk, "支付成功"))
      }),
    120_000
  )
})
