import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { folder, freePorts, launch, weir } from "./launcher.ts"
import { type } from "./typed.ts"

/** Processes start slowly on a machine that runs other tests as well. */
const patience = 120_000

describe("the launcher", () => {
  it.live(
    "lists the plugins' old systems among its commands",
    () =>
      Effect.gen(function* () {
        const { code, stdout } = yield* weir(yield* folder(), ["--help"])
        assert.strictEqual(code, 0)
        for (const name of ["start", "sandbox", "till", "doctor", "plugins", "todos", "migrate"])
          assert.match(stdout, new RegExp(`^  ${name} `, "m"))
      }),
    patience
  )

  it.live(
    "says so where there is nothing to run",
    () =>
      Effect.gen(function* () {
        const empty = yield* folder("")
        const started = yield* weir(empty, ["start"])
        assert.strictEqual(started.code, 78)
        assert.match(started.stderr, /^There is no gateway\.config\.ts in /)
        const unknown = yield* weir(empty, ["till"])
        assert.strictEqual(unknown.code, 2)
        assert.match(unknown.stderr, /Commands of plugins are missing: There is no gateway/)
      }),
    patience
  )

  it.live(
    "says what is wrong with a configuration that cannot be loaded or exports none",
    () =>
      Effect.gen(function* () {
        const broken = yield* weir(yield* folder("throw new Error('half written')"), ["start"])
        assert.strictEqual(broken.code, 78)
        assert.match(broken.stderr, /cannot be loaded: half written/)
        const none = yield* weir(yield* folder("export const config = {}"), ["start"])
        assert.strictEqual(none.code, 78)
        assert.match(none.stderr, /exports no configuration: it must say `export default/)
      }),
    patience
  )
})

describe("weir start", () => {
  it.live(
    "opens everything with nothing configured, sells, and stops without a trace",
    () =>
      Effect.gen(function* () {
        const cwd = yield* folder()
        const ports = yield* freePorts(7)
        const [port = "", legacy = "", operator = "", sandbox = "", mis = "", ...free] = ports
        const settings = {
          HOST: "127.0.0.1",
          PORT: port,
          LEGACY_PORT: legacy,
          OPERATOR_PORT: operator,
          SANDBOX_PORT: sandbox,
          MIS_PORT: mis
        }
        const gateway = yield* launch(cwd, ["start", "--mode", "development"], settings)
        yield* gateway.says("Ctrl+C stops.")

        const paid = yield* weir(cwd, ["till", "pay", "--amount", "3.50"], settings)
        assert.strictEqual(paid.code, 0, paid.stderr)
        assert.match(paid.stdout, /<TotalFee>3\.50<\/TotalFee>[\s\S]*\n00: done/)
        const doctor = yield* type("doctor --mode development --log-level none", settings)
        assert.strictEqual(doctor.code, 0, doctor.stdout)
        assert.match(doctor.stdout, /^ok +database: a running gateway uses it and is ready$/m)
        assert.match(doctor.stdout, /^ok +merchant \d+: its keys and WeChat's fit each other$/m)
        assert.include(yield* type("todos --mode development", settings), {
          code: 0,
          stdout: "nothing waits for a person"
        })

        const DATABASE_URL = `sqlite:${cwd}/.data/weir.db`
        const again = yield* type("start --mode development", { ...settings, DATABASE_URL })
        assert.strictEqual(again.code, 1)
        assert.match(again.stderr, /^Another gateway is using /)
        const beside = yield* type("start --mode development", {
          ...settings,
          PORT: free[0] ?? "",
          OPERATOR_PORT: free[1] ?? "",
          DATABASE_URL: `sqlite:${cwd}/.data/other.db`
        })
        assert.strictEqual(beside.code, 1)
        assert.match(beside.stderr, /^The legacy door cannot open at .* set by LEGACY_PORT\.$/m)

        const { code, stderr, stdout } = yield* gateway.stop("SIGTERM")
        assert.strictEqual(code, 0, stderr)
        assert.match(stdout, /curl .* @test\/fixtures\/legacy\/pos-micropay\.gbk\.xml/)
        assert.match(stdout, /\ndraining: done after /)

        const without = yield* weir(cwd, ["till", "pay"], settings)
        assert.strictEqual(without.code, 1)
        assert.match(without.stderr, /does not answer; is `npm start` running\?/)
        const other = yield* type("doctor --mode production", {
          ...settings,
          DATABASE_URL,
          POS_SECRET: "x",
          PUBLIC_URL: "https://weir.example"
        })
        assert.match(other.stdout, /^WRONG +mode: This database belongs to development/m)
      }),
    patience
  )
})
