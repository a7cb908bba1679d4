import * as http from "node:http"
import * as https from "node:https"
import type { Socket } from "node:net"
import { TLSSocket } from "node:tls"
import { urlToHttpOptions } from "node:url"
import { Context, type Duration, Effect, Exit, Layer, Redacted, Schema } from "effect"
import { closeLines, exchangeLeniently, type Lines, openLines } from "./transport/lenient.ts"

/** A request as it goes out. Nothing is added but what HTTP itself needs (Host, Content-Length, Connection). */
export interface Outgoing {
  readonly method: string
  /** Absolute. Path and query leave exactly as written here: a signature may cover them. */
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** For all of it: name, connection, headers and the whole body. */
  readonly timeout: Duration.Input
  /** What the answer's body may weigh; 4 MiB unless said. */
  readonly maxBytes?: number
  /** Reads answers that break HTTP, as old servers write them. Never for anybody whose answers are signed by their framing. */
  readonly lenient?: boolean
  /** Takes the body of a 200 piece by piece, so that it need not fit into memory; the answer then has none. */
  readonly into?: (piece: Uint8Array) => void
  /** Shown to a peer that asks who we are (mutual TLS); never to one that was not meant. */
  readonly client?: ClientCertificate
}

/** Who we are to a peer over TLS. */
export interface ClientCertificate {
  /** Its serial number. A line that was opened with one certificate is never used for another, nor for none. */
  readonly id: string
  /** PEM. */
  readonly cert: string
  /** PEM. */
  readonly key: Redacted.Redacted
}

/** An answer as it came, whatever its status; the body is never decompressed. */
export interface Incoming {
  readonly status: number
  /** Names in lower case. Several `Set-Cookie` are joined by a line feed, the one thing no header contains. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** The line ended before as many bytes had come as were promised. Only a lenient exchange gives such an answer. */
  readonly cut?: boolean
}

/** Nothing of the request left this machine, so nothing happened there: no such name, refused, TLS failed. */
export class NotSent extends Schema.TaggedError<NotSent>()("NotSent", { reason: Schema.String }) {
  override readonly message = `Not sent: ${this.reason}`
}

/** The request may have been processed: the outcome is unknown. */
export class NoAnswer extends Schema.TaggedError<NoAnswer>()("NoAnswer", {
  reason: Schema.String
}) {
  override readonly message = `No answer: ${this.reason}`
}

/**
 * The outgoing HTTP of everything. It never retries: only the caller knows what may be asked twice.
 * Redirects are answers like any other. Interruption destroys the socket.
 */
export class Transport extends Context.Service<
  Transport,
  { exchange(request: Outgoing): Effect.Effect<Incoming, NotSent | NoAnswer> }
>()("weir/Transport") {
  static readonly layer = Layer.effect(
    Transport,
    Effect.acquireRelease(Effect.sync(openAgents), closeAgents).pipe(
      Effect.map((agents) =>
        Transport.of({
          exchange: (request) =>
            request.lenient === true ? leniently(agents, request) : exchange(agents, request)
        })
      )
    )
  )
}

/** Two lost SYNs are sent again after 1 s and 3 s; a till that waits 10 s must hear of the rest earlier. */
const CONNECT = "4 seconds"

/** Shorter than servers wait (Tomcat 20 s, nginx 75 s): a line they close while we write leaves the outcome unknown. */
const IDLE = 15_000

const MAX_BYTES = 4 * 1024 * 1024

interface Agents {
  readonly "http:": http.Agent
  readonly "https:": https.Agent
  readonly lenient: Lines
  /** By the id of the certificate that is shown. */
  readonly certified: Map<string, https.Agent>
}

const kept = { keepAlive: true, timeout: IDLE }

function openAgents(): Agents {
  return {
    "http:": new http.Agent(kept),
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
    "https:": new https.Agent({ ...kept, rejectUnauthorized: true }),
    lenient: openLines(),
    certified: new Map<string, https.Agent>()
  }
}

function closeAgents(agents: Agents) {
  return Effect.sync(() => {
    agents["http:"].destroy()
    agents["https:"].destroy()
    closeLines(agents.lenient)
    for (const agent of agents.certified.values()) agent.destroy()
  })
}

const leniently = ({ lenient }: Agents, request: Outgoing) =>
  exchangeLeniently(lenient, request, { connect: CONNECT, maxBytes: MAX_BYTES }).pipe(
    Effect.map(({ body, cut, headers, status }) => ({
      status,
      headers: Object.fromEntries(headers),
      body,
      ...(cut && { cut })
    })),
    Effect.mapError(({ reason, sent }) =>
      sent ? new NoAnswer({ reason }) : new NotSent({ reason })
    )
  )

