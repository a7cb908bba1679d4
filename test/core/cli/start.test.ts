import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { folder, freePorts, launch, weir } from "./launcher.ts"

const settings = Effect.map(freePorts(5), ([port, legacy, operator, sandbox, mis]) => ({
  PORT: port ?? "",
  HOST: "127.0.0.1",
  LEGACY_PORT: legacy ?? "",
  OPERATOR_PORT: operator ?? "",
  SANDBOX_PORT: sandbox ?? "",
  MIS_PORT: mis ?? ""
}))

describe("weir start", () => {
  it.effect("opens everything with nothing configured, sells, and stops without a trace", () =>
    Effect.gen(function* () {
      const cwd = yield* folder()
      const ports = yield* settings
      const gateway = yield* launch(cwd, ["start", "--mode", "development"], ports)
      yield* gateway.says("Ctrl+C stops.")

      const paid = yield* weir(cwd, ["till", "pay", "--amount", "3.50"], ports)
      assert.strictEqual(paid.code, 0)
      assert.match(paid.stdout, /<TotalFee>3\.50<\/TotalFee>[\s\S]*\n00: done/)
      assert.match((yield* weir(cwd, ["till", "query"], ports)).stdout, /\n00: done/)
      assert.match((yield* weir(cwd, ["till", "pay", "--mis"], ports)).stdout, /\n00: done/)

      const development = ["--mode", "development"]
      const doctor = yield* weir(cwd, ["doctor", ...development], ports)
      assert.strictEqual(doctor.code, 0, doctor.stdout)
      assert.match(doctor.stdout, /^ok +merchant \d+: its keys and WeChat's fit each other/m)
      const second = yield* weir(cwd, ["start", ...development], ports)
      assert.strictEqual(second.code, 1)
      assert.match(second.stderr, /^Another gateway is using /)

      const { code, stderr, stdout } = yield* gateway.stop("SIGTERM")
      assert.strictEqual(code, 0, stderr)
      assert.match(stdout, /curl .* @test\/fixtures\/legacy\/pos-micropay\.gbk\.xml/)
      assert.match(stdout, /\ndraining: done after /)
      const alone = yield* weir(cwd, ["till", "pay"], ports)
      assert.strictEqual(alone.code, 1)
      assert.match(alone.stderr, /does not answer; is `npm start` running\?/)
    })
  )

  it.effect("says which door is taken and which setting moves it", () =>
    Effect.gen(function* () {
      const ports = yield* settings
      const taken = { ...ports, LEGACY_PORT: ports.SANDBOX_PORT }
      const started = yield* weir(yield* folder(), ["start", "--mode", "development"], taken)
      assert.strictEqual(started.code, 1)
      assert.match(started.stderr, /^The legacy door cannot open at .* set by LEGACY_PORT\.$/m)
    })
  )

  it.effect("leaves a database of development alone in production", () =>
    Effect.gen(function* () {
      const cwd = yield* folder()
      const ports = yield* settings
      const gateway = yield* launch(cwd, ["start", "--mode", "development"], ports)
      yield* gateway.says("Ctrl+C stops.")
      yield* gateway.stop("SIGKILL")
      const doctor = yield* weir(cwd, ["doctor", "--mode", "production"], {
        ...ports,
        POS_SECRET: "x",
        PUBLIC_URL: "https://weir.example"
      })
      assert.match(doctor.stdout, /^WRONG +mode: This database belongs to development/m)
    })
  )
})
