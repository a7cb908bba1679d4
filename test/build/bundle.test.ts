import { readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { freePorts } from "../core/cli/launcher.ts"
import { Bundle, folderWith, run, start } from "./bundle.ts"

const clone = new URL("../..", import.meta.url).pathname
const config = readFileSync(join(clone, "gateway.config.ts"), "utf8")

const settings = Effect.map(freePorts(4), ([port, legacy, operator, sandbox]) => ({
  PORT: port ?? "",
  HOST: "127.0.0.1",
  LEGACY_PORT: legacy ?? "",
  OPERATOR_PORT: operator ?? "",
  SANDBOX_PORT: sandbox ?? ""
}))

layer(Bundle.layer, { excludeTestServices: true, timeout: "60 seconds" })("the bundle", (it) => {
  it.effect("has a source map beside it, and no import and no require of its own", () =>
    Effect.gen(function* () {
      const { file } = yield* Bundle
      assert.isAbove(statSync(`${file}.map`).size, 0)
      const text = readFileSync(file, "utf8")
      assert.match(text, /^#!\/usr\/bin\/env node\n/)
      assert.notMatch(text, /^(import|export)\b|[^.\w]require\("node:/m)
    })
  )

  it.effect("sells in a folder that holds only the configuration it proposes", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWith({})
      const ports = yield* settings
      const empty = yield* run(cwd, ["start"], ports)
      assert.strictEqual(empty.code, 78)
      const [, example = ""] =
        /^There is no gateway\.config\.ts .*:\n\n([\s\S]+)/.exec(empty.stderr) ?? []
      writeFileSync(join(cwd, "gateway.config.ts"), example)

      const gateway = yield* start(cwd, ports)
      yield* gateway.says("Ctrl+C stops.")
      const paid = yield* run(cwd, ["till", "pay", "--amount", "3.50"], ports)
      assert.match(paid.stdout, /<TotalFee>3\.50<\/TotalFee>[\s\S]*\n00: done/)
      const copied = yield* run(cwd, ["backup", "copy.db", "--mode", "development"], ports)
      assert.match(copied.stdout, /copy\.db: .* whole; development, /)

      const { code, stderr } = yield* gateway.stop("SIGTERM")
      assert.deepEqual([code, stderr], [0, ""])
    })
  )

  it.effect("knows the commands and plugins of this repository's configuration", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWith({ "gateway.config.ts": config })
      assert.match((yield* run(cwd, ["--help"])).stdout, /^ {2}till +Plays a store's till$/m)
      const plugins = yield* run(cwd, ["plugins", "--mode", "development"])
      assert.match(plugins.stdout, /^pos\n {2}inlet[\s\S]*^wechat-sandbox \(development only\)$/m)
    })
  )

  it.effect("reads a configuration that is a link to elsewhere", () =>
    Effect.gen(function* () {
      const elsewhere = yield* folderWith({ "gateway.config.ts": config })
      const cwd = yield* folderWith({})
      symlinkSync(join(elsewhere, "gateway.config.ts"), join(cwd, "gateway.config.ts"))
      const { code, stderr } = yield* run(cwd, ["plugins", "--mode", "development"])
      assert.deepEqual([code, stderr], [0, ""])
    })
  )

  it.effect("takes the plugins that lie in a clone from there", () =>
    Effect.gen(function* () {
      const { code, stdout } = yield* run(clone, ["plugins", "--mode", "development"])
      assert.strictEqual(code, 0)
      assert.match(stdout, /^pos\n {2}inlet/)
    })
  )

  it.effect("tells an older Node what is missing, and ends with 78", () =>
    Effect.gen(function* () {
      const older = `data:text/javascript,Object.defineProperty(process, "versions", { value: { node: "22.1.0" } })`
      const cwd = yield* folderWith({})
      const { code, stderr } = yield* run(cwd, ["start"], {}, ["--import", older])
      assert.strictEqual(code, 78)
      assert.match(stderr, /^Weir needs Node 24 or newer, and this is Node 22\.1\.0\.$/m)
    })
  )

  it.effect("says that the simulation is not in it", () =>
    Effect.gen(function* () {
      const cwd = yield* folderWith({ "gateway.config.ts": config })
      const { code, stderr } = yield* run(cwd, ["simulate", "--seed", "1"])
      assert.strictEqual(code, 1)
      assert.match(stderr, /^The simulation, which only the repository has, cannot be loaded/)
    })
  )
})
