import { Context, Effect, Layer, Schema, Struct } from "effect"
import { Database } from "#core"
import { Credentials } from "../credentials.ts"
import { setSetting, setting } from "../store.ts"
import { type Account, type AccountKind, Portal } from "./model.ts"

const openPlatform = "open-platform"

/** What of an account its portal may change. */
const Changes = Portal.mapFields(Struct.map(Schema.optionalKey))
export type Changes = typeof Changes.Type
export const changes = Changes.fields

const Stored = Schema.fromJsonString(Changes)

/** The accounts of this WeChat: one of each kind, all bound to one Open Platform account. */
export class Accounts extends Context.Service<
  Accounts,
  {
    readonly all: Effect.Effect<ReadonlyArray<Account>>
    byAppid(appid: string): Effect.Effect<Account | undefined>
    /** The account that people follow, and that payments belong to. */
    readonly main: Effect.Effect<Account>
    /** What its owner changes in the portal takes effect at once. */
    change(appid: string, by: Changes): Effect.Effect<Account | undefined>
  }
>()("wechat-sandbox/Accounts") {
  static readonly layer = Layer.effect(
    Accounts,
    Effect.gen(function* () {
      const database = yield* Database
      const { gatewayUrl, reply } = yield* Credentials
      const made = fresh(reply, gatewayUrl)
      const changed = new Map<string, Changes>()
      for (const { appid } of made) {
        const stored = yield* database.read((sql) => setting(sql, `account:${appid}`))
        if (stored !== undefined) changed.set(appid, Schema.decodeSync(Stored)(stored))
      }
      const now = (account: Account): Account => ({ ...account, ...changed.get(account.appid) })
      const find = (appid: string) => {
        const account = made.find((it) => it.appid === appid)
        return account === undefined ? undefined : now(account)
      }

      const change = Effect.fnUntraced(function* (appid: string, by: Changes) {
        if (find(appid) === undefined) return undefined
        const all = { ...changed.get(appid), ...by }
        changed.set(appid, all)
        const text = Schema.encodeSync(Stored)(all)
        yield* database.write(`account:${appid}`, (sql) =>
          setSetting(sql, `account:${appid}`, text)
        )
        return find(appid)
      })

      return Accounts.of({
        all: Effect.sync(() => made.map(now)),
        byAppid: (appid) => Effect.sync(() => find(appid)),
        main: Effect.sync(() => now(made[0])),
        change
      })
    })
  )
}

const fresh = (
  credentials: Credentials["Service"]["reply"],
  gatewayUrl: string
): readonly [Account, ...ReadonlyArray<Account>] => {
  const account = (
    kind: AccountKind,
    name: string,
    appid: string,
    secret: string,
    more: Partial<Account> = {}
  ): Account => ({
    appid,
    name,
    secret,
    kind,
    certified: true,
    tradeManaged: kind === "mini-program",
    frozen: false,
    originalId: "",
    openPlatform,
    callback: null,
    oauthDomain: "",
    jsDomains: [],
    ipWhitelist: null,
    quotas: {},
    ...more
  })
  const { hostname } = new URL(gatewayUrl)
  const { account: name, appid, appAppid, appSecret, miniAppid, miniSecret } = credentials
  return [
    account("service", name, appid, credentials.secret, {
      originalId: credentials.originalId,
      callback: {
        url: `${gatewayUrl}/wechat/callback/${name}`,
        token: credentials.callbackToken,
        aesKey: credentials.encodingAesKey,
        mode: "secure"
      },
      oauthDomain: hostname,
      jsDomains: [hostname]
    }),
    account("mini-program", "mini", miniAppid, miniSecret, { originalId: "gh_2e8b4d6f0a1c" }),
    account("website", "website", credentials.websiteAppid, credentials.websiteSecret, {
      oauthDomain: hostname
    }),
    account("app", "app", appAppid, appSecret)
  ]
}
