import { ConfigProvider, Duration, Effect, Exit, Layer, Redacted, Scope } from "effect"
import { TestClock } from "effect/testing"
import { defineGateway } from "#core"
import { env } from "../../config/env.ts"
import type { Customers } from "../../core/customers/customers.ts"
import { Database } from "../../core/database/database.ts"
import { Drain } from "../../core/database/drain.ts"
import { publicDoor } from "../../core/gateway/doors.ts"
import { startGateway } from "../../core/gateway/gateway.ts"
import { openTodos } from "../../core/tasks/todos.ts"
import {
  type Incoming,
  NoAnswer,
  type NotSent,
  type Outgoing,
  Transport
} from "../../core/transport.ts"
import type { Callbacks } from "../../core/wechat/callback/callbacks.ts"
import { Signer } from "../../core/wechat/pay/signer.ts"
import { keys, settings } from "../core/wechat/pay/fixture.ts"
import { type Kind, stands } from "./database.ts"
import { ask } from "./door.ts"
import { settle } from "./settling.ts"
import { agreed, type Mode, type Request } from "./wechat-push.ts"

const noon = 1_795_500_000_000

type Plugins = Parameters<typeof defineGateway>[0]["plugins"]

interface Options {
  readonly plugins?: Plugins
  readonly mode?: Mode
  readonly previousAesKey?: string
  readonly aesKey?: string | undefined
  readonly forwardTo?: string
  /** The system that owned the callback before. */
  readonly owner?: (request: Outgoing) => Effect.Effect<Incoming, NotSent | NoAnswer>
}

/** A gateway with one account whose messages WeChat pushes to it, on the test's clock. */
export const openChat = Effect.fnUntraced(function* (database: Kind, options: Options = {}) {
  yield* TestClock.setTime(noon)
  const url = yield* database.place
  const sent: Array<Outgoing> = []
  const silence = () => Effect.fail(new NoAnswer({ reason: "nobody is there" }))
  const { owner = silence } = options
  const outside = Layer.mergeAll(
    Layer.succeed(Transport, {
      exchange: (request) =>
        Effect.suspend(() => {
          sent.push(request)
          return owner(request)
        })
    }),
    Signer.layerInLoop,
    Layer.succeed(Drain, Duration.zero),
    ConfigProvider.layer(
      ConfigProvider.fromUnknown({
        WEIR_MODE: "development",
        DATABASE_URL: url,
        WEIR_SEAL_KEY: Buffer.alloc(32, 7).toString("base64"),
        PUBLIC_URL: "http://weir.test"
      })
    )
  )
  const { forwardTo, mode, plugins = [], previousAesKey } = options
  const aesKey = "aesKey" in options ? options.aesKey : agreed.aesKey
  const config = defineGateway({
    ...env.gateway,
    merchants: [
      {
        mchid: settings.mchid,
        appid: settings.appid,
        serial: settings.serial,
        key: Redacted.make(keys.TEST_ONLY_merchant_private_key_pem),
        apiV3Key: settings.apiV3Key,
        publicKeyId: keys.platform_public_key_id,
        publicKey: keys.TEST_ONLY_platform_public_key_pem
      }
    ],
    accounts: [
      {
        name: agreed.name,
        appid: agreed.appid,
        secret: Redacted.make("0123456789abcdef0123456789abcdef"),
        kind: "service",
        originalId: agreed.originalId,
        callback: {
          token: Redacted.make(agreed.token),
          ...(aesKey !== undefined && { aesKey: Redacted.make(aesKey) }),
          ...(previousAesKey !== undefined && { previousAesKey: Redacted.make(previousAesKey) }),
          ...(mode !== undefined && { mode }),
          ...(forwardTo !== undefined && { forwardTo })
        }
      }
    ],
    plugins
  })

  /** One process on the database; the other's neighbour, where there are two. */
  const start = Effect.gen(function* () {
    const scope = yield* Effect.acquireRelease(Scope.make(), (scope) =>
      Scope.close(scope, Exit.void)
    )
    const gateway = yield* startGateway(config).pipe(Effect.provide(outside), Scope.provide(scope))
    const app = publicDoor(gateway)
    const path = `/wechat/callback/${agreed.name}`
    return {
      verify: (query: string) => ask(app, `${path}${query}`),
      push: ({ body, query }: Request) =>
        ask(app, `${path}${query}`, {
          method: "POST",
          headers: { "content-type": "text/xml" },
          body
        }),
      within: <A, E>(work: Effect.Effect<A, E, Callbacks | Customers | Database>) =>
        Effect.provide(work, gateway.context),
      stop: Scope.close(scope, Exit.void)
    }
  })
  const first = yield* start

  const rows = (table: string) =>
    first.within(
      Database.use((database) =>
        database.read((sql) =>
          sql
            .withTables<{ [table: string]: { [column: string]: unknown } }>()
            .selectFrom(table)
            .selectAll()
            .execute()
        )
      )
    )
  return {
    ...first,
    start,
    sent,
    /** The same, and what follows from it has been done. */
    pushAndSettle: (request: Request) => Effect.tap(first.push(request), settle),
    journal: Effect.map(rows("weir_journal"), (all) =>
      all.filter(({ source }) => String(source).startsWith("wechat/"))
    ),
    rows,
    todos: first.within(Database.use((database) => database.read((sql) => openTodos(sql)))),
    anywhere: (text: string) => stands(url, text)
  }
})
