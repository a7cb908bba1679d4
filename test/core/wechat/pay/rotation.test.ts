import { generateKeyPairSync } from "node:crypto"
import { assert, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import type { GatewayConfig } from "../../../../core/gateway/settings.ts"
import { Merchants } from "../../../../core/wechat/pay/merchants.ts"
import { WechatKeys } from "../../../../core/wechat/pay/wechat-keys.ts"
import type { CredentialsReply } from "../../../../plugins/wechat-sandbox/credentials.ts"
import { eachDatabase } from "../../../support/database.ts"
import { sale } from "../../../support/store.ts"
import { meanwhile, openWorld, pass, type World } from "../../../support/world.ts"

type Credentials = typeof CredentialsReply.Type
type Listed = Extract<NonNullable<GatewayConfig["merchants"]>, ReadonlyArray<unknown>>[number]

/** The sandbox's merchant as the file lists it. */
const listed = (more: (given: Credentials) => Partial<Listed>) => ({
  settings: (given: Credentials) => ({
    merchants: [
      {
        mchid: given.mchid,
        appid: given.appid,
        serial: given.merchantSerial,
        key: Redacted.make(given.merchantPrivateKey),
        apiV3Key: Redacted.make(given.apiV3Key),
        ...more(given)
      }
    ]
  })
})

const byCertificate = listed((given) => ({ certificates: [given.platformCertificate] }))
const byPublicKey = ({ publicKey, publicKeyId }: Credentials) => ({ publicKey, publicKeyId })

/** How often WeChat was asked for its certificates. */
const asked = ({ network }: World) =>
  network.sent.filter(({ url }) => url.includes("/v3/certificates")).length

const sell = Effect.fnUntraced(function* (world: World, ticket: string) {
  yield* meanwhile(
    Effect.flatMap(world.code("paid"), (code) => world.say("/xml", sale(ticket, code)))
  )
})

const kept = (world: World) => Effect.map(world.kept, (orders) => orders.length)

eachDatabase("while WeChat changes its keys", (database) => {
  it.effect(
    "a new certificate in the middle of traffic is fetched once, for this process and the next",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database, {}, byCertificate)
        yield* world.control("PUT", "/settings", { mode: "cert" })
        yield* sell(world, "1")
        const before = asked(world)
        yield* world.control("PUT", "/settings", { rotated: true })
        yield* world.control("PUT", "/faults", { fault: "rotation", times: 1_000, path: "/wechat" })
        yield* world.strangerPays
        yield* pass("5 seconds")
        yield* sell(world, "2")
        assert.isAtMost(asked(world) - before, 2)

        yield* world.restart
        yield* sell(world, "3")
        assert.isAtMost(asked(world) - before, 2)
        // Its own three, and one that was made elsewhere.
        assert.strictEqual(yield* kept(world), 4)
        // What was signed with it was heard.
        assert.isTrue((yield* world.todos).some(({ kind }) => kind === "payment.stranger"))
      })
  )

  it.effect(
    "a merchant that has only the public key is not asked about again and again by forgers",
    () =>
      Effect.gen(function* () {
        const world = yield* openWorld(database, {}, listed(byPublicKey))
        yield* world.control("PUT", "/settings", { mode: "pubkey" })
        for (let forgery = 0; forgery < 5; forgery++) {
          const request = new Request(
            `http://weir.test/wechat/pay/notify/${world.credentials.mchid}/payment`,
            {
              method: "POST",
              body: "{}",
              headers: {
                "wechatpay-serial": `5E57${forgery}`.padEnd(40, "0"),
                "wechatpay-timestamp": "1795500000",
                "wechatpay-nonce": "a",
                "wechatpay-signature": "AAAA"
              }
            }
          )
          assert.strictEqual((yield* world.fetch(request)).status, 401)
        }
        assert.strictEqual(asked(world), 1)
        yield* sell(world, "1")
        assert.strictEqual(yield* kept(world), 1)
      })
  )

  it.effect("during the move to the public key both sign, and all is heard", () =>
    Effect.gen(function* () {
      const both = listed((given) => ({
        ...byPublicKey(given),
        certificates: [given.platformCertificate]
      }))
      const world = yield* openWorld(database, {}, both)
      yield* world.control("PUT", "/settings", { mode: "migrating", migrationDay: 6 })
      for (const ticket of ["1", "2", "3"]) yield* sell(world, ticket)
      assert.strictEqual(yield* kept(world), 3)
      const calls = world.network.sent.filter(({ url }) => url.includes("/v3/"))
      for (const { headers } of calls)
        assert.strictEqual(headers["wechatpay-serial"], world.credentials.publicKeyId)
    })
  )

  it.effect("a certificate that ends within a month is a to-do, until there is another", () =>
    Effect.gen(function* () {
      const since = Date.parse("2031-11-01T00:00:00Z")
      const world = yield* openWorld(database, {}, { ...byCertificate, since })
      yield* world.control("PUT", "/settings", { mode: "cert" })
      const refresh = world.within(
        Effect.gen(function* () {
          yield* (yield* WechatKeys).refresh((yield* Merchants).all)
        })
      )
      yield* refresh
      const todos = (yield* world.todos).filter(({ kind }) => kind === "payment.certificate")
      assert.deepStrictEqual(
        todos.map(({ subject }) => subject),
        [`${world.credentials.mchid}/wechat`]
      )
    })
  )
})

eachDatabase("while we change our keys", (database) => {
  it.effect(
    "WeChat is asked with the one it still knows, and nothing is lost at the restart in between",
    () =>
      Effect.gen(function* () {
        const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
        const next = privateKey.export({ type: "pkcs8", format: "pem" }).toString()
        const world = yield* openWorld(
          database,
          {},
          listed((given) => ({
            ...byPublicKey(given),
            serial: "4E5700000000000000000000000000000000BEEF",
            key: Redacted.make(next),
            previousKeys: [
              { serial: given.merchantSerial, key: Redacted.make(given.merchantPrivateKey) }
            ]
          }))
        )
        yield* sell(world, "1")
        yield* pass("1 second")
        yield* meanwhile(world.say("/xml", sale("2", yield* world.code("userpaying"))))
        yield* world.restart
        yield* world.payer()
        yield* pass("20 seconds")
        yield* sell(world, "3")
        assert.strictEqual(yield* kept(world), 3)
        // The unknown key was not tried with every call.
        const refusals = world.network.sent.filter(({ headers }) =>
          headers.authorization?.includes("BEEF")
        )
        assert.isAtMost(refusals.length, 3)
      })
  )

  it.effect("the APIv3 key before it still opens what is on its way", () =>
    Effect.gen(function* () {
      const world = yield* openWorld(
        database,
        {},
        listed((given) => ({
          ...byPublicKey(given),
          apiV3Key: Redacted.make("another-key-0123456789-abcdefghi"),
          previousApiV3Key: Redacted.make(given.apiV3Key)
        }))
      )
      yield* world.strangerPays
      yield* pass("5 seconds")
      assert.deepStrictEqual(
        (yield* world.todos).map(({ kind }) => kind),
        ["payment.stranger"]
      )
    })
  )
})
