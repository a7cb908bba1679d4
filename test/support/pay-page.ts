import { Effect } from "effect"
import { rental } from "../fixtures/rental/index.ts"
import { browserIn } from "./browser.ts"
import type { Kind } from "./database.ts"
import { meanwhile, openWorld } from "./world.ts"

const phone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15"

/** How the devices of payers name themselves. */
export const agents = {
  wechat: `${phone} (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.55(0x1800372c) NetType/WIFI Language/zh_CN`,
  miniProgram: `${phone} (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.55(0x1800372c) NetType/WIFI Language/zh_CN miniProgram/wx0f1e2d3c4b5a6978`,
  phone: `${phone} (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1`,
  android:
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Mobile Safari/537.36",
  computer:
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36"
} as const
export type Device = keyof typeof agents

type Setup = Parameters<typeof openWorld>[2]

/** A rental whose customers open what they are to pay on whatever device they have. */
export const openRental = Effect.fnUntraced(function* (
  database: Kind,
  setup: NonNullable<Setup> = {}
) {
  const { settings = () => ({}), ...more } = setup
  const opened = yield* openWorld(
    database,
    {},
    {
      ...more,
      settings: (credentials) => ({ ...settings(credentials), plugins: [rental()] })
    }
  )
  const world = {
    ...opened,
    fetch: (request: Request) => opened.fetch(request, { incoming: comingFrom(request) })
  }
  const anybody = browserIn(world)
  // biome-ignore lint/suspicious/noExplicitAny: what a door answers is looked into freely by tests
  const tell = (path: string, body: object): Effect.Effect<any> =>
    meanwhile(
      anybody.send(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body)
      })
    ).pipe(Effect.map(({ value }) => JSON.parse(value.text)))

  /** A rental to pay for: the addresses of its parts. */
  const rent = (more: object = {}): Effect.Effect<{ deposit: string; balance: string }> =>
    tell("/rental/rentals", { reference: "bike-7", deposit: 20_000, balance: 4_550, ...more })

  /** Somebody's device. */
  const device = (kind: Device, openid?: string, language = "zh-CN,zh;q=0.9") => {
    const browser = browserIn(world, openid)
    const headers = { "user-agent": agents[kind], "accept-language": language }
    const html = { ...headers, accept: "text/html,*/*" }
    const json = { ...headers, accept: "application/json" }
    const ask = (url: string, init: RequestInit) =>
      Effect.map(meanwhile(browser.send(url, init)), ({ value }) => value)
    return {
      ...browser,
      /** The page, without going where it leads. */
      open: (url: string) => ask(url, { headers: html }),
      /** The page, after whatever login it leads to. */
      arrive: Effect.fnUntraced(function* (url: string) {
        let seen = yield* ask(url, { headers: html })
        for (let hops = 0; seen.location !== "" && hops < 6; hops++)
          seen = yield* ask(new URL(seen.location, seen.url).href, { headers: html })
        return seen
      }),
      look: (url: string) => Effect.map(ask(url, { headers: json }), factsIn),
      /** Presses the button, with a script or without. */
      press: (url: string) => Effect.map(ask(url, { method: "POST", headers: json }), factsIn),
      submit: (url: string) => ask(url, { method: "POST", headers: html }),
      word: (url: string) =>
        Effect.map(ask(`${url}/word`, { method: "POST", headers: json }), factsIn),
      send: (url: string, init: RequestInit) =>
        ask(url, { ...init, headers: { ...json, ...init.headers } })
    }
  }

  return { ...world, device, rent, tell }
})

export type Rental = Effect.Success<ReturnType<typeof openRental>>

// biome-ignore lint/suspicious/noExplicitAny: what a door answers is looked into freely by tests
const factsIn = ({ status, text }: { status: number; text: string }): any => ({
  status,
  ...JSON.parse(text)
})

/** As it comes through a socket. */
const comingFrom = ({ headers }: Request) => ({
  headers: Object.fromEntries(headers),
  socket: { remoteAddress: "::ffff:203.0.113.7" }
})

/** How a page stands. */
export const stateOf = ({ text }: { text: string }) => /data-state="(\w+)"/.exec(text)?.[1]
