import { readFileSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { shareRoutes } from "../../../core/gateway/share.ts"
import { NewShareCard, PageSignature, type ShareReport } from "../../../core/sharing/model.ts"
import { pageScript } from "../../../core/sharing/pages/head.ts"

const page = readFileSync(new URL("../../../docs/how-to/sharing.md", import.meta.url), "utf8")

const told: Readonly<Record<keyof ShareReport, true>> = {
  visits: true,
  people: true,
  sales: true,
  amount: true,
  returned: true
}

it("the page about sharing names every field, every number of a report, and every address", () => {
  const fields = [NewShareCard.fields, PageSignature.fields, told].flatMap(Object.keys)
  for (const field of fields) assert.match(page, new RegExp(`\\b${field}\\b`), field)
  for (const { path } of shareRoutes) assert.include(page, path.replace(":id", "<card>"), path)
  for (const [, name] of page.matchAll(/ (data-\w+)=/g))
    assert.match(pageScript, new RegExp(`\\b${name?.slice(5)}\\b`), name)
})

it.effect("the card on the page about sharing is one", () =>
  Effect.gen(function* () {
    const [, text = ""] = /cards\.put\(\{([\s\S]*?)\}\)/.exec(page) ?? []
    const card = Object.fromEntries(
      [...text.matchAll(/(\w+): "([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value])
    )
    assert.deepStrictEqual(yield* Schema.decodeUnknownEffect(NewShareCard)(card), card)
    assert.sameMembers(Object.keys(card), Object.keys(NewShareCard.fields))
  })
)
