import { Context, Duration, Effect, Fiber, Layer, Option, Schema, Scope } from "effect"
import { Cashier } from "./cashier.ts"
import type { Invited } from "./invited.ts"
import type { OrderInvalid, PaymentUnknown } from "./model.ts"
import type { How, Prepared } from "./preparing.ts"
import { makeTurns } from "./turns.ts"

/** Somebody asks again and again; nothing was done. */
export class TooOften extends Schema.TaggedError<TooOften>()("TooOften", {}) {
  readonly status = 429
  override readonly message = "This was asked for too often; wait a moment and ask again"
}

/**
 * What whoever opens the address of an invitation sees and does, by its token. Who knows the token may look and pay, as often as one
 * person does.
 */
export class Invitations extends Context.Service<
  Invitations,
  {
    look(token: string): Effect.Effect<Invited, PaymentUnknown>
    /**
     * Prepares to pay. Goes on by itself where it takes longer than anybody waits: then there is no answer, and a look tells. The same
     * at the same time is asked of WeChat once. `isOurs`: a page does it by itself, which leaves people their turns.
     */
    prepare(
      token: string,
      how: How,
      isOurs?: boolean
    ): Effect.Effect<Prepared | undefined, PaymentUnknown | OrderInvalid | TooOften>
    /** Asks WeChat how it stands, and looks; the answer is waited for no longer than `patience`. */
    ask(
      token: string,
      patience: Duration.Input
    ): Effect.Effect<{ readonly invited: Invited; readonly isAnswered: boolean }, PaymentUnknown>
    /** Resolves when what is shown is no longer what has this mark. */
    changed(token: string, mark: string): Effect.Effect<Invited, PaymentUnknown>
  }
>()("weir/Invitations") {
  static readonly layer = Layer.effect(
    Invitations,
    Effect.gen(function* () {
      const cashier = yield* Cashier
      const scope = yield* Scope.Scope
      const underway = new Map<string, Fiber.Fiber<unknown, unknown>>()
      const turns = {
        people: makeTurns({ atOnce: 6, each: 5_000 }),
        pages: makeTurns({ atOnce: 4, each: 20_000 }),
        asking: makeTurns({ atOnce: 4, each: 2_000 })
      }

      /** One at a time of each; what was begun goes on when its caller has gone. */
      const once = <A, E>(key: string, work: Effect.Effect<A, E>) =>
        Effect.suspend(() => {
          const known = underway.get(key) as Fiber.Fiber<A, E> | undefined
          if (known !== undefined) return Effect.succeed(known)
          const noted = Effect.ensuring(
            work,
            Effect.sync(() => underway.delete(key))
          )
          return Effect.tap(Effect.forkIn(noted, scope), (fiber) =>
            Effect.sync(() => {
              if (fiber.pollUnsafe() === undefined) underway.set(key, fiber)
            })
          )
        })

      /** What it came to, unless that takes too long. */
      const waited = <A, E>(fiber: Fiber.Fiber<A, E>, patience: Duration.Input) =>
        Effect.map(
          Effect.timeoutOption(Fiber.join(fiber), Duration.fromInputUnsafe(patience)),
          Option.getOrUndefined
        )

      const look = (token: string) => cashier.invited(token)

      const prepare = Effect.fnUntraced(function* (token: string, how: How, isOurs = false) {
        const invited = yield* look(token)
        const key = `${token} ${JSON.stringify(how)}`
        const turn = isOurs ? turns.pages : turns.people
        if (!underway.has(key) && !(yield* turn(token))) return yield* new TooOften()
        const fiber = yield* once(key, cashier.prepare(invited, how))
        return yield* waited(fiber, isOurs ? "2 seconds" : "8 seconds")
      })

      const ask = Effect.fnUntraced(function* (token: string, patience: Duration.Input) {
        const before = yield* look(token)
        const key = `${token} ask`
        if (!underway.has(key) && !(yield* turns.asking(token)))
          return { invited: before, isAnswered: false }
        const fiber = yield* once(key, cashier.ask(before))
        const standing = yield* waited(fiber, patience)
        return { invited: yield* look(token), isAnswered: standing !== undefined }
      })

      /** Another process may have changed it, so the database is looked at; a second is soon enough for who looks at a page. */
      const changed = (token: string, mark: string): Effect.Effect<Invited, PaymentUnknown> =>
        Effect.flatMap(look(token), (invited) =>
          invited.mark === mark
            ? Effect.andThen(Effect.sleep("1 second"), changed(token, mark))
            : Effect.succeed(invited)
        )

      return Invitations.of({ look, prepare, ask, changed })
    })
  )
}
