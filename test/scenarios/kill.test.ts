import { assert, layer } from "@effect/vitest"
import { Context, Effect, Fiber, Layer } from "effect"
import { live } from "../chaos/round.ts"
import { ofASale, ofWhatFollows, onTheLine, type Step, stepped } from "../chaos/steps.ts"
import { Model } from "../chaos/world.ts"
import { canPlaceKills } from "../support/killer.ts"

/** Lives through a step, and tells whether its gateway was killed before the till had heard the end, and what the till heard. */
const through = Effect.fnUntraced(function* (step: Step) {
  const setting = yield* stepped(step)
  const life = yield* Effect.forkScoped(live(setting, 1))
  const outcome = Effect.gen(function* () {
    const { evidence, tally } = yield* Fiber.join(life)
    assert.deepEqual(tally.violations, [], step.name)
    const said = evidence.history.talk.map(({ answer }) => answer.code)
    return { killed: yield* setting.killed, said }
  })
  return { killed: setting.killed, outcome }
})

const all = (steps: ReadonlyArray<Step>) =>
  Effect.forEach(steps, (step) => Effect.flatMap(through(step), ({ outcome }) => outcome), {
    // Most of the time each of them waits.
    concurrency: "unbounded"
  })

/** What happens on the line strikes whoever comes next, so it happens before all else; how it ends is waited for later. */
const harmLine = Effect.forEach(onTheLine, (step) =>
  Effect.gen(function* () {
    const { killed, outcome } = yield* through(step)
    yield* killed
    return outcome
  })
)

class Line extends Context.Service<Line, Effect.Success<typeof harmLine>>()("Line") {
  static readonly layer = Layer.effect(Line, harmLine).pipe(Layer.provideMerge(Model.layer))
}

const options = { excludeTestServices: true, timeout: "2 minutes", concurrent: true } as const

layer(Line.layer, options)("a kill", (it) => {
  const kills = it.effect.skipIf(!canPlaceKills)

  kills(
    "while WeChat is asked for money ends in one right sale",
    () =>
      Effect.gen(function* () {
        const ends = yield* Effect.all(yield* Line)
        // What WeChat has is paid. Where it never had it, the till hears so and the customer shows another code.
        assert.deepEqual(
          ends.map(({ said }) => said.includes("R0")),
          [false, false, true]
        )
      }),
    400_000
  )

  kills(
    "at any durable step of a sale ends in one right sale",
    () =>
      Effect.gen(function* () {
        const killed = (yield* all(ofASale)).map(({ killed }) => killed)
        assert.deepEqual(killed.slice(0, 4), [true, true, true, true])
        assert.include(killed, false)
      }),
    400_000
  )

  kills(
    "at any durable step of what follows a sale ends in one right end of it",
    () => all(ofWhatFollows),
    400_000
  )
})
