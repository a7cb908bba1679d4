import { Effect } from "effect"
import { type BrowserContextOptions, chromium } from "playwright-core"

// Without the network flags it asks Google's hosts for things, which a closed network refuses one by one.
const flags =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"

/** The browser that page tests use; without one they are skipped. */
export const browser = process.env.WEIR_TEST_CHROMIUM ?? ""

/** A real browser with cookies of its own, on a screen as small as phones have unless said. */
export const openBrowser = Effect.fnUntraced(function* (options: BrowserContextOptions = {}) {
  const chrome = yield* Effect.acquireRelease(
    Effect.promise(() => chromium.launch({ executablePath: browser, args: flags.split(" ") })),
    (chrome) => Effect.promise(() => chrome.close())
  )
  const viewport = { width: 320, height: 640 }
  return yield* Effect.promise(() => chrome.newContext({ viewport, ...options }))
})

/** A page in it. */
export const openPage = Effect.fnUntraced(function* (
  url: string,
  options: BrowserContextOptions = {}
) {
  const context = yield* openBrowser(options)
  return yield* Effect.promise(async () => {
    const page = await context.newPage()
    await page.goto(url)
    return page
  })
})
