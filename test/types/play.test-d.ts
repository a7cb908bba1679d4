import { Effect, Schema } from "effect"
import { action, definePlugin, FenFromYuan, type Play } from "#core"

const pay = action({
  summary: "Pays",
  flags: {
    amount: { summary: "in yuan", value: FenFromYuan },
    loud: { summary: "says more", value: "switch" }
  },
  run: ({ amount, loud }, world, { secret }: { readonly secret: string }) => {
    const fen: number | undefined = amount
    const on: boolean = loud
    // @ts-expect-error: every flag may be left out
    const never: number = amount
    return world.say(`${fen}${on}${never}${secret}`)
  }
})

action({
  summary: "Pays",
  flags: { amount: { summary: "in yuan", value: FenFromYuan } },
  // @ts-expect-error: there is no such flag
  run: ({ amuont }) => Effect.asVoid(Effect.succeed(amuont))
})

action({
  summary: "Pays",
  flags: {},
  // @ts-expect-error: a failure must be one that is said to the person
  run: () => Effect.fail("no")
})

const play: Play<{ readonly secret: string }> = {
  name: "till",
  summary: "Plays a till",
  actions: { pay },
  firstSteps: () => []
}

definePlugin({ name: "fits", options: { secret: Schema.String }, play })

// @ts-expect-error: the plugin has no such option
definePlugin({ name: "lacks", options: { port: Schema.Int }, play })
