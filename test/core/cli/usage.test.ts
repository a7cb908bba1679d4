import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { folder, weir } from "./launcher.ts"

describe("the command line", () => {
  it.effect("lists the plugins' old systems among its commands", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* weir(yield* folder(), ["--help"])
      assert.strictEqual(code, 0)
      for (const name of ["start", "sandbox", "doctor", "plugins", "todos", "migrate", "till"])
        assert.match(stdout, new RegExp(`^  ${name} `, "m"))
    })
  )

  it.effect("tells wrong use on stderr, with what was probably meant, and exits 2", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* weir(yield* folder(), ["plugns"])
      assert.strictEqual(code, 2)
      assert.strictEqual(stdout, "")
      assert.match(stderr, /Did you mean this\?\s+plugins\s+See: weir --help/)
    })
  )

  it.effect("reads an action's flags by the plugin's own Schemas", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* weir(yield* folder(), ["till", "pay", "--amount", "12.805"])
      assert.strictEqual(code, 2)
      assert.match(stderr, /--amount: "12.805".*at most two decimals/)
    })
  )

  it.effect("says so where there is nothing to run, and exits 78", () =>
    Effect.gen(function* () {
      const empty = yield* folder("")
      const started = yield* weir(empty, ["start"])
      assert.strictEqual(started.code, 78)
      assert.match(started.stderr, /^There is no gateway\.config\.ts in /)
      const unknown = yield* weir(empty, ["till"])
      assert.strictEqual(unknown.code, 2)
      assert.match(unknown.stderr, /Commands of plugins are missing: There is no gateway/)
    })
  )

  it.effect("says what is wrong with a configuration that exports none or cannot be loaded", () =>
    Effect.gen(function* () {
      const none = yield* weir(yield* folder("export const config = {}"), ["start"])
      assert.strictEqual(none.code, 78)
      assert.match(none.stderr, /exports no configuration: it must say `export default defineGateway/)
      const broken = yield* weir(yield* folder("throw new Error('half written')"), ["start"])
      assert.strictEqual(broken.code, 78)
      assert.match(broken.stderr, /cannot be loaded: half written/)
    })
  )

  it.effect("says everything that is wrong with the settings at once, and exits 78", () =>
    Effect.gen(function* () {
      const settings = { PORT: "many", DATABASE_URL: "oracle:", PUBLIC_URL: "https://weir.example" }
      const { code, stderr } = yield* weir(yield* folder(), ["start"], settings)
      assert.strictEqual(code, 78)
      for (const option of ["gateway.port", "gateway.databaseUrl", "pos.secret"])
        assert.match(stderr, new RegExp(`^${option}: `, "m"))
      assert.match(stderr, /^Read as production/)
    })
  )

  it.effect("has no sandbox in production", () =>
    Effect.gen(function* () {
      const settings = { POS_SECRET: "x", PUBLIC_URL: "https://weir.example" }
      const { code, stderr } = yield* weir(
        yield* folder(),
        ["sandbox", "--mode", "production"],
        settings
      )
      assert.strictEqual(code, 78)
      assert.match(stderr, /production has no sandbox/)
    })
  )
})
