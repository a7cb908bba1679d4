import { Deferred, Effect, Fiber } from "effect"
import type { Answerer, Framed, Reply } from "../core/legacy/message.ts"
import { type Incoming, NoAnswer, NotSent, type Outgoing } from "../core/transport.ts"
import type { Chance } from "./chance.ts"
import type { Ground, Life, Party } from "./party.ts"
import { mark, type Trace } from "./trace.ts"

/** What a line does to what travels on it. */
export interface Weather {
  readonly name: string
  /** How likely a message is lost. */
  readonly loses: number
  /** How likely a request arrives once more, up to twenty seconds later. */
  readonly doubles: number
  /** How likely a request is held up on its way, and arrives when nobody waits for its answer any more. */
  readonly holds: number
  /** How long one way takes, in milliseconds. */
  readonly delay: readonly [least: number, most: number]
  /** Whether no connection comes about at all. */
  readonly cut: boolean
}

export const calm: Weather = {
  name: "calm",
  loses: 0,
  doubles: 0,
  holds: 0,
  delay: [5, 60],
  cut: false
}

/**
 * What may arrive twice on a line: anything, as tills' little networks do; or what was not answered, as what stands before WeChat sends
 * on again. A request that WeChat has refused does not come back to it by itself.
 */
export type Doubling = "anything" | "the unanswered"

/** A line between two parties, with a weather of its own. */
export class Line {
  readonly name: string
  readonly doubling: Doubling
  readonly chance: Chance
  readonly trace: Trace
  weather: Weather = calm
  /** What is still on its way although nobody waits for it. */
  underway = 0

  constructor(name: string, doubling: Doubling, { chance, trace }: Ground) {
    this.name = name
    this.doubling = doubling
    this.trace = trace
    this.chance = chance.of(`line ${name}`)
  }

  turn(weather: Weather): void {
    this.weather = weather
    this.trace.add(`${this.name}: ${weather.name}`)
  }

  arrives(): boolean {
    return !this.weather.cut && !this.chance.happens(this.weather.loses)
  }

  /** One way. */
  readonly travel = Effect.suspend(() => Effect.sleep(this.chance.between(...this.weather.delay)))

  holds(): boolean {
    return this.chance.happens(this.weather.holds)
  }

  /** Whether a request, now that it has or has not been answered, arrives once more. */
  doubles(when: Doubling): boolean {
    return this.doubling === when && this.chance.happens(this.weather.doubles)
  }
}

/** For how long a request is held up: mostly while a payment code lives, sometimes until after its signature is too old. */
const heldFor = (chance: Chance) =>
  chance.happens(0.7) ? chance.between(500, 55_000) : chance.between(55_000, 330_000)

/** What a message meets at its end: it is answered, nobody is there, or the connection breaks over it. */
type Met<A> =
  | { readonly is: "answered"; readonly answer: A }
  | { readonly is: "nobody" }
  | { readonly is: "broken" }

const broken = { is: "broken" } as const

/** Lets a party's living process do something; its death cuts that off. */
const meet = <A, B>(
  party: Party<A>,
  work: (offers: A) => Effect.Effect<B | undefined>
): Effect.Effect<Met<B>> =>
  Effect.suspend(() => {
    const { life } = party
    if (life?.offers === undefined) return Effect.succeed<Met<B>>({ is: "nobody" })
    const done = Effect.map(
      work(life.offers),
      (answer): Met<B> => (answer === undefined ? broken : { is: "answered", answer })
    )
    return Effect.raceFirst(done, Effect.as(Deferred.await(life.death), broken))
  })

/** A request over a line. Who asks waits for as long as it likes; what is on the wire goes on without it. */
const send = Effect.fnUntraced(function* <A, B>(
  line: Line,
  what: string,
  party: Party<A>,
  work: (offers: A) => Effect.Effect<B | undefined>
) {
  const heard = yield* Deferred.make<Met<B>>()
  /** Arrives by itself, and whatever it is answered goes nowhere. */
  const later = (millis: number) =>
    Effect.suspend(() => {
      line.underway++
      const arrival = Effect.sync(() => line.trace.add(`${what}: arrives late`))
      return Effect.forkDetach(
        Effect.sleep(millis).pipe(
          Effect.andThen(arrival),
          Effect.andThen(meet(party, work)),
          Effect.ensuring(Effect.sync(() => line.underway--))
        )
      )
    })
  const again = Effect.suspend(() => later(line.chance.between(1, 20_000)))
  const journey = Effect.gen(function* () {
    const arrives = line.arrives()
    yield* line.travel
    if (!arrives) return line.trace.add(`${what}: does not arrive`)
    if (line.holds()) {
      line.trace.add(`${what}: is held up`)
      const wait = heldFor(line.chance)
      yield* later(wait)
      if (line.doubles(line.doubling)) yield* later(wait + line.chance.between(1, 20_000))
      // Who asked learns that its connection is gone, or waits in vain.
      if (line.chance.happens(0.5)) yield* Deferred.succeed(heard, broken)
      return
    }
    line.trace.add(`${what}: arrives`)
    if (line.doubles("anything")) yield* again
    const met = yield* meet(party, work)
    const returns = met.is !== "answered" || line.arrives()
    if ((met.is === "broken" || !returns) && line.doubles("the unanswered")) yield* again
    yield* line.travel
    if (!returns) return line.trace.add(`${what}: its answer does not arrive`)
    yield* Deferred.succeed(heard, met)
  })
  const fiber = yield* Effect.forkDetach(journey)
  /** Who hangs up may be noticed at the other end, or not. */
  const hangUp = Effect.suspend(() =>
    line.chance.happens(0.5) ? Fiber.interrupt(fiber) : Effect.void
  )
  return { heard: Deferred.await(heard), hangUp }
})

