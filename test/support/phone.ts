import { Effect } from "effect"
import { chromium, type Page } from "playwright-core"

// Without the network flags it asks Google's hosts for things, which a closed network refuses one by one.
const flags =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"

/** The browser that page tests use; without one they are skipped. */
export const browser = process.env.WEIR_TEST_CHROMIUM ?? ""

/** A page in a real browser, on a screen as small as phones have. */
export const openPage = Effect.fnUntraced(function* (url: string) {
  const chrome = yield* Effect.acquireRelease(
    Effect.promise(() => chromium.launch({ executablePath: browser, args: flags.split(" ") })),
    (chrome) => Effect.promise(() => chrome.close())
  )
  return yield* Effect.promise(async (): Promise<Page> => {
    const page = await chrome.newPage({ viewport: { width: 320, height: 640 } })
    await page.goto(url)
    return page
  })
})
