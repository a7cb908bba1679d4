import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { folder, weir } from "./launcher.ts"

const development = { WEIR_MODE: "development" }

describe("weir migrate", () => {
  it.effect("applies what is missing, says what is applied, and takes back down to a name", () =>
    Effect.gen(function* () {
      const cwd = yield* folder()
      const migrate = (...args: ReadonlyArray<string>) =>
        weir(cwd, ["migrate", ...args], development)

      const before = yield* migrate("status")
      assert.notMatch(before.stdout, /applied/)
      const names = before.stdout.trim().split("\n").map((line) => line.replace(/^pending +/, ""))
      assert.strictEqual((yield* migrate("up")).stdout, `${names.map((name) => `applied ${name}`).join("\n")}\n`)
      assert.strictEqual((yield* migrate("up")).stdout, "nothing to do\n")

      const keep = names.at(-3) ?? ""
      const undone = `took back ${names.at(-1)}\ntook back ${names.at(-2)}\n`
      assert.strictEqual((yield* migrate("down", "--to", keep)).stdout, undone)
      assert.match((yield* migrate("status")).stdout, new RegExp(`applied  ${keep}\npending`))
      assert.strictEqual((yield* migrate("down", "--to", "none")).code, 0)
      assert.notMatch((yield* migrate("status")).stdout, /applied/)
    })
  )

  it.effect("takes nothing back for a name that does not exist", () =>
    Effect.gen(function* () {
      const { code, stderr } = yield* weir(
        yield* folder(),
        ["migrate", "down", "--to", "pos_9999"],
        development
      )
      assert.strictEqual(code, 1)
      assert.match(stderr, /^There is no migration pos_9999/)
    })
  )
})

describe("weir plugins", () => {
  it.effect("lists inlets, routes and which options are set, and no value of any", () =>
    Effect.gen(function* () {
      const settings = { ...development, POS_SECRET: "do-not-show" }
      const { code, stdout } = yield* weir(yield* folder(), ["plugins", "--json"], settings)
      assert.strictEqual(code, 0)
      assert.notInclude(stdout, "do-not-show")
      const [pos] = JSON.parse(stdout)
      assert.deepEqual(pos.inlets[0], {
        carrier: "http",
        at: "/pos/xml",
        dialect: "house-xml",
        calls: ["MICROPAY", "QUERY", "REVERSE", "REFUND"]
      })
      assert.deepInclude(pos.options, { name: "secret", set: true })
      assert.deepInclude(pos.options, { name: "secrets", set: false })
    })
  )
})

describe("weir doctor", () => {
  it.effect("finds what is wrong, says how to mend it, and exits 1", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* weir(yield* folder(), ["doctor", "--json"], {
        POS_SECRET: "x",
        PUBLIC_URL: "http://192.168.0.2:3000"
      })
      assert.strictEqual(code, 1)
      const findings: ReadonlyArray<{ about: string; state: string; fix?: string }> =
        JSON.parse(stdout)
      const wrong = findings.filter(({ state }) => state === "wrong").map(({ about }) => about)
      assert.deepEqual(wrong, ["public URL", "gateway.sealKey", "gateway.merchantId"])
      assert.match(findings.find(({ about }) => about === "public URL")?.fix ?? "", /PUBLIC_URL/)
    })
  )
})

describe("weir todos", () => {
  it.effect("has nothing to say of a database that was never used", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* weir(yield* folder(), ["todos"], development)
      assert.strictEqual(code, 0)
      assert.strictEqual(stdout, "nothing waits for a person\n")
    })
  )
})
