import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { developing, type } from "./typed.ts"

const production = { POS_SECRET: "do-not-show", PUBLIC_URL: "http://192.168.0.2:3000" }

describe("the command line", () => {
  it.live("tells wrong use on stderr, with what was probably meant, and ends with 2", () =>
    Effect.gen(function* () {
      const { code, stderr, stdout } = yield* type("plugns")
      assert.deepEqual([code, stdout], [2, ""])
      assert.match(stderr, /Did you mean this\?\s+plugins\s+See: weir --help/)
    })
  )

  it.live("reads an action's flags by the plugin's own Schemas", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* type("till pay --amount 12.805")
      assert.strictEqual(code, 2)
      assert.match(stderr, /--amount: "12.805".*at most two decimals/)
    })
  )

  it.live("says everything that is wrong with the settings at once, and ends with 78", () =>
    Effect.gen(function* () {
      const settings = { PORT: "many", DATABASE_URL: "oracle:", PUBLIC_URL: "https://weir.example" }
      const { code, stderr } = yield* type("start", settings)
      assert.strictEqual(code, 78)
      for (const option of ["gateway.port", "gateway.databaseUrl", "pos.secret"])
        assert.match(stderr, new RegExp(`^${option}: `, "m"))
    })
  )

  it.live("says that it reads for production when nobody has said otherwise", () =>
    Effect.gen(function* () {
      assert.match((yield* type("plugins")).stderr, /^Read as production/)
      assert.notMatch((yield* type("plugins --mode production")).stderr, /Read as production/)
      assert.strictEqual((yield* type("plugins --mode development")).code, 0)
    })
  )

  it.live("has no sandbox in production", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* type("sandbox --mode production", production)
      assert.strictEqual(code, 78)
      assert.match(stderr, /production has no sandbox/)
    })
  )
})

describe("weir migrate", () => {
  it.live("applies what is missing, says what is applied, and takes back down to a name", () =>
    Effect.gen(function* () {
      const settings = yield* developing
      const migrate = (line: string) =>
        Effect.map(type(`migrate ${line}`, settings), ({ stdout }) => stdout.split("\n"))

      const before = yield* migrate("status")
      const names = before.map((line) => line.replace(/^pending +/, ""))
      assert.deepEqual(
        before,
        names.map((name) => `pending  ${name}`)
      )
      assert.deepEqual(
        yield* migrate("up"),
        names.map((name) => `applied ${name}`)
      )
      assert.deepEqual(yield* migrate("up"), ["nothing to do"])

      const [last = "", second = "", keep = ""] = names.toReversed()
      assert.deepEqual(yield* migrate(`down --to ${keep}`), [
        `took back ${last}`,
        `took back ${second}`
      ])
      assert.deepEqual((yield* migrate("status")).slice(-3), [
        `applied  ${keep}`,
        `pending  ${second}`,
        `pending  ${last}`
      ])
      yield* migrate("down --to none")
      assert.deepEqual(yield* migrate("status"), before)
    })
  )

  it.live("takes nothing back for a name that does not exist", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* type("migrate down --to pos_9999", yield* developing)
      assert.strictEqual(code, 1)
      assert.match(stderr, /^There is no migration pos_9999/)
    })
  )
})

describe("weir plugins", () => {
  it.live("lists inlets, routes and which options are set, and no value of any", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* type("plugins --json", production)
      assert.strictEqual(code, 0)
      assert.notInclude(stdout, "do-not-show")
      const [pos] = JSON.parse(stdout)
      assert.deepEqual(pos.inlets[0], {
        carrier: "http",
        at: "/pos/xml",
        dialect: "house-xml",
        calls: ["MICROPAY", "QUERY", "REVERSE", "REFUND", "INVOICE"]
      })
      assert.deepInclude(pos.options, { name: "secret", set: true })
      assert.deepInclude(pos.options, { name: "secrets", set: false })
    })
  )
})

describe("weir doctor", () => {
  it.live("finds what is wrong, says how to mend it, and ends with 1", () =>
    Effect.gen(function* () {
      const { DATABASE_URL, OPERATOR_PORT } = yield* developing
      const settings = { ...production, DATABASE_URL, OPERATOR_PORT }
      const { code, stdout } = yield* type("doctor --json", settings)
      assert.strictEqual(code, 1)
      const findings: ReadonlyArray<{ about: string; state: string; fix?: string }> =
        JSON.parse(stdout)
      const wrong = findings.filter(({ state }) => state === "wrong")
      assert.deepEqual(
        wrong.map(({ about }) => about),
        ["public URL", "gateway.sealKey", "gateway.merchantId"]
      )
      assert.match(wrong[0]?.fix ?? "", /PUBLIC_URL/)
    })
  )

  it.live("lists the settings that are wrong where nothing else can be looked at", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* type("doctor --mode production")
      assert.strictEqual(code, 1)
      assert.match(stdout, /^WRONG +gateway\.publicUrl: .*\nWRONG +pos\.secret: /)
    })
  )
})

describe("weir todos", () => {
  it.live("has nothing to say of a database that was never used", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* type("todos", yield* developing)
      assert.deepEqual([code, stdout], [0, "nothing waits for a person"])
    })
  )
})
