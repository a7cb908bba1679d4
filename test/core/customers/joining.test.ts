import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer, Scope } from "effect"
import * as fc from "fast-check"
import { Customers } from "../../../core/customers/customers.ts"
import { fresh, mini, shop } from "../../support/customers.ts"
import { eachDatabase } from "../../support/database.ts"
import { seedOf } from "../../support/seed.ts"

/** Something that shows who belongs together: WeChat means somebody, or a person merges two. */
type Shown =
  | { readonly at: "shop" | "mini"; readonly openid: number; readonly unionid: number | null }
  | { readonly one: number; readonly other: number }

const people = { min: 0, max: 5 }
const shown = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      at: fc.constantFrom("shop" as const, "mini" as const),
      openid: fc.integer(people),
      unionid: fc.option(fc.integer(people), { freq: 2 })
    })
  },
  { weight: 1, arbitrary: fc.record({ one: fc.integer(people), other: fc.integer(people) }) }
)

/** The same things in two orders. */
const told = fc.array(shown, { minLength: 1, maxLength: 14 }).chain((first) =>
  fc.record({
    first: fc.constant(first),
    second: fc.shuffledSubarray(first, { minLength: first.length, maxLength: first.length })
  })
)

/** What belongs together, by hand: names with the name that stands for them all. */
const groupsOf = (all: ReadonlyArray<Shown>): ReadonlyMap<string, string> => {
  const leads = new Map<string, string>()
  const find = (name: string): string => {
    const next = leads.get(name) ?? name
    return next === name ? name : find(next)
  }
  for (const each of all) {
    const [one, other] =
      "at" in each
        ? [`${each.at}-${each.openid}`, each.unionid === null ? "" : `union-${each.unionid}`]
        : [`shop-${each.one}`, `shop-${each.other}`]
    for (const name of [one, other]) if (name !== "") leads.set(name, find(name))
    if (other !== "") leads.set(find(one), find(other))
  }
  return new Map([...leads.keys()].map((name) => [name, find(name)]))
}

eachDatabase("identities joined in any order", (database) => {
  it.live(
    "make the same customers",
    () =>
      Effect.gen(function* () {
        const scope = yield* Scope.Scope
        const services = yield* Layer.buildWithScope(fresh(database), scope)
        const { merge, recognise } = Context.get(services, Customers)
        let run = 0

        /** Tells it all of people nobody has seen before, and returns who is who. */
        const tell = Effect.fnUntraced(function* (all: ReadonlyArray<Shown>) {
          const mark = `${++run}`
          const meet = (at: "shop" | "mini", openid: number, unionid: number | null = null) =>
            recognise(at === "shop" ? shop : mini, {
              openid: `${mark}-${at}-${openid}`,
              ...(unionid !== null && { unionid: `${mark}-${unionid}` })
            })
          for (const each of all)
            yield* "at" in each
              ? meet(each.at, each.openid, each.unionid)
              : Effect.flatMap(
                  Effect.all([meet("shop", each.one), meet("shop", each.other)]),
                  ([one, other]) => Effect.orDie(merge(one, other, "test"))
                )
          const groups = groupsOf(all)
          const names = [...groups.keys()].filter((name) => !name.startsWith("union"))
          const found = yield* Effect.forEach(names, (name) => {
            const [at, openid] = name.split("-")
            return meet(at === "shop" ? "shop" : "mini", Number(openid))
          })
          // Two are one customer exactly when they belong together.
          for (const [i, name] of names.entries())
            for (const [j, other] of names.entries())
              assert.strictEqual(
                found[i] === found[j],
                groups.get(name) === groups.get(other),
                `${name} and ${other}`
              )
        })

        const seed = seedOf("identities joined in any order")
        yield* Effect.promise(() =>
          fc.assert(
            fc.asyncProperty(told, ({ first, second }) =>
              Effect.runPromise(Effect.andThen(tell(first), tell(second)))
            ),
            { seed, numRuns: 60 }
          )
        )
      }),
    60_000
  )
})
