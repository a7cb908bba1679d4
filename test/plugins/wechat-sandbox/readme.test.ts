import { readFileSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import { Settings } from "../../../plugins/wechat-sandbox/behaviour.ts"
import { sandboxRoutes } from "../../../plugins/wechat-sandbox/door.ts"
import { FaultName } from "../../../plugins/wechat-sandbox/faults.ts"
import { Outcome, PayerResult } from "../../../plugins/wechat-sandbox/model.ts"
import { platformApis } from "../../../plugins/wechat-sandbox/platform/apis/all.ts"

const readme = readFileSync(
  new URL("../../../plugins/wechat-sandbox/README.md", import.meta.url),
  "utf8"
)

const sorted = (words: Iterable<string>) => [...new Set(words)].sort()

/** What the first column of the table under a heading names. */
const column = (heading: string) => {
  const [, table = ""] = readme.split(`\n| ${heading} |`)
  const rows = table.split("\n\n")[0]?.split("\n").slice(2) ?? []
  return sorted(
    rows
      .flatMap((row) => [...(row.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)])
      .map(([, word = ""]) => word)
  )
}

it("the README names every outcome, fault and setting, and no other", () => {
  assert.deepStrictEqual(column("outcome"), sorted(Outcome.literals))
  assert.deepStrictEqual(column("fault"), sorted(FaultName.literals))
  assert.deepStrictEqual(column("setting"), sorted(Object.keys(Settings.fields)))
  for (const result of PayerResult.literals) assert.include(readme, `\`${result}\``)
})

it("the README names every API, and no other", () => {
  const [, table = ""] = readme.split("\n| what | paths |\n")
  const named = table.split("\n\n")[0]?.matchAll(/`((?:GET|POST) \/[^`]+)`/g) ?? []
  const pages = ["GET /connect/oauth2/authorize", "GET /connect/qrconnect"]
  assert.deepStrictEqual(
    sorted([...named].map(([, path = ""]) => path)),
    sorted([...platformApis.map(({ method, path }) => `${method} ${path}`), ...pages])
  )
})

it("the README names every switch", () => {
  const switches = sandboxRoutes
    .map(({ path }) => path)
    .filter((path) => path.startsWith("/control"))
  for (const path of switches) assert.include(readme, path)
})
