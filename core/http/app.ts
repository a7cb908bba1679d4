import type { HttpBindings } from "@hono/node-server"
import type { Context, Hono } from "hono"

/** Node's own objects; there are none without a socket (`app.request`). */
export interface Socketed {
  readonly incoming?: HttpBindings["incoming"] | undefined
  readonly outgoing?: HttpBindings["outgoing"] | undefined
}

/** What a request carries on its way through a door, from its arrival to the line in the log. */
export interface Arrival extends Socketed {
  readonly requestId: string
  /** The caller's address by the word of a trusted proxy; absent if none has spoken. */
  readonly client: string | undefined
  /** The pattern of the route that answers: `/pos/sales/:id`. */
  route: string | undefined
  /** Size of the answer's body; set once it is known. */
  bytes: number | undefined
}

export interface Carried {
  readonly Bindings: Arrival
}

export type App = Hono<Carried>
export type Call = Context<Carried>

/** A header by its name in lower case. Node has it at hand; to ask the standard `Headers` costs ten times as much. */
export const headerOf = (
  { headers }: Pick<Request, "headers">,
  { incoming }: Socketed,
  name: "content-length" | "content-type"
): string | undefined =>
  incoming === undefined ? (headers.get(name) ?? undefined) : incoming.headers[name]
