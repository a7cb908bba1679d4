import { Clock, Context, Effect, Layer, Metric } from "effect"
import { Database } from "../../database/database.ts"
import { Pseudonyms } from "../../database/pseudonyms.ts"
import { Journal } from "../../journal/journal.ts"
import { Events } from "../../tasks/events.ts"
import { Tasks } from "../../tasks/tasks.ts"
import { Transport } from "../../transport.ts"
import type { Account, AccountCallback } from "../account.ts"
import type { Answerer } from "./answers.ts"
import { todoOfCertification } from "./certification.ts"
import { type CallbackNotStored, CallbackRefused } from "./errors.ts"
import type { Listener } from "./message.ts"
import type { Answerable } from "./received.ts"
import type { PassiveReply } from "./reply.ts"
import { forgetSignatures } from "./store.ts"
import { makeTake } from "./taking.ts"
import { echoOf, type Request } from "./verification.ts"

/** What WeChat pushes: stored once with what follows from it, answered once. */
export class Callbacks extends Context.Service<
  Callbacks,
  {
    /** Lets a part of the core follow what is pushed; while layers are built. */
    listen(name: string, listener: Listener): Effect.Effect<void>
    /** Lets a plugin answer at once; while layers are built, in the order of the configuration. */
    answer<A>(
      event: Answerable<A>,
      handle: (fact: A) => Effect.Effect<PassiveReply | undefined, unknown>
    ): Effect.Effect<void>
    /** What URL verification is answered. */
    verify(
      account: Account,
      callback: AccountCallback,
      query: URLSearchParams
    ): Effect.Effect<string, CallbackRefused>
    /** Stores a push, and says within five seconds what it is answered. */
    take(
      account: Account,
      callback: AccountCallback,
      request: Request
    ): Effect.Effect<string, CallbackRefused | CallbackNotStored>
  }
>()("weir/Callbacks") {
  static readonly layer = Layer.effect(
    Callbacks,
    Effect.gen(function* () {
      const database = yield* Database
      const listeners = new Map<string, Listener>([["certification", todoOfCertification]])
      const answerers = new Map<string, Array<Answerer>>()
      const take = yield* makeTake({
        database,
        journal: yield* Journal,
        events: yield* Events,
        transport: yield* Transport,
        pseudonyms: yield* Pseudonyms,
        listeners,
        answerers
      })
      yield* Tasks.use((tasks) =>
        tasks.every(
          "callbacks: tidy",
          "1 hour",
          Effect.flatMap(Clock.currentTimeMillis, (now) =>
            database.write("callbacks", (sql) => forgetSignatures(sql, now))
          )
        )
      )
      return Callbacks.of({
        listen: (name, listener) =>
          Effect.sync(() => {
            if (listeners.has(name)) throw new Error(`Two listeners are called ${name}`)
            listeners.set(name, listener)
          }),
        answer: ({ name }, handle) =>
          Effect.sync(() => {
            // By its name an event has the facts that its handler takes.
            const answerer = handle as Answerer
            answerers.set(name, [...(answerers.get(name) ?? []), answerer])
          }),
        verify: (account, callback, query) =>
          counted(
            account,
            Effect.flatMap(Clock.currentTimeMillis, (now) => {
              const echo = echoOf(callback, query, now)
              return typeof echo === "string"
                ? Effect.fail(new CallbackRefused({ reason: echo }))
                : Effect.succeed(echo.echo)
            })
          ),
        take: (account, callback, request) => counted(account, take(account, callback, request))
      })
    })
  )
}

const refusals = Metric.counter("weir_callbacks_refused_total", {
  description: "Requests to the callback that were not taken for WeChat's, by reason",
  incremental: true
})

/** Whoever runs the gateway must see a wrong key or clock of their own, which looks like an attack. */
const counted = <A, E extends CallbackRefused | CallbackNotStored>(
  { name }: Account,
  taken: Effect.Effect<A, E>
): Effect.Effect<A, E> =>
  Effect.tapError(taken, (failure) => {
    const reason = failure._tag === "CallbackRefused" ? failure.reason : "not stored"
    return Effect.andThen(
      Metric.update(Metric.withAttributes(refusals, { reason }), 1),
      Effect.logWarning(`A push to ${name} was not taken`, failure.message)
    )
  })
