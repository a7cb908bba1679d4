import type { HttpBindings } from "@hono/node-server"
import type { Context, Hono } from "hono"

/** What a request carries on its way through a door. */
export interface Carried {
  /** Node's own objects; there are none without a socket (`app.request`). */
  readonly Bindings: Partial<HttpBindings>
  readonly Variables: {
    requestId: string
    /** The pattern of the route that answers: `/pos/sales/:id`. */
    route: string | undefined
    /** The caller's address by the word of a trusted proxy; absent if none has spoken. */
    client: string | undefined
    /** Size of the answer's body; set once it is known. */
    bytes: number | undefined
  }
}

export type App = Hono<Carried>
export type Call = Context<Carried>

/** A header by its name in lower case. Node has it at hand; to ask the standard `Headers` costs ten times as much. */
export const headerOf = (c: Call, name: "content-length" | "content-type"): string | undefined =>
  c.env?.incoming === undefined ? c.req.header(name) : c.env.incoming.headers[name]
