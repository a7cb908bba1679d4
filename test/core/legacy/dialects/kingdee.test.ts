import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import { readAnswer } from "../../../../core/legacy/connection/server-dialect.ts"
import { kingdee } from "../../../../core/legacy/dialects/kingdee.ts"

const sample = readFileSync(
  new URL("../../../fixtures/legacy/erp-kingdee-saleorder.http", import.meta.url),
  "utf8"
)
const messages = sample.split(/\r?\n### ---- next message ----\r?\n/).map((text) => {
  const [head = "", body = ""] = text.split(/\r?\n\r?\n/)
  return { head, body: Buffer.from(body.trim()) }
})
const [login, loggedIn, save, saved, submit, lost] = messages as [
  ...Array<(typeof messages)[number]>
] &
  Record<0 | 1 | 2 | 3 | 4 | 5, (typeof messages)[number]>

const dialect = kingdee({
  database: "5f6d0000dummy00",
  user: "gwuser",
  password: Redacted.make("dummy-password")
})

const judge = (call: string, body: Uint8Array | string, status = 200) =>
  Effect.gen(function* () {
    const heard = { status, headers: {}, body: Buffer.from(body) }
    const { answer } = yield* readAnswer(dialect, heard)
    return dialect.classify({ ...heard, call, answer })
  })

describe("Kingdee K/3 Cloud", () => {
  it("every sample is read and written again to the same bytes", () => {
    for (const { body } of messages) {
      const read = Schema.decodeSync(dialect.request)(body)
      assert.strictEqual(
        Buffer.from(Schema.encodeSync(dialect.request)(read)).toString(),
        body.toString()
      )
    }
  })

  it("a request goes where the samples go, and is known by that again", () => {
    for (const [call, { body, head }] of [
      ["Save", save],
      ["Submit", submit]
    ] as const) {
      const posted = dialect.post(call, body, 0)
      assert.include(head, `POST ${posted.target} HTTP/1.1`)
      assert.strictEqual(dialect.callOf(posted), call)
    }
    assert.isUndefined(
      dialect.callOf({ method: "POST", target: "/elsewhere", headers: {}, body: Buffer.of() })
    )
  })

  it.effect("logs in as the sample does, and wears both cookies", () =>
    Effect.gen(function* () {
      const cookies = loggedIn.head.match(/^Set-Cookie: (.*)$/gm) ?? []
      const texts = yield* dialect.session?.open((posted) => {
        assert.include(login.head, `POST ${posted.target} HTTP/1.1`)
        const said = JSON.parse(Buffer.from(posted.body).toString())
        assert.deepStrictEqual(said.parameters, JSON.parse(login.body.toString()).parameters)
        return Effect.succeed({
          status: 200,
          headers: { "set-cookie": cookies.map((line) => line.slice(12).trim()).join("\n") },
          body: loggedIn.body
        })
      }, Date.parse("2024-05-18T08:00:00+08:00")) ?? Effect.undefined
      const worn = dialect.session?.wear(dialect.post("Save", save.body, 0), texts ?? {})
      assert.include(save.head, `Cookie: ${worn?.headers.Cookie}`)
    })
  )

  it.effect("a login that is refused opens nothing", () =>
    Effect.gen(function* () {
      const body = Buffer.from('{"Message":"密码错误","LoginResultType":-1}')
      const texts = yield* dialect.session?.open(
        () => Effect.succeed({ status: 200, headers: { "set-cookie": "a=1" }, body }),
        0
      ) ?? Effect.die("no session")
      assert.isUndefined(texts)
    })
  )

  const status = (isSuccess: boolean, code: number, message: string) =>
    JSON.stringify({
      Result: {
        ResponseStatus: {
          IsSuccess: isSuccess,
          MsgCode: code,
          Errors: [{ FieldName: "FCustId", Message: message, DIndex: 0 }]
        }
      }
    })

  it.effect("HTTP 200 says nothing: the result does", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* judge("Save", saved.body), { is: "ok" })
      assert.deepStrictEqual(yield* judge("Submit", lost.body), {
        is: "session lost",
        certain: false
      })
      assert.deepStrictEqual(yield* judge("Save", status(false, 1, "Session lost")), {
        is: "session lost",
        certain: false
      })
      for (const code of [4, 8, 9])
        assert.deepStrictEqual(yield* judge("Save", status(false, code, "客户不存在")), {
          is: "refused",
          reason: "FCustId: 客户不存在"
        })
      assert.deepStrictEqual(yield* judge("ExecuteBillQuery", "[]"), { is: "ok" })
      assert.deepStrictEqual(yield* judge("ExecuteBillQuery", '[[1,"WX1","C"]]'), { is: "ok" })
      for (const page of ["<html>", "[]", "{}", "null", ""])
        assert.strictEqual((yield* judge("Save", page)).is, "unknown", page)
      assert.strictEqual((yield* judge("Save", "Bad Gateway", 502)).is, "unknown")
    })
  )
})
