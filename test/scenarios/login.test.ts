import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { openShop } from "../support/asp-shop.ts"
import { type Installation, install, start, stop } from "../support/installation.ts"
import { browser, openPage } from "../support/phone.ts"
import { wechatOf } from "../support/wechat.ts"

const secret = "shop-secret-0123456789"

/** The repository's own configuration, and an old shop that people return to. */
const configure = ({ folder }: Installation, shop: string) => {
  const config = JSON.stringify(new URL("../../gateway.config.ts", import.meta.url).href)
  const effect = JSON.stringify(import.meta.resolve("effect"))
  writeFileSync(
    join(folder, "gateway.config.ts"),
    `import { Redacted } from ${effect}
import config from ${config}

export default {
  ...config,
  returnAddresses: [
    { name: "shop", address: new URL(${JSON.stringify(shop)}), secret: Redacted.make("${secret}") }
  ]
}
`
  )
}

const open = Effect.gen(function* () {
  const at = yield* install()
  const shop = yield* openShop(() => at.ports.legacy, secret)
  configure(at, shop.url)
  const gateway = yield* start(at)
  return { at, gateway, shop, wechat: wechatOf(at), url: `http://127.0.0.1:${at.ports.public}` }
})

describe.skipIf(browser === "")("a customer of an old web shop", () => {
  it.live(
    "scans with the phone, confirms, and the shop on the computer knows who it is",
    () =>
      Effect.gen(function* () {
        const { at, gateway, shop, url, wechat } = yield* open
        const handover = `/login/handover?${new URLSearchParams({ to: `${shop.url}?cart=7` })}`
        const computer = yield* openPage(`${url}${handover}`)
        yield* Effect.promise(async () => {
          await computer.locator(".qr svg").waitFor()
          assert.match(computer.url(), /\/login\/qr\/[0-9a-f]{40}$/)
          assert.strictEqual(
            await computer.evaluate("document.documentElement.scrollWidth"),
            320,
            "it fits the smallest screen"
          )
          await computer.screenshot({ path: join(at.folder, "computer.png") })
        })

        const phone = yield* openPage(`${computer.url()}/confirm`)
        const done = Effect.promise(async () => {
          assert.include(await phone.locator("main").innerText(), "登录确认")
          // The page on the computer has heard of the scan by itself.
          await computer.getByText("请在手机上确认登录").waitFor()
          await phone.screenshot({ path: join(at.folder, "phone.png") })
          await phone.getByRole("button", { name: "确认登录" }).click()
          await phone.getByText("请在电脑上继续").waitFor()
          await computer.waitForURL(/back\.asp\?cart=7&ticket=[0-9a-f]{40}$/)
          return computer.locator("body").innerText()
        })
        const told = yield* done
        const { openid } = yield* wechat.credentials
        assert.include(told, "result: OK")
        assert.include(told, `openid: ${openid}`)

        // A reload of the shop's page brings the ticket again, which is worth nothing any more.
        const again = Effect.promise(async () => {
          await computer.reload()
          return computer.locator("body").innerText()
        })
        const reloaded = yield* again
        assert.include(reloaded, "result: TICKET_USED")
        assert.include(reloaded, "message: 票据已使用")
        // Who is logged in comes with a new one at once.
        const later = Effect.promise(async () => {
          await computer.goto(`${url}${handover}`)
          return computer.locator("body").innerText()
        })
        assert.include(yield* later, `openid: ${openid}`)
        for (const text of [openid, /ticket=[0-9a-f]{40}/.exec(computer.url())?.[0] ?? "?", secret])
          assert.notInclude(gateway.output, text)
      }),
    120_000
  )

  it.live(
    "goes on without any script, too",
    () =>
      Effect.gen(function* () {
        const { url } = yield* open
        const computer = yield* openPage(`${url}/login/qr?to=/login/qr.js`, {
          javaScriptEnabled: false
        })
        const phone = yield* openPage(`${computer.url()}/confirm`)
        yield* Effect.promise(async () => {
          await phone.getByRole("button", { name: "确认登录" }).click()
          await phone.getByText("请在电脑上继续").waitFor()
          await computer.waitForURL(`${url}/login/qr.js`)
        })
      }),
    120_000
  )
})

it.live(
  "a page that waits for its phone does not hold up a gateway that stops",
  () =>
    Effect.gen(function* () {
      const { gateway, url } = yield* open
      const ended = yield* Effect.promise(async () => {
        const page = await fetch(`${url}/login/qr?to=/`, { redirect: "manual" })
        const [cookie = ""] = (page.headers.getSetCookie()[0] ?? "").split(";")
        const events = `${url}${page.headers.get("location")}/events?since=open`
        return (await fetch(events, { headers: { cookie } })).text()
      }).pipe(Effect.forkChild)
      yield* Effect.sleep("1 second")
      const { code } = yield* stop(gateway)
      assert.strictEqual(code, 0)
      assert.strictEqual(yield* Fiber.join(ended), "retry: 2000\n\n")
      assert.notInclude(gateway.output, "closed before all was answered")
    }),
  60_000
)
