import { STATUS_CODES } from "node:http"
import type { AddressInfo } from "node:net"
import { Effect, type Scope } from "effect"
import type { RequestLine } from "../transport/http-head.ts"
import type { Answerer, Framed, Reply } from "./message.ts"
import { defaults } from "./wire/callers.ts"
import { Conversation, type Protocol, type Turn } from "./wire/conversation.ts"
import type { Problem } from "./wire/cutter.ts"
import { HttpCutter, type HttpMessage, type HttpRequest } from "./wire/http.ts"
import { type ListenFailed, type Listening, listenSockets } from "./wire/sockets.ts"

/** What the legacy door serves under one path; a slash at its end does not matter, its case does. */
export interface FrontRoute {
  readonly method: "GET" | "POST" | "PUT"
  readonly path: `/${string}`
  readonly answer: Answerer
}

type Routes = ReadonlyMap<string, ReadonlyMap<string, Answerer>>

/**
 * The legacy door: HTTP as old systems write it, on a port of its own and never in front of the internet. Each request is
 * routed for itself, and whatever has a route is answered in its dialect, with status 200: old systems look at the body.
 */
export const Front = {
  listen: (
    options: Listening & { readonly routes: ReadonlyArray<FrontRoute> }
  ): Effect.Effect<AddressInfo, ListenFailed, Scope.Scope> => {
    const routes = tableOf(options.routes)
    const limit = options.limits?.bytes ?? defaults.bytes
    const protocol: Protocol<HttpMessage> = {
      cutter: () => new HttpCutter(limit),
      answer: (message, peer) => answer(routes, message, peer)
    }
    return listenSockets(options, (caller) => new Conversation(caller, protocol))
  }
}

const tableOf = (routes: ReadonlyArray<FrontRoute>): Routes => {
  const table = new Map<string, Map<string, Answerer>>()
  for (const { method, path, answer } of routes) {
    const methods = table.get(pathOf(path)) ?? new Map<string, Answerer>()
    table.set(pathOf(path), methods.set(method, answer))
  }
  return table
}

const goOn: Turn = { bytes: Buffer.from("HTTP/1.1 100 Continue\r\n\r\n"), keep: true }
const statuses: Record<Problem, number> = {
  malformed: 400,
  "half a message": 400,
  "too slow": 408,
  "too large": 413
}

const answer = (routes: Routes, message: HttpMessage, peer: string): Effect.Effect<Turn> => {
  if (message.is === "hesitation") return Effect.succeed(goOn)
  const line = message.is === "broken" ? message.line : message
  const methods = line && routes.get(pathOf(line.target))
  const answerer = line && methods?.get(line.method)
  if (message.is === "broken") {
    const { problem } = message
    if (line === undefined || answerer === undefined) return refuse(line, statuses[problem], false)
    return Effect.map(answerer({ carrier: "http", peer, problem }), (reply) =>
      say(line, reply, false)
    )
  }
  if (answerer !== undefined) {
    return Effect.map(answerer(framed(message, peer)), (reply) => say(message, reply, message.keep))
  }
  if (methods === undefined) return refuse(message, 404, message.keep)
  return refuse(message, 405, message.keep, `Allow: ${[...methods.keys()].join(", ")}\r\n`)
}

/** A request as its message: the body, or what a GET asks for. */
const framed = (request: HttpRequest, peer: string): Framed => {
  if (request.method === "GET") {
    const bytes = Buffer.from(/\?([^#]*)/.exec(request.target)?.[1] ?? "", "latin1")
    return { carrier: "http", peer, bytes, contentType: "application/x-www-form-urlencoded" }
  }
  const contentType = request.headers.get("content-type")
  return { carrier: "http", peer, bytes: request.body, ...(contentType && { contentType }) }
}

const pathOf = (target: string): string => {
  const [path = ""] = target.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, "").split(/[?#]/, 1)
  return path.endsWith("/") ? path.slice(0, -1) : path
}

const say = (to: RequestLine, reply: Reply, keep: boolean): Turn => {
  const type = reply.contentType === undefined ? "" : `Content-Type: ${reply.contentType}\r\n`
  return { bytes: response(to, 200, type, reply.bytes, keep), keep, delivered: reply.delivered }
}

/** Where no dialect has a say. */
const refuse = (
  to: RequestLine | undefined,
  status: number,
  keep: boolean,
  header = ""
): Effect.Effect<Turn> => {
  const body = Buffer.from(`${STATUS_CODES[status]}\n`)
  const headers = `Content-Type: text/plain\r\n${header}`
  return Effect.succeed({ bytes: response(to, status, headers, body, keep), keep })
}

const response = (
  to: RequestLine | undefined,
  status: number,
  headers: string,
  body: Uint8Array,
  keep: boolean
): Buffer => {
  const head =
    `HTTP/${to?.version ?? "1.1"} ${status} ${STATUS_CODES[status]}\r\n${headers}` +
    `Content-Length: ${body.length}\r\nConnection: ${keep ? "keep-alive" : "close"}\r\n\r\n`
  return Buffer.concat([Buffer.from(head, "latin1"), to?.method === "HEAD" ? nothing : body])
}

const nothing = Buffer.alloc(0)
