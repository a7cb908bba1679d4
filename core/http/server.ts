import {
  type IncomingMessage,
  type OutgoingHttpHeader,
  type OutgoingHttpHeaders,
  type Server,
  ServerResponse
} from "node:http"
import { Server as NetServer, type Socket } from "node:net"
import { createAdaptorServer } from "@hono/node-server"
import type { App } from "./app.ts"

/** Node's server with the patience of a door, and an end that loses nothing. */
export interface HttpServer {
  readonly node: Server
  /** From now on every answer says that it is the last on its connection. */
  leave(): void
  /** Takes no new connection; calls back when the last is gone. */
  stop(gone: () => void): void
  /** Closes connections on which nothing happens. */
  sweep(): void
  cut(): void
  connections(): number
}

/** `headTime`: how long the head of a request may take, in milliseconds. */
export const makeServer = (app: Pick<App, "fetch">, headTime: number): HttpServer => {
  const sockets = new Set<Socket>()
  let leaving = false

  class Answer<Request extends IncomingMessage> extends ServerResponse<Request> {
    override writeHead(status: number, reason?: string | Head, head?: Head): this {
      if (leaving) this.shouldKeepAlive = false
      return typeof reason === "string"
        ? super.writeHead(status, reason, head)
        : super.writeHead(status, reason)
    }
  }

  const node = createAdaptorServer({
    fetch: app.fetch,
    // For those who send no Host: probes that speak HTTP/1.0.
    hostname: "localhost",
    serverOptions: {
      headersTimeout: headTime,
      requestTimeout: 60_000,
      connectionsCheckingInterval: headTime / 5,
      // Longer than load balancers keep theirs (60 s): whoever closes an idle connection may cut a request that is on its way.
      keepAliveTimeout: 65_000,
      ServerResponse: Answer
    }
  }) as Server
  node.maxConnections = mostConnections
  node.on("connection", (socket) => {
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
    connections: () => sockets.size
  }
}

type Head = OutgoingHttpHeaders | Array<OutgoingHttpHeader>

const mostConnections = 10_000
