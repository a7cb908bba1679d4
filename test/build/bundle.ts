import { execFile } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { Context, Effect, Layer } from "effect"
import { launch, weir } from "../core/cli/launcher.ts"

const script = new URL("../../config/build.js", import.meta.url).pathname

const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "weir-build-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true, maxRetries: 10 }))
)

/** What `npm run build` makes, alone in a folder far from any package. */
export class Bundle extends Context.Service<Bundle, { readonly file: string }>()("Bundle") {
  static readonly layer = Layer.effect(
    Bundle,
    Effect.gen(function* () {
      const file = join(yield* temporaryFolder, "weir.js")
      yield* Effect.promise(() => promisify(execFile)(process.execPath, [script, file]))
      return { file }
    })
  )
}

/** A folder with these files and nothing else. */
export const folderWith = (files: Readonly<Record<string, string>>) =>
  Effect.map(temporaryFolder, (folder) => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), text)
    }
    return folder
  })

type Settings = Readonly<Record<string, string>>

/** Runs a command of the bundle to its end; `node` is what Node itself is told. */
export const run = (
  cwd: string,
  args: ReadonlyArray<string>,
  settings?: Settings,
  node: ReadonlyArray<string> = []
) => Bundle.use(({ file }) => weir(cwd, args, settings, [...node, file]))

export const start = (cwd: string, settings: Settings) =>
  Bundle.use(({ file }) => launch(cwd, ["start", "--mode", "development"], settings, [file]))
