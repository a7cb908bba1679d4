import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  type Server,
  ServerResponse
} from "node:http"
import { Server as NetServer, type Socket } from "node:net"
import { getRequestListener, RequestError } from "@hono/node-server"
import type { App } from "./app.ts"
import { type Problem, problemJson, problems, problemType } from "./problem.ts"

/** Node's server, with an end that loses nothing. */
export interface HttpServer {
  readonly node: Server
  /** From now on every answer says that it is the last on its connection. */
  leave(): void
  /** Takes no new connection; calls back when the last is gone. */
  stop(gone: () => void): void
  /** Closes connections on which nothing happens. */
  sweep(): void
  cut(): void
  /** Now open. */
  connections(): number
  /** Let in so far. */
  accepted(): number
}

/** `headTime`: how long the head of a request may take, in milliseconds. */
export const makeServer = (app: Pick<App, "fetch">, headTime: number): HttpServer => {
  const sockets = new Set<Socket>()
  let accepted = 0
  let leaving = false

  class Answer<Request extends IncomingMessage> extends ServerResponse<Request> {
    override writeHead(status: number, reason?: string | Head, head?: Head): this {
      if (leaving) this.shouldKeepAlive = false
      return typeof reason === "string"
        ? super.writeHead(status, reason, head)
        : super.writeHead(status, reason)
    }
  }

  const node = createServer(
    {
      ServerResponse: Answer,
      headersTimeout: headTime,
      requestTimeout: 60_000,
      connectionsCheckingInterval: headTime / 5,
      // Longer than load balancers keep theirs (60 s): whoever closes an idle connection may cut a request that is on its way.
      keepAliveTimeout: 65_000,
      // Of two Hosts or two Content-Types none is believed.
      joinDuplicateHeaders: true
    },
    getRequestListener(
      (request, { incoming, outgoing }) =>
        isFaulty(incoming) ? badRequest() : app.fetch(request, { incoming, outgoing }),
      {
        // For probes that speak HTTP/1.0 and send no Host.
        hostname: "localhost",
        errorHandler: (error) => (error instanceof RequestError ? badRequest() : internalError())
      }
    )
  )
  node.maxConnections = mostConnections
  node.on("connection", (socket) => {
    accepted++
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })

  return {
    node,
    leave: () => {
      leaving = true
    },
    // Not `http.Server.close`: it also destroys connections on which the end of a large answer is still being sent.
    stop: (gone) => void NetServer.prototype.close.call(node, gone),
    sweep: () => {
      for (const socket of sockets) if (socket.writableLength > 0) return
      node.closeIdleConnections()
    },
    cut: () => node.closeAllConnections(),
    connections: () => sockets.size,
    accepted: () => accepted
  }
}

type Head = OutgoingHttpHeaders | Array<OutgoingHttpHeader>

const mostConnections = 10_000

/** What Node's parser lets pass and the next one may read otherwise: HTTP/0.9, and framings by more than chunks. */
const isFaulty = ({ httpVersion, headers }: Pick<IncomingMessage, "httpVersion" | "headers">) => {
  const coding = headers["transfer-encoding"]
  if (httpVersion === "1.1") return coding !== undefined && coding.toLowerCase() !== "chunked"
  return httpVersion !== "1.0" || coding !== undefined
}

/** The rest of such a connection may be anything. */
const lastWords = (problem: Problem) => () =>
  new Response(problemJson(problem), {
    status: problem.status,
    headers: { "content-type": problemType, connection: "close" }
  })
const badRequest = lastWords(problems.badRequest)
const internalError = lastWords(problems.internalError)
