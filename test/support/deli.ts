import { Effect } from "effect"
import { deliOf, ham } from "../fixtures/deli/index.ts"
import { browserIn } from "./browser.ts"
import type { Kind } from "./database.ts"
import { meanwhile, openWorld } from "./world.ts"

/** A gateway with two such shops, and what people do with their phones. */
export const openDeli = Effect.fnUntraced(function* (database: Kind) {
  const world = yield* openWorld(
    database,
    {},
    { settings: () => ({ plugins: [deliOf("deli")(), deliOf("bakery")()] }) }
  )
  yield* world.control("PUT", "/settings", { consent: "approve" })

  // biome-ignore lint/suspicious/noExplicitAny: what a door answers is looked into freely by tests
  const json = ({ text }: { readonly text: string }): any => JSON.parse(text)
  const anybody = browserIn(world)
  const post = (browser: typeof anybody, path: string, body: object) =>
    meanwhile(
      browser.send(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body)
      })
    ).pipe(Effect.map(({ value }) => value))

  return {
    ...world,
    browser: (openid?: string) => browserIn(world, openid),
    put: (card: object, plugin = "deli") => post(anybody, `/${plugin}/cards`, card),
    /** The address of a card. */
    share: (card: object = ham, plugin = "deli") =>
      Effect.map(post(anybody, `/${plugin}/cards`, card), (seen): string => json(seen).link),
    report: (reference = "ham", plugin = "deli") =>
      Effect.map(anybody.get(`/${plugin}/report?reference=${reference}`), json),
    /** Somebody who is logged in pays a code of their own phone. */
    buy: Effect.fnUntraced(function* (
      browser: typeof anybody,
      reference: string,
      { openid, plugin = "deli" }: { openid?: string; plugin?: string } = {}
    ) {
      const { authCode: code } = yield* world.control("POST", "/codes", { outcome: "paid", openid })
      const seen = yield* post(browser, `/${plugin}/bought`, { reference, code })
      if (seen.text !== "true") return yield* Effect.die(`${reference}: ${seen.text}`)
    }),
    takeBack: (reference: string) => post(anybody, "/deli/returned", { reference }),
    logIn: (browser: typeof anybody) =>
      Effect.map(browser.visit("/login/wechat?to=/deli/club"), ({ text }) => text)
  }
})
