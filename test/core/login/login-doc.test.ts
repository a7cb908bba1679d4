import { readFileSync } from "node:fs"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { loginRoutes } from "../../../core/gateway/login/routes.ts"
import { DeskRefused } from "../../../core/login/desk.ts"
import { eachDatabase } from "../../support/database.ts"
import { openClub } from "../../support/login.ts"
import { openDesk } from "../../support/old-shop.ts"

const page = readFileSync(new URL("../../../docs/how-to/login.md", import.meta.url), "utf8")
const blocks = [...page.matchAll(/```http\n(POST [\s\S]*?)```/g)].map(([, text = ""]) => text)

it("the page about logins has every result and every address there is", () => {
  const results = [...page.matchAll(/^\| `([A-Z_, `]+)` \|/gm)].flatMap(([, cell = ""]) =>
    cell.split("`, `")
  )
  assert.deepStrictEqual(
    results.toSorted(),
    ["OK", ...DeskRefused.fields.result.literals].toSorted()
  )
  const begun = loginRoutes.filter(({ path }) => !/back$|qr[./]/.test(path))
  for (const { method, path } of begun)
    assert.match(page, new RegExp(`${method === "GET" ? "" : "POST "}${path}[\`?]`), path)
})

eachDatabase("the page about logins", (database) => {
  it.effect("has messages that the desk understands", () =>
    Effect.gen(function* () {
      const desk = yield* openDesk(yield* openClub(database))
      assert.lengthOf(blocks, 3)
      for (const block of blocks) {
        const [head = "", body = ""] = block.split("\n\n")
        const [, type = ""] = /Content-Type: (.*)/.exec(head) ?? []
        const length = /Content-Length: (\d+)/.exec(head)?.[1]
        if (length !== undefined) assert.strictEqual(Number(length), body.trim().length)
        const { fields } = yield* desk.post("/login/ticket", type, body.trim())
        assert.strictEqual(fields.result, "TICKET_UNKNOWN")
      }
    })
  )
})
