import { existsSync, readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { AccountOption } from "../../../core/gateway/account-option.ts"
import { Ability, lackOf } from "../../../core/wechat/abilities.ts"
import type { AccountKind } from "../../../core/wechat/account.ts"
import { account } from "../wechat/account.ts"

const root = new URL("../../../", import.meta.url)
const page = readFileSync(new URL("docs/wechat-accounts.md", root), "utf8")
const [options = "", abilities = "", files = ""] = page.split(/^## /m)
const rows = (text: string) =>
  text
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim())
    )
const namesIn = (cell = "") => [...cell.matchAll(/`([\w-]+)`/g)].map(([, name]) => name ?? "")

describe("the page about accounts", () => {
  it("has every option, and no other", () => {
    assert.deepStrictEqual(
      rows(options)
        .flatMap(([names]) => namesIn(names))
        .toSorted(),
      Object.keys(AccountOption.fields).toSorted()
    )
  })

  it("says of every ability what each kind of account needs for it", () => {
    const needs = (kind: (typeof AccountKind.literals)[number], ability: Ability) => {
      if (lackOf(account({ kind }), ability, 0) !== undefined) return "–"
      const uncertified = lackOf(account({ kind, certified: false }), ability, 0)
      return uncertified === undefined ? "yes" : "certified"
    }
    const told = rows(abilities).flatMap(([names, ...cells]) =>
      namesIn(names).map((name) => [name, cells.map((cell) => cell.split(" ")[0])] as const)
    )
    for (const [name, [service, subscription, mini, others]] of told) {
      const ability = Ability.literals.find((literal) => literal === name)
      if (ability === undefined) return assert.fail(name)
      assert.deepStrictEqual(
        [service, subscription, mini],
        [needs("service", ability), needs("subscription", ability), needs("mini-program", ability)],
        ability
      )
      const web = needs("website", ability)
      const expected = web === needs("app", ability) ? web : "app"
      assert.strictEqual(others, expected, ability)
    }
    assert.deepStrictEqual(
      [...told.map(([name]) => name), "session"].toSorted(),
      [...Ability.literals].toSorted()
    )
  })

  it("names files that are there", () => {
    const named = [...files.matchAll(/`((?:core\/wechat\/)?[\w-]+(?:\.ts|\/))`/g)].map(
      ([, name = ""]) => (name.startsWith("core/") ? name : `core/wechat/${name}`)
    )
    assert.isAtLeast(named.length, 15)
    for (const name of [...named, "core/wechat/callback/"])
      assert.isTrue(existsSync(new URL(name, root)), name)
  })
})
