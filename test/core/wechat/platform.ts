import { Context, Effect, Fiber, Layer, Logger, Schema } from "effect"
import { TestClock } from "effect/testing"
import { todoMigrations } from "../../../core/tasks/todos.ts"
import { NoAnswer, NotSent, type Outgoing, Transport } from "../../../core/transport.ts"
import type { Account } from "../../../core/wechat/account.ts"
import type { Accounts } from "../../../core/wechat/accounts.ts"
import { WechatApi } from "../../../core/wechat/api.ts"
import type { Call } from "../../../core/wechat/call.ts"
import type { WechatHosts } from "../../../core/wechat/hosts.ts"
import { wechatMigrations } from "../../../core/wechat/migrations.ts"
import { wechatServices } from "../../../core/wechat/services.ts"
import type { SharedSecrets } from "../../../core/wechat/shared-secrets.ts"
import { Id, readsAs } from "../../../core/wechat/wire.ts"
import { databaseIn, temporaryFile } from "../../support/database.ts"
import { seal } from "../../support/journal.ts"
import { settle } from "../../support/settling.ts"
import { account } from "./account.ts"

/** A request as it reached WeChat. */
export interface Seen {
  readonly method: string
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  readonly bytes: Uint8Array
  // biome-ignore lint/suspicious/noExplicitAny: what was asked is looked into freely by tests
  readonly json: any
}

/** What WeChat does about a request: JSON that is said, or whatever else may come. */
export type Deed =
  | { readonly json: unknown }
  | {
      readonly body: string | Uint8Array
      readonly status?: number
      readonly headers?: Readonly<Record<string, string>>
    }
  | NotSent
  | NoAnswer

export const refusal = (errcode: number, errmsg = "no") => ({ json: { errcode, errmsg } })
export const lost = new NoAnswer({ reason: "half an answer" })
export const offline = new NotSent({ reason: "ECONNREFUSED" })

export const hosts = {
  api: "https://api.wechat.test",
  open: "https://open.wechat.test",
  mp: "https://mp.wechat.test"
}

const seenIn = ({ body = new Uint8Array(), headers, method, url }: Outgoing): Seen => {
  const { pathname, searchParams } = new URL(url)
  const text = Buffer.from(body).toString()
  const json = headers["content-type"] === "application/json" ? JSON.parse(text) : undefined
  const query = Object.fromEntries(searchParams)
  return { method, path: pathname, query, headers, text, bytes: body, json }
}

/** A WeChat at the other end of the wire that keeps to a script. It gives out tokens by itself. */
export const makePlatform = (script: (seen: Seen, count: number) => Deed) => {
  const platform = {
    /** All but those for tokens. */
    requests: [] as Array<Seen>,
    tokenRequests: [] as Array<Seen>,
    /** What is given for a token, and how long it takes. */
    token: (): Deed => ({ json: { access_token: "TOKEN-1", expires_in: 7_200 } }),
    delay: 0
  }
  const exchange = Effect.fnUntraced(function* (request: Outgoing) {
    const seen = seenIn(request)
    const isToken = seen.path === "/cgi-bin/stable_token"
    const list = isToken ? platform.tokenRequests : platform.requests
    list.push(seen)
    const deed = isToken ? platform.token() : script(seen, list.length)
    if (platform.delay > 0) yield* Effect.sleep(platform.delay)
    if ("_tag" in deed) return yield* deed
    if ("json" in deed)
      // As the sns doors do.
      return said({ "content-type": "text/plain" }, JSON.stringify(deed.json))
    return said(deed.headers ?? {}, deed.body, deed.status)
  })
  const layer = Layer.succeed(Transport, Transport.of({ exchange }))
  return Object.assign(platform, { layer })
}

const said = (
  headers: Readonly<Record<string, string>>,
  body: string | Uint8Array,
  status = 200
) => ({ status, headers, body: Buffer.from(body) })

export const migrations = [...todoMigrations, ...wechatMigrations]

/** The API of these accounts, over a WeChat that keeps to a script. */
export const openApi = Effect.fnUntraced(function* (
  script: (seen: Seen, count: number) => Deed,
  accounts: ReadonlyArray<Account> = [account()]
) {
  const platform = makePlatform(script)
  const file = yield* temporaryFile
  const context = yield* Layer.build(
    wechatServices(accounts, hosts).pipe(
      Layer.provideMerge(databaseIn(file, migrations)),
      Layer.provide([seal, platform.layer])
    )
  )
  return Object.assign(platform, { context, api: Context.get(context, WechatApi), file })
})

/** The account of `openApi`. */
export const one = account()

/** A send: never to be repeated, unless a test says otherwise. */
export const send = (more: Partial<Call<string>> = {}): Call<string> => ({
  method: "POST",
  path: "/cgi-bin/message/test/send",
  body: { touser: "oCANARY", text: "你好\u0007\ud800" },
  repeatable: false,
  read: readsAs(Schema.Struct({ msgid: Id }), ({ msgid }) => msgid),
  ...more
})
export const ok = (msgid = "1"): Deed => ({ body: `{"errcode":0,"errmsg":"ok","msgid":${msgid}}` })

/** Plays deeds one after another, the last for ever. */
export const inTurn =
  (...deeds: ReadonlyArray<Deed>) =>
  (_: unknown, count: number): Deed =>
    deeds[Math.min(count, deeds.length) - 1] ?? lost

/** Runs something to its end, while the clock is turned. */
export const turning = Effect.fnUntraced(function* <A, E, R>(work: Effect.Effect<A, E, R>) {
  const fiber = yield* Effect.forkChild(work)
  yield* settle
  while (fiber.pollUnsafe() === undefined) {
    yield* TestClock.adjust("100 millis")
    yield* settle
  }
  return yield* Fiber.join(fiber)
})

/** Runs a capability over a WeChat that keeps to a script, and tells what was asked of it. */
export const asking = Effect.fnUntraced(function* <A, E>(
  script: Deed | ((seen: Seen, count: number) => Deed),
  work: Effect.Effect<A, E, WechatApi | WechatHosts | Accounts | SharedSecrets>,
  accounts?: ReadonlyArray<Account>
) {
  const opened = yield* openApi(typeof script === "function" ? script : () => script, accounts)
  const result = yield* Effect.provideContext(work, opened.context).pipe(
    Effect.provide(Logger.layer([])),
    Effect.result
  )
  return { result, requests: opened.requests }
})

/** The same where it succeeds. */
export const answering = Effect.fnUntraced(function* <A, E>(
  ...given: Parameters<typeof asking<A, E>>
) {
  const { requests, result } = yield* asking(...given)
  if (result._tag === "Failure") return yield* Effect.die(result.failure)
  return { value: result.success, requests }
})

/** What a request asked for, the token left out. */
export const asked = ({ json, method, path, query: { access_token: _, ...query } }: Seen) => ({
  method,
  path,
  ...(Object.keys(query).length > 0 && { query }),
  ...(json !== undefined && { body: json })
})