/** Answers HTTP. */
export interface Site {
  readonly fetch: (request: Request) => Response | Promise<Response>
}

/** Who is reached under which name, and over which line. */
export type Routes = Record<string, { readonly line: Line; readonly party: Party<Site> }>

/** The outgoing HTTP of a process. It ends with the process: what a dead one sends leaves nowhere. */
export const transportOf = (from: Life<unknown>, routes: Readonly<Routes>) => ({
  exchange: Effect.fnUntraced(function* (request: Outgoing) {
    if (!from.alive) return yield* Effect.never
    const { host, pathname } = new URL(request.url)
    const route = routes[host]
    if (route === undefined) return yield* new NotSent({ reason: `there is no ${host}` })
    const { line, party } = route
    if (line.weather.cut) {
      yield* line.travel
      return yield* new NotSent({ reason: "refused" })
    }
    const what = `${request.method} ${pathname} ${mark(request.body ?? "")}`
    const sent = yield* send(line, what, party, (site) => visit(site, request))
    const silence = Effect.andThen(sent.hangUp, new NoAnswer({ reason: "no whole answer in time" }))
    const met = yield* Effect.timeoutOrElse(sent.heard, {
      duration: request.timeout,
      orElse: () => silence
    })
    if (met.is === "nobody") return yield* new NotSent({ reason: "refused" })
    if (met.is === "broken") return yield* new NoAnswer({ reason: "reset" })
    line.trace.add(`${what}: ${met.answer.status} ${mark(met.answer.body)}`)
    return met.answer
  })
})

export const visit = (site: Site, { body, headers, method, url }: Outgoing) =>
  Effect.promise(async (signal): Promise<Incoming | undefined> => {
    const response = await site.fetch(
      new Request(url, {
        method,
        headers: { ...headers, "content-length": String(body?.length ?? 0) },
        signal,
        ...(body !== undefined && { body: Uint8Array.from(body) })
      })
    )
    // How the sandbox says that it breaks the connection instead.
    if (response.headers.get("x-sandbox-connection") === "reset") return undefined
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      body: new Uint8Array(await response.arrayBuffer())
    }
  })

/** What an old system sends to the legacy door, and how long it waits. */
export interface Knock {
  readonly what: string
  readonly message: Framed
  readonly patience: number
}

/** Asks the legacy door; `undefined`: no answer came. */
export const knock = Effect.fnUntraced(function* <A>(
  line: Line,
  party: Party<A>,
  answererOf: (offers: A) => Answerer,
  { message, patience, what }: Knock
) {
  const sent = yield* send(line, what, party, (offers) =>
    Effect.flatMap(answererOf(offers)(message), flush(line))
  )
  const silence = Effect.as(sent.hangUp, undefined)
  const met = yield* Effect.timeoutOrElse(sent.heard, { duration: patience, orElse: () => silence })
  if (met?.is !== "answered") return undefined
  line.trace.add(`${what}: ${mark(met.answer)}`)
  return met.answer
})

/** A browser's request to the public door, and how long it waits; `undefined`: no answer came. */
export const browse = Effect.fnUntraced(function* (
  line: Line,
  party: Party<Site>,
  what: string,
  request: Outgoing
) {
  const sent = yield* send(line, what, party, (site) => visit(site, request))
  const silence = Effect.as(sent.hangUp, undefined)
  const met = yield* Effect.timeoutOrElse(sent.heard, {
    duration: request.timeout,
    orElse: () => silence
  })
  return met?.is === "answered" ? met.answer : undefined
})

/** Bytes that have left without an error may still be lost further on; then the gateway believes what is not so. */
const flush = (line: Line) => (reply: Reply) =>
  line.arrives() ? Effect.as(reply.delivered, reply.bytes) : Effect.succeed(undefined)
