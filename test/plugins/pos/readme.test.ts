import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Redacted } from "effect"
import { pos } from "../../../plugins/pos/index.ts"
import { words } from "../../../plugins/pos/model.ts"

const readme = readFileSync(new URL("../../../plugins/pos/README.md", import.meta.url), "utf8")
const rows = (heading: string) =>
  (readme.split(`## ${heading}`)[1]?.split("\n## ")[0] ?? "")
    .split("\n")
    .map((line) => /^\| `([^`]+)`/.exec(line)?.[1])
    .filter((name) => name !== undefined)

const mis = { port: 1, store: "S", merchant: "1", terminal: "1" }
const plugin = pos({ secret: Redacted.make("x"), mis })

describe("the README of the pos plugin", () => {
  it("lists every option and no other", () => {
    assert.sameMembers(rows("Options"), Object.keys(plugin.options))
  })

  it("lists every code a cashier may be told", () => {
    assert.sameMembers(rows("What the cashier is told"), Object.keys(words))
  })

  it("names every inlet with its calls", () => {
    const { inlets } = plugin.behaviour(plugin.settings)
    for (const inlet of inlets) {
      const where = inlet.carrier === "http" ? `POST /pos${inlet.path}` : "TCP"
      const row = readme
        .split("\n")
        .find((line) => new RegExp(`^\\| \`?${where.replace(".", "\\.")}[\`,]`).test(line))
      assert.isDefined(row, where)
      for (const { name } of inlet.calls) assert.include(row ?? "", `\`${name}\``)
    }
  })
})
