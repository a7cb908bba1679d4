/** `npm run build`: makes `dist/weir.js`, the one file that Node runs alone, and its source map. Another path may be named. */
import { globSync } from "node:fs"
import { isBuiltin } from "node:module"
import { join } from "node:path"
import { build } from "esbuild"

const root = join(import.meta.dirname, "..")
const [outfile = join(root, "dist/weir.js")] = process.argv.slice(2)

/** What `gateway.config.ts` and plugins on disk may import from inside of the file; see core/cli/bundle.ts. */
const held = [
  ...["#core", "effect", "kysely", "hono/html"].map((name) => [name, name]),
  ...globSync(["config/env.ts", "plugins/*/index.ts"], { cwd: root }).map((path) => [
    path.replaceAll("\\", "/"),
    join(root, path)
  ])
]

const program = `
import { handOut } from "./bundle.ts"
handOut({ ${held.map(([name, path]) => `${JSON.stringify(name)}: () => require(${JSON.stringify(path)})`)} })
require("./main.ts")
`

/** The launcher starts the program by its path; in the bundle, what is held is handed out before it runs. @type {import("esbuild").Plugin} */
const launched = {
  name: "launched",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^\.\/main\.ts$/ }, ({ importer, path }) =>
      importer.endsWith("weir.js") ? { path, namespace: "program" } : undefined
    )
    onLoad({ filter: /./, namespace: "program" }, () => ({
      contents: program,
      resolveDir: join(root, "core/cli")
    }))
  }
}

/**
 * Modules of Node are asked for when they are needed. The file then is a plain script and a module at once, so that it runs
 * beside any package.json or none, and an older Node reads as far as the sentence that says what is missing. @type {import("esbuild").Plugin}
 */
const builtins = {
  name: "builtins",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^[\w:/]+$/ }, ({ path }) =>
      isBuiltin(path) ? { path: path.replace(/^node:/, ""), namespace: "node" } : undefined
    )
    onLoad({ filter: /./, namespace: "node" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule("node:${path}")`
    }))
  }
}

await build({
  entryPoints: [join(root, "core/cli/weir.js")],
  outfile,
  bundle: true,
  platform: "node",
  target: "node24",
  format: "iife",
  // Names stay for the sake of stack traces; with short ones it starts no sooner and takes more memory.
  minifySyntax: true,
  minifyWhitespace: true,
  sourcemap: true,
  sourcesContent: false,
  // Whatever looks beside its own source finds nothing there.
  define: { "import.meta.url": '"file:///bundle/core/cli/simulate.ts"' },
  plugins: [launched, builtins],
  logLevel: "warning"
})
