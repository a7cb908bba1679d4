import { copyFileSync, existsSync } from "node:fs"
import { join } from "node:path"
import {
  Cause,
  Context,
  Deferred,
  Effect,
  Exit,
  Fiber,
  Logger,
  Random,
  References,
  Scope
} from "effect"
import { Drain } from "../core/database/drain.ts"
import type { Chance } from "./chance.ts"
import type { Loop } from "./loop.ts"
import type { Trace } from "./trace.ts"

/** One process of a party: from its start to its death. */
export class Life<A> {
  readonly number: number
  readonly file: string
  readonly death = Deferred.makeUnsafe<void>()
  alive = true
  /** What it offers, once it is up. */
  offers: A | undefined

  constructor(number: number, file: string) {
    this.number = number
    this.file = file
  }
}

/** How a process starts on its database file, within a scope that ends with it. */
type Start<A> = (life: Life<unknown>) => Effect.Effect<A, unknown, Scope.Scope>

/** What all parties of a world share. */
export interface Ground {
  readonly loop: Loop
  readonly trace: Trace
  readonly chance: Chance
  readonly folder: string
  /** Hears of what must not happen: every error that a living process logs is such a thing. */
  readonly complain: (sentence: string) => void
}

/**
 * A server with its files. When its process dies, its files are what they were at that moment: they are copied, and the next process
 * starts on the copy. Whatever the remains of a dead one still write goes to a file that nobody opens again.
 */
export class Party<A> {
  readonly name: string
  readonly #ground: Ground
  readonly #start: Start<A>
  readonly #burials: Array<Fiber.Fiber<unknown, unknown>> = []
  #scope: Scope.Closeable | undefined
  #file: string
  #lives = 0
  /** The process that runs now; it may not be up yet. */
  life: Life<A> | undefined

  constructor(name: string, ground: Ground, start: Start<A>) {
    this.name = name
    this.#ground = ground
    this.#start = start
    this.#file = join(ground.folder, `${name}-1.db`)
  }

  /** Where its database is; while nothing runs, where the next process will find it. */
  get file(): string {
    return this.#file
  }

  get isUp(): boolean {
    return this.life?.offers !== undefined
  }

  /** Starts a process; done when it is up, or has died on the way. */
  readonly boot = Effect.suspend(() => {
    const { complain, trace } = this.#ground
    const life = new Life<A>(++this.#lives, this.#file)
    const scope = Scope.makeUnsafe()
    this.life = life
    this.#scope = scope
    const settle = (exit: Exit.Exit<A, unknown>) => {
      if (!life.alive) return
      if (Exit.isSuccess(exit)) life.offers = exit.value
      else complain(`the ${this.name} does not start: ${Cause.pretty(exit.cause)}`)
      trace.add(`${this.name} is up`)
    }
    const starting = this.#start(life).pipe(
      Scope.provide(scope),
      Effect.provide(this.#own(life)),
      Effect.exit,
      Effect.map(settle)
    )
    const up = Effect.flatMap(Effect.forkIn(starting, scope), Fiber.await)
    return Effect.asVoid(Effect.raceFirst(up, Deferred.await(life.death)))
  })

  /** Ends its process at once, whatever it is doing. */
  kill(): void {
    const { life } = this
    if (life === undefined || this.#scope === undefined) return
    this.#ground.trace.add(`${this.name} dies`)
    this.#file = join(this.#ground.folder, `${this.name}-${this.#lives + 1}.db`)
    for (const part of ["", "-wal"])
      if (existsSync(life.file + part)) copyFileSync(life.file + part, this.#file + part)
    life.alive = false
    life.offers = undefined
    this.life = undefined
    Deferred.doneUnsafe(life.death, Effect.void)
    const burial = Scope.close(this.#scope, Exit.void)
    this.#burials.push(Effect.runForkWith(this.#ground.loop.context)(burial))
  }

  /** Done when nothing of the dead is left. */
  readonly buried = Effect.suspend(() =>
    Effect.forEach(this.#burials, Fiber.await, { discard: true })
  )

  /** A process draws its own luck, so that its remains take nothing from the next one. */
  #own(life: Life<unknown>): Context.Context<never> {
    const { chance, complain } = this.#ground
    const ears = Logger.make<unknown, void>(({ cause, message }) => {
      if (life.alive)
        complain(`the ${this.name} logs: ${[message].flat().join(" ")} ${Cause.pretty(cause)}`)
    })
    return Context.make(Drain, 0).pipe(
      Context.add(Random.Random, chance.of(`${this.name}-${life.number}`).random),
      Context.add(References.MinimumLogLevel, "Error"),
      Context.add(Logger.CurrentLoggers, new Set([ears]))
    )
  }
}
