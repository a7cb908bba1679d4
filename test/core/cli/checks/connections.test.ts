import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, Redacted } from "effect"
import { env } from "../../../../config/env.ts"
import { checkConnections } from "../../../../core/cli/checks/connections.ts"
import { readConfig } from "../../../../core/gateway/settings.ts"
import { Transport } from "../../../../core/transport.ts"
import { pos } from "../../../../plugins/pos/index.ts"
import { openLegacy, told } from "../../../support/legacy-sandbox.ts"
import { carry, type Network } from "../../../support/network.ts"

const settings = ConfigProvider.layer(
  ConfigProvider.fromUnknown({ WEIR_MODE: "production", PUBLIC_URL: "https://weir.example" })
)

/** What the doctor says of the old systems that this till's plugin calls. */
const found = Effect.fnUntraced(function* (tell: typeof told | undefined, isThere = true) {
  const network: Network = { hosts: new Map(), sent: [], held: [], weather: () => "fair" }
  const legacy = yield* openLegacy(network)
  if (!isThere) network.hosts.clear()
  const options = tell === undefined ? {} : { tell }
  const plugins = [pos({ secret: Redacted.make("x"), ...options })]
  const config = { ...env.gateway, plugins }
  const read = yield* Effect.provide(readConfig(config), settings)
  const findings = yield* checkConnections({ config, ...read }).pipe(
    Effect.provide(Layer.succeed(Transport, Transport.of({ exchange: (it) => carry(network, it) })))
  )
  const { messages } = yield* legacy.ledger
  assert.deepStrictEqual(messages, [])
  return findings.map(({ about, says, state }) => `${state} ${about}: ${says}`)
})

describe("weir doctor, of old systems that plugins call", () => {
  it.effect("is content with one that answers a harmless question, and changes nothing there", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* found(told), [
        "good connection pos/teller: 127.0.0.1:3004 answers and lets us in"
      ])
    })
  )

  it.effect("says of each what is wrong with it", () =>
    Effect.gen(function* () {
      assert.match(String(yield* found(told, false)), /^wrong .*was not reached: refused/)
      const stranger = { ...told, secret: Redacted.make("another") }
      assert.match(String(yield* found(stranger)), /^wrong .*refuses: E2/)
      const elsewhere = { ...told, address: new URL("http://127.0.0.1:3004/elsewhere") }
      assert.match(String(yield* found(elsewhere)), /^wrong .*unknown: no house XML/)
    })
  )

  it.effect("says nothing where none is configured", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* found(undefined), [])
    })
  )
})
