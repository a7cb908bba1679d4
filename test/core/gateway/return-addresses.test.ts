import { assert, it } from "@effect/vitest"
import { ConfigProvider, Effect, Redacted } from "effect"
import { env } from "../../../config/env.ts"
import { loginSetup } from "../../../core/gateway/login/setup.ts"
import { type GatewayConfig, readConfig } from "../../../core/gateway/settings.ts"

const setup = Effect.fnUntraced(function* (
  returnAddresses: NonNullable<GatewayConfig["returnAddresses"]>
) {
  const { settings } = yield* readConfig({ ...env.gateway, returnAddresses, plugins: [] }).pipe(
    Effect.provide(ConfigProvider.layer(ConfigProvider.fromUnknown({ WEIR_MODE: "development" })))
  )
  return yield* loginSetup(settings)
})

const address = (name: string, url: string) => ({ name, address: new URL(url) })

const problems = (...given: Parameters<typeof setup>) =>
  setup(...given).pipe(
    Effect.match({
      onSuccess: () => [],
      onFailure: ({ problems }) => problems.map(({ option, problem }) => `${option}: ${problem}`)
    })
  )

it.effect("return addresses are taken as they are, with a secret where they have one", () =>
  Effect.gen(function* () {
    const secret = Redacted.make("shop-secret-0123456789")
    const { returnAddresses } = yield* setup([
      { ...address("shop", "https://shop.example/back.asp"), secret },
      address("blog", "https://blog.example/")
    ])
    assert.deepStrictEqual(
      returnAddresses.map(({ name, secret }) => [name, secret && Redacted.value(secret)]),
      [
        ["shop", "shop-secret-0123456789"],
        ["blog", undefined]
      ]
    )
  })
)

it.effect("all that is wrong with return addresses is said at once, each by its name", () =>
  Effect.gen(function* () {
    const said = yield* problems([
      address("shop", "https://shop.example/back.asp"),
      address("shop", "https://other.example/"),
      address("Shop 2", "https://shop.example/?a=1"),
      address("three", "https://user:pass@shop.example/#x"),
      address("four", "https://shop.example./"),
      { ...address("five", "https://five.example/"), secret: Redacted.make("short") }
    ])
    assert.deepStrictEqual(said, [
      "return address shop: name: two addresses have it",
      "return address Shop 2: name: expected up to 32 small letters, digits, - or _",
      "return address Shop 2: address: expected scheme, host and path alone",
      "return address three: address: expected scheme, host and path alone",
      "return address four: address: expected no dot at the end of its host",
      "return address five: secret: expected 16 characters or more"
    ])
    const script = yield* problems([address("script", "javascript:alert(1)")])
    assert.match(script.join(), /returnAddresses/)
  })
)
