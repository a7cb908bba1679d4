import { assert, describe, it } from "@effect/vitest"
import { addressOf, fileBeside, isAddress, shownAddress } from "../../../core/database/address.ts"

describe("the address of a database", () => {
  it("names a file, or a database on a server", () => {
    assert.deepStrictEqual(addressOf("sqlite:.data/weir.db"), {
      kind: "sqlite",
      file: ".data/weir.db"
    })
    assert.deepStrictEqual(addressOf("mysql://sales:p%40ss@[::1]/weir"), {
      kind: "mysql",
      host: "::1",
      port: 3306,
      user: "sales",
      password: "p@ss",
      name: "weir"
    })
  })

  it("is refused where it names neither, without repeating what it may hold", () => {
    for (const url of ["", "sqlite:", "sqlite::memory:", "mysql://u:secret@h", "mysql://h/a/b"]) {
      assert.isFalse(isAddress(url))
      assert.throws(() => addressOf(url), /DATABASE_URL must name a file/)
    }
    assert.throws(() => addressOf("postgres://u:secret@h/weir"), /^(?!.*secret)/)
  })

  it("is shown without its password", () => {
    assert.strictEqual(shownAddress("mysql://u:a@b:c@h:3306/weir"), "mysql://u@h:3306/weir")
    assert.strictEqual(shownAddress("sqlite:weir.db"), "sqlite:weir.db")
  })

  it("tells where a file of the deployment lies", () => {
    assert.strictEqual(fileBeside("sqlite:x/weir.db", "seal-key"), "x/weir.db-seal-key")
    assert.strictEqual(fileBeside("mysql://u@h/weir", "seal-key"), ".data/weir-seal-key")
  })
})