const exchange = (agents: Agents, request: Outgoing) =>
  Effect.acquireUseRelease(
    prepare(agents, request),
    (line) =>
      connect(line).pipe(
        Effect.timeoutOrElse({
          duration: CONNECT,
          orElse: () => Effect.fail(new NotSent({ reason: "no connection in time" }))
        }),
        Effect.andThen(converse(line, request)),
        Effect.timeoutOrElse({ duration: request.timeout, orElse: () => late(line) })
      ),
    (line, exit) => (Exit.isSuccess(exit) ? Effect.void : Effect.sync(() => line.destroy()))
  )

/** Nothing is written before `end`, so until then every failure is `NotSent` by construction. */
const prepare = (agents: Agents, request: Outgoing) =>
  Effect.try({
    try: () => {
      const url = new URL(request.url)
      const secure = url.protocol === "https:"
      const line = (secure ? https : http).request({
        ...urlToHttpOptions(url),
        agent: agentFor(agents, secure, request.client),
        method: request.method,
        path: targetOf(request.url),
        headers: request.headers
      })
      // An error that nobody listens for would end the process.
      return line.on("error", () => {})
    },
    catch: (error) => new NotSent({ reason: reasonOf(error) })
  })

const agentFor = (agents: Agents, secure: boolean, client: ClientCertificate | undefined) => {
  if (!secure) return agents["http:"]
  if (client === undefined) return agents["https:"]
  const known = agents.certified.get(client.id)
  if (known !== undefined) return known
  const key = Redacted.value(client.key)
  const agent = new https.Agent({ ...kept, rejectUnauthorized: true, cert: client.cert, key })
  agents.certified.set(client.id, agent)
  return agent
}

/** Path and query as written; `URL` would rewrite some of what was signed. */
const targetOf = (url: string) => {
  const [, target = ""] = /^[^:]+:\/\/[^/?#]*([^#]*)/.exec(url) ?? []
  return target.startsWith("/") ? target : `/${target}`
}

/** Succeeds once the line is open, TLS and the peer's name checked; on a kept-alive line at once. */
const connect = (line: http.ClientRequest) =>
  Effect.callback<void, NotSent>((resume) => {
    const open = () => resume(Effect.void)
    const watch = (socket: Socket) => {
      const secure = socket instanceof TLSSocket
      if (secure ? socket.authorized : !socket.connecting) return open()
      socket.once(secure ? "secureConnect" : "connect", open)
    }
    line.once("error", (error) => resume(Effect.fail(new NotSent({ reason: reasonOf(error) }))))
    if (line.socket === null) line.once("socket", watch)
    else watch(line.socket)
  })

/** From here on the request may have been processed, also when a kept-alive line turns out to have been closed. */
const converse = (line: http.ClientRequest, { body, into, maxBytes = MAX_BYTES }: Outgoing) =>
  Effect.callback<Incoming, NotSent | NoAnswer>((resume) => {
    const lose = (reason: string) => resume(Effect.fail(new NoAnswer({ reason })))
    if (line.destroyed) {
      return resume(Effect.fail(new NotSent({ reason: "the connection was lost at once" })))
    }
    line.once("error", (error) => lose(reasonOf(error)))
    const hungUp = () => lose("closed without an answer")
    line.once("close", hungUp)
    line.once("response", (message) => {
      line.off("close", hungUp)
      const chunks: Array<Uint8Array> = []
      const take = (message.statusCode === 200 && into) || ((chunk) => void chunks.push(chunk))
      let size = 0
      message.on("data", (chunk: Uint8Array) => {
        size += chunk.length
        if (size > maxBytes) lose(`an answer of more than ${maxBytes} bytes`)
        else tried(() => take(chunk), lose)
      })
      message.on("error", () => {})
      // Not at "end": only now can the next exchange have the line.
      message.once("close", () => {
        if (message.complete) resume(Effect.succeed(incoming(message, Buffer.concat(chunks))))
        else lose("half an answer")
      })
    })
    line.end(body)
  })

/** What is taken may find no room. */
const tried = (take: () => void, lose: (reason: string) => void) => {
  try {
    take()
  } catch (error) {
    lose(`the answer cannot be kept: ${reasonOf(error)}`)
  }
}

const late = (line: http.ClientRequest) =>
  Effect.fail(
    line.writableEnded
      ? new NoAnswer({ reason: "no whole answer in time" })
      : new NotSent({ reason: "no connection in time" })
  )

const incoming = (message: http.IncomingMessage, body: Uint8Array): Incoming => ({
  status: message.statusCode ?? 0,
  headers: Object.fromEntries(
    Object.entries(message.headers).map(([name, value = ""]) => [
      name,
      typeof value === "string" ? value : value.join("\n")
    ])
  ),
  body
})

/** Codes rather than texts: OpenSSL's carry addresses and source lines, and none of them is stable. */
const reasonOf = (error: unknown): string =>
  error instanceof Error ? ("code" in error ? String(error.code) : error.message) : String(error)
