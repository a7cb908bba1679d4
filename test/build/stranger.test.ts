import { cpSync, globSync } from "node:fs"
import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { freePorts } from "../core/cli/launcher.ts"
import { Bundle, folderWith, run, start } from "./bundle.ts"

const config = (name: string, made: string) => `
import { defineGateway } from "#core"
import { env } from "./config/env.ts"
import { ${name} } from "./plugins/${name}/index.ts"
import { wechatSandbox } from "./plugins/wechat-sandbox/index.ts"

export default defineGateway({
  ...env.gateway,
  plugins: [
    ${made},
    wechatSandbox({ port: env.gateway.sandboxPort, databaseUrl: env.sandboxDatabaseUrl })
  ]
})`

const source = new URL("../fixtures/guests", import.meta.url).pathname

/** A deployment whose one plugin lies beside its configuration. */
const deployment = Effect.map(
  folderWith({ "gateway.config.ts": config("guests", `guests({ greeting: "hello" })`) }),
  (folder) => {
    cpSync(source, join(folder, "plugins/guests"), { recursive: true })
    return folder
  }
)

/** Has Node say on stderr which files it loads. */
const telling = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from "node:module"
  import { writeSync } from "node:fs"
  registerHooks({
    load: (url, context, next) => {
      if (url.startsWith("file:")) writeSync(2, "loads " + url + "\\n")
      return next(url, context)
    }
  })`)}`

layer(Bundle.layer, { excludeTestServices: true, timeout: "60 seconds" })(
  "a stranger's plugin beside the bundle",
  (it) => {
    it.effect("works as one of ours does", () =>
      Effect.gen(function* () {
        const cwd = yield* deployment
        const [port = "", legacy = "", operator = "", sandbox = ""] = yield* freePorts(4)
        const gateway = yield* start(cwd, {
          PORT: port,
          HOST: "127.0.0.1",
          LEGACY_PORT: legacy,
          OPERATOR_PORT: operator,
          SANDBOX_PORT: sandbox
        })
        yield* gateway.says("Ctrl+C stops.")
        const answer = yield* Effect.promise(async () => {
          const headers = { "content-type": "application/json" }
          const visit = { method: "POST", headers, body: `{"name":"Mei"}` }
          return (await fetch(`http://127.0.0.1:${port}/guests/visits`, visit)).json()
        })
        assert.deepEqual(answer, { said: "hello, Mei", guests: 1 })
        assert.strictEqual((yield* gateway.stop("SIGTERM")).code, 0)
      })
    )

    it.effect("meets the bundle's own classes: there is one core and one Effect", () =>
      Effect.gen(function* () {
        const { file } = yield* Bundle
        const cwd = yield* deployment
        const { stderr, stdout } = yield* run(cwd, ["guest", "knock"], {}, ["--import", telling])
        assert.strictEqual(stdout, "true,true,true\n")
        const loaded = [...stderr.matchAll(/^loads file:\/\/(.*)$/gm)].map(([, path = ""]) => path)
        const own = globSync("**/*.ts", { cwd }).map((path) => join(cwd, path))
        assert.sameMembers(loaded, [file, ...own])
      })
    )

    it.effect("takes the place of one of ours", () =>
      Effect.gen(function* () {
        const cwd = yield* folderWith({
          "gateway.config.ts": config("pos", "pos()"),
          "plugins/pos/index.ts": `
            import { definePlugin } from "#core"
            export const pos = definePlugin({ name: "pos", options: {} })`
        })
        const { stdout } = yield* run(cwd, ["plugins", "--mode", "development"])
        assert.match(stdout, /^pos\nwechat-sandbox /)
      })
    )

    it.effect("is told what the bundle does not hold, rather than given a second Effect", () =>
      Effect.gen(function* () {
        const cwd = yield* folderWith({
          "gateway.config.ts": `import "effect/sql/SqlClient"`,
          "node_modules/effect/sql/SqlClient.js": ""
        })
        const { code, stderr } = yield* run(cwd, ["start"])
        assert.strictEqual(code, 78)
        assert.match(stderr, /cannot be loaded: effect\/sql\/SqlClient is not part of this bundle/)
      })
    )
  }
)
