import { join } from "node:path"
import { Context, Effect, Layer, Redacted, Scope } from "effect"
import { secret } from "../../simulation/gateway.ts"
import { Ground, installed } from "../support/ground.ts"
import {
  type Installation,
  kill,
  type Launched,
  readiness,
  start,
  stop
} from "../support/installation.ts"
import { booksOf, leftIn, lookInto } from "../support/payment-books.ts"
import { temporaryDatabaseOn } from "../support/server.ts"
import { staleWrites, watchFile, watchServer } from "./watch.ts"

const withSecret = ({ environment, ...at }: Installation): Installation => ({
  ...at,
  environment: { ...environment, POS_SECRET: Redacted.value(secret) }
})

/** An installation that has been started once and is watched: the worlds are copies of it, which start sooner. */
export class Model extends Context.Service<Model, Installation>()("chaos/Model") {
  static readonly layer = Layer.effect(
    Model,
    Effect.gen(function* () {
      const model = withSecret(yield* installed())
      yield* Effect.scoped(Effect.flatMap(start(model), stop))
      yield* watchFile(join(model.folder, "weir.db"))
      return model
    })
  ).pipe(Layer.provideMerge(Ground.layer))
}

/** How a world's gateways are run. */
export interface Run {
  readonly at: Installation
  /** Another program that runs it. */
  readonly below?: ReadonlyArray<string>
  /** Brings its database to where it can be read from outside. */
  readonly reveal?: (process: Launched) => Effect.Effect<void>
}

/** One gateway of a world, through its many lives. */
export class Gateway {
  readonly name: string
  readonly run: Run
  readonly #scope: Scope.Scope
  process: Launched | undefined

  constructor(name: string, run: Run, scope: Scope.Scope) {
    this.name = name
    this.run = run
    this.#scope = scope
  }

  get at(): Installation {
    return this.run.at
  }

  /** Starts it, and tells after how many milliseconds it was ready; one that runs already is left alone. */
  readonly boot = Effect.suspend(() => {
    if (this.process !== undefined && this.process.ended === undefined) return Effect.succeed(0)
    const since = performance.now()
    const { at, below = [] } = this.run
    return start(at, { below }).pipe(
      Scope.provide(this.#scope),
      Effect.map((process) => {
        this.process = process
        return performance.now() - since
      })
    )
  })

  readonly kill = Effect.suspend(() =>
    this.process === undefined ? Effect.void : Effect.asVoid(kill(this.process))
  )

  signal(name: NodeJS.Signals): void {
    this.process?.signal(name)
  }

  readonly isReady = Effect.suspend(() => Effect.map(readiness(this.at), (said) => said === 200))
}

/** Where a world keeps its books. */
export type Place = "sqlite" | { readonly server: string }

/** Gateways on one database, with a store of their own that is nobody else's. */
export interface World {
  readonly store: string
  readonly place: Place
  readonly gateways: ReadonlyArray<Gateway>
  /** What its database says now, and what was written into it that must not be. */
  readonly books: Effect.Effect<Effect.Success<ReturnType<typeof booksOf>> & Stale>
  /** What has no end yet. */
  readonly left: Effect.Effect<ReadonlyArray<string>>
}

interface Stale {
  readonly stale: ReadonlyArray<string>
}

/** Another way to run an installation: on another disk, by another clock. */
export type Dress = (at: Installation) => Run

const plain: Dress = (at) => ({ at })

let stores = 0

/** Opens a world of as many gateways as are asked for; on a file there can be only one. */
export const openWorld = Effect.fnUntraced(function* (
  place: Place,
  {
    dress = plain,
    gateways: count = 1
  }: { readonly dress?: Dress; readonly gateways?: number } = {}
) {
  const model = yield* Model
  const { sandbox } = yield* Ground
  const scope = yield* Effect.scope
  const shared: NodeJS.ProcessEnv =
    place === "sqlite"
      ? {}
      : {
          DATABASE_URL: yield* temporaryDatabaseOn(place.server),
          WEIR_SEAL_KEY: Buffer.alloc(32, "chaos").toString("base64")
        }
  const one = Effect.fnUntraced(function* (number: number) {
    const { environment, ...at } = withSecret(yield* installed({ like: model }))
    const run = dress({ ...at, environment: { ...environment, ...shared } })
    return new Gateway(`gateway ${number}`, run, scope)
  })
  const gateways = yield* Effect.forEach(
    Array.from({ length: count }, (_, n) => n + 1),
    one
  )
  const [first] = gateways
  if (first === undefined) return yield* Effect.die("A world has a gateway")
  yield* first.boot
  if (shared.DATABASE_URL !== undefined) yield* watchServer(shared.DATABASE_URL)
  yield* Effect.forEach(gateways, ({ boot }) => boot, { concurrency: count })

  const url = shared.DATABASE_URL ?? `sqlite:${join(first.at.folder, "weir.db")}`
  const look = Effect.gen(function* () {
    if (first.process !== undefined) yield* first.run.reveal?.(first.process) ?? Effect.void
    return yield* lookInto(url)
  })
  const books = Effect.scoped(
    Effect.gen(function* () {
      const from = yield* look
      const read = yield* booksOf(from, url.startsWith("mysql:") ? "seq" : "rowid")
      return { ...read, stale: yield* staleWrites(from) }
    })
  )
  const left = Effect.map(books, (books) => leftIn(books, Date.now()))
  return { store: `C${sandbox % 1_000}-${++stores}`, place, gateways, books, left } satisfies World
})
