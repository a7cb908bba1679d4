import { assert, describe, it } from "@effect/vitest"
import { allows, graphs, type Subject } from "../../../core/payments/graph.ts"
import type { AttemptRow } from "../../../core/payments/store.ts"
import { mismatch, next, type Word } from "../../../core/payments/word.ts"
import { Fen } from "../../../core/values/money.ts"

const attempt = (state: AttemptRow["state"], way: AttemptRow["way"] = "codepay"): AttemptRow => ({
  id: "N-1",
  state,
  version: 1,
  payment: "N-1",
  number: 1,
  way,
  merchant: "1900012345",
  amount: Fen.make(12_850),
  request: null,
  code_mark: null,
  prepay: null,
  prepay_at: null,
  payer: null,
  appid: null,
  sent_at: 0,
  expires_at: null,
  transaction_id: null,
  paid_at: null,
  refusal: null,
  detail: null,
  missing_at: null,
  customer: null
})

const paid = {
  says: "paid",
  mchid: "1900012345",
  appid: "wx1",
  amount: Fen.make(12_850),
  currency: "CNY",
  transactionId: "4200",
  paidAt: 1,
  returning: false
} as const satisfies Word

const words: ReadonlyArray<Word> = [
  paid,
  { says: "paying" },
  { says: "waiting" },
  { says: "refused", why: "funds", detail: "" },
  { says: "closed" },
  { says: "missing" },
  { says: "nothing", reason: "" }
]

const states = Object.keys(graphs.attempt) as Array<AttemptRow["state"]>
const ways = ["codepay", "native", "jsapi", "app", "h5"] as const
const ended = new Set(["paid", "refused", "closed"])

describe("the graph of an attempt", () => {
  it("has a way for every word in every state, and no word leads outside of it", () => {
    for (const state of states)
      for (const way of ways)
        for (const word of words) {
          const to = next(attempt(state, way), word)
          assert.isTrue(
            to === undefined || allows("attempt", state, to),
            `${state} hears ${word.says}`
          )
        }
  })

  it("never leaves an end but for WeChat's word that it was paid", () => {
    for (const state of states)
      for (const word of words) {
        const to = next(attempt(state), word)
        if (ended.has(state) && to !== undefined) assert.strictEqual(word.says, "paid")
      }
  })

  it("takes silence for no end", () => {
    for (const state of states)
      for (const word of words.filter(({ says }) => says === "nothing" || says === "missing")) {
        const to = next(attempt(state), word)
        assert.isTrue(to === undefined || to === "unknown")
      }
  })

  it("can be left from every state that is not an end", () => {
    for (const subject of Object.keys(graphs) as Array<Subject>) {
      const graph: { readonly [state: string]: ReadonlyArray<string> } = graphs[subject]
      for (const nexts of Object.values(graph))
        for (const to of nexts) assert.isDefined(graph[to], `${subject} knows ${to}`)
    }
  })
})

describe("a word that is not about our row", () => {
  for (const [what, word] of [
    ["another merchant", { ...paid, mchid: "1" }],
    ["another partner", { ...paid, partner: "1900000999" }],
    ["another appid", { ...paid, appid: "wx2" }],
    ["a fen more", { ...paid, amount: Fen.make(12_851) }],
    ["another currency", { ...paid, currency: "HKD" }]
  ] as const) {
    it(`is told by ${what}`, () => {
      assert.isDefined(mismatch(attempt("sent"), { appid: "wx1" }, word))
    })
  }

  it("is told by another payer than the one it was made for", () => {
    const by = { ...paid, openid: "oSomebody" }
    assert.isDefined(mismatch(attempt("sent", "jsapi"), { appid: "wx1" }, by, "oOther"))
    assert.isUndefined(mismatch(attempt("sent", "jsapi"), { appid: "wx1" }, by, "oSomebody"))
  })

  it("is told by another transaction under the same number", () => {
    const known = { ...attempt("paid"), transaction_id: "4201" }
    assert.isDefined(mismatch(known, { appid: "wx1" }, paid))
    assert.isUndefined(mismatch({ ...known, transaction_id: "4200" }, { appid: "wx1" }, paid))
  })
})
