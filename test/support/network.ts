import { Effect } from "effect"
import { NoAnswer, NotSent, type Outgoing } from "../../core/transport.ts"

type Fetch = (request: Request) => Response | Promise<Response>

/** What becomes of a request on its way: it may never leave, never arrive, arrive only when it is let, or be answered unheard. */
type Weather = "fair" | "refused" | "lost" | "held" | "answer lost"

/** Who is where, and what passes between them. */
export interface Network {
  readonly hosts: Map<string, Fetch>
  readonly sent: Array<Outgoing>
  /** What was held up, and has not arrived yet. */
  held: Array<Outgoing>
  weather: (request: Outgoing) => Weather
}

/** Takes a request there, through the weather, and brings the answer back. */
export const carry = Effect.fnUntraced(function* (network: Network, request: Outgoing) {
  const host = network.hosts.get(new URL(request.url).origin)
  const weather = network.weather(request)
  network.sent.push(request)
  if (host === undefined || weather === "refused") return yield* new NotSent({ reason: "refused" })
  if (weather === "held") network.held.push(request)
  if (weather === "lost" || weather === "held") return yield* new NoAnswer({ reason: weather })
  const response = yield* visit(host, request)
  const bytes = new Uint8Array(yield* Effect.promise(() => response.arrayBuffer()))
  const broken = response.headers.get("x-sandbox-connection") === "reset"
  if (broken || weather === "answer lost") return yield* new NoAnswer({ reason: "answer lost" })
  const taken = response.status === 200 && request.into !== undefined
  if (taken) request.into?.(bytes)
  const body = taken ? new Uint8Array() : bytes
  return { status: response.status, headers: Object.fromEntries(response.headers), body }
})

/** Lets a request arrive. */
export const visit = (host: Fetch, { body, headers, method, url }: Outgoing) =>
  Effect.promise(async () =>
    host(new Request(url, { method, headers, body: body === undefined ? null : Buffer.from(body) }))
  )
