import { connect, type Socket } from "node:net"
import * as tls from "node:tls"
import { type Duration, Effect, Exit } from "effect"
import { AnswerReader, type ReadAnswer } from "./answer-reader.ts"

/** A request as `Outgoing` of the transport has it. */
interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  readonly timeout: Duration.Input
  readonly maxBytes?: number
}

/** Why there is no answer, and whether anything had been sent. */
export interface Lost {
  readonly sent: boolean
  readonly reason: string
}

/** Open lines by origin. One exchange at a time has a line. */
export interface Lines {
  readonly idle: Map<string, Array<Socket>>
}

export const openLines = (): Lines => ({ idle: new Map() })

export const closeLines = ({ idle }: Lines): void => {
  for (const sockets of idle.values()) for (const socket of sockets) socket.destroy()
  idle.clear()
}

/** An idle line is closed before its server would do it. */
const idleMillis = 15_000
/** How long more is waited for when an answer is longer than it said. */
const surplusMillis = 300

/**
 * One exchange with a server whose answers Node's parser refuses: two lengths, a length beside chunks, a length that counts characters,
 * lines that end in LF, blanks before a colon.
 */
export const exchangeLeniently = (
  lines: Lines,
  request: Asked,
  limits: { readonly connect: Duration.Input; readonly maxBytes: number }
): Effect.Effect<ReadAnswer, Lost> =>
  Effect.acquireUseRelease(
    Effect.suspend(() => {
      const head = headOf(request)
      return head === undefined
        ? lost(false, "a header that cannot be written")
        : Effect.sync(() => ({ head, line: lineTo(lines, new URL(request.url)) }))
    }),
    ({ head, line }) =>
      opened(line.socket).pipe(
        Effect.timeoutOrElse({
          duration: limits.connect,
          orElse: () => lost(false, "no connection in time")
        }),
        Effect.andThen(converse(line.socket, head, request, limits.maxBytes)),
        Effect.timeoutOrElse({
          duration: request.timeout,
          orElse: () => lost(line.socket.bytesWritten > line.before, "no whole answer in time")
        }),
        Effect.map((answer) => {
          if (answer.keep) giveBack(lines, line)
          else line.socket.destroy()
          return answer
        })
      ),
    ({ line }, exit) =>
      Exit.isSuccess(exit) ? Effect.void : Effect.sync(() => line.socket.destroy())
  )

const lost = (sent: boolean, reason: string) => Effect.fail({ sent, reason })

interface Line {
  readonly origin: string
  readonly socket: Socket
  /** What had been written on it for others. */
  readonly before: number
}

const lineTo = ({ idle }: Lines, { hostname, origin, port, protocol }: URL): Line => {
  for (let socket = idle.get(origin)?.pop(); socket; socket = idle.get(origin)?.pop()) {
    socket.removeAllListeners("data").removeAllListeners("timeout").setTimeout(0)
    if (!socket.destroyed && socket.readable && socket.writable)
      return { origin, socket, before: socket.bytesWritten }
  }
  const host = hostname.replace(/^\[|\]$/g, "")
  const secure = protocol === "https:"
  const to = { host, port: Number(port) || (secure ? 443 : 80) }
  const name = /^[\d.]+$|:/.test(host) ? {} : { servername: host }
  // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED cannot switch it off.
  const socket = secure ? tls.connect({ ...to, ...name, rejectUnauthorized: true }) : connect(to)
  return { origin, socket: socket.on("error", () => {}), before: 0 }
}

const giveBack = ({ idle }: Lines, { origin, socket }: Line): void => {
  // Whatever comes now belongs to nothing that was asked.
  socket.once("data", () => socket.destroy())
  socket.setTimeout(idleMillis, () => socket.destroy())
  socket.unref()
  idle.set(origin, [...(idle.get(origin) ?? []), socket])
}

const opened = (socket: Socket) =>
  Effect.callback<void, Lost>((resume) => {
    const secure = socket instanceof tls.TLSSocket
    if (secure ? socket.authorized : !socket.connecting) return resume(Effect.void)
    const failed = (error: Error) => resume(lost(false, reasonOf(error)))
    socket.once("error", failed)
    socket.once(secure ? "secureConnect" : "connect", () => {
      socket.off("error", failed)
      resume(Effect.void)
    })
  })

const converse = (socket: Socket, head: Buffer, { body, maxBytes, method }: Asked, most: number) =>
  Effect.callback<ReadAnswer, Lost>((resume) => {
    const reader = new AnswerReader(method, maxBytes ?? most)
    const listeners = {
      data: (bytes: Uint8Array) => {
        settle(reader.push(bytes))
        if (reader.surplus) socket.setTimeout(surplusMillis, listeners.close)
      },
      close: () => settle(reader.end()),
      error: (error: Error) => settle(reasonOf(error))
    }
    const settle = (heard: ReadAnswer | string | undefined) => {
      if (heard === undefined) return
      socket.off("data", listeners.data).off("end", listeners.close).off("close", listeners.close)
      socket.off("error", listeners.error).setTimeout(0)
      resume(typeof heard === "string" ? lost(true, heard) : Effect.succeed(heard))
    }
    socket.ref()
    socket.on("data", listeners.data).on("end", listeners.close).on("close", listeners.close)
    socket.on("error", listeners.error)
    socket.write(body === undefined ? head : Buffer.concat([head, body]))
  })

/** `undefined`: something in it would end a line before its time. */
const headOf = ({ body, headers, method, url }: Asked): Buffer | undefined => {
  const { host } = new URL(url)
  const [, written = ""] = /^[^:]+:\/\/[^/?#]*([^#]*)/.exec(url) ?? []
  const target = written.startsWith("/") ? written : `/${written}`
  const fields = Object.entries({
    Host: host,
    ...headers,
    ...(body !== undefined && { "Content-Length": String(body.length) }),
    Connection: "keep-alive"
  }).map(([name, value]) => `${name}: ${value}`)
  const lines = [`${method} ${target} HTTP/1.1`, ...fields]
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
  if (lines.some((line) => /[\x00-\x1f]|[^\x00-\xff]/.test(line))) return undefined
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1")
}

const reasonOf = (error: Error): string => ("code" in error ? String(error.code) : error.message)
