import { createServer } from "node:http"
import { type AddressInfo, connect } from "node:net"
import { Effect, type Scope } from "effect"

/** The old web shop's program: what a page of its did, in GBK and over a plain socket. */
const exchange = (door: number, secret: string, ticket: string) =>
  new Promise<URLSearchParamsInGbk>((resolve, reject) => {
    const body = `system=shop&secret=${secret}&ticket=${encodeURIComponent(ticket)}`
    const socket = connect(door, "127.0.0.1", () =>
      // No Host, HTTP/1.0, a type without a charset: a component of 2003.
      socket.write(
        `POST /login/ticket HTTP/1.0\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`
      )
    )
    const chunks: Array<Uint8Array> = []
    socket.on("data", (bytes: Uint8Array) => chunks.push(bytes))
    socket.on("error", reject)
    socket.on("end", () => resolve(fieldsOf(Buffer.concat(chunks).toString("latin1"))))
  })

type URLSearchParamsInGbk = ReadonlyMap<string, string>

/** Written anew here: a shop has no library of ours. */
const fieldsOf = (answer: string): URLSearchParamsInGbk => {
  const text = (escaped: string) => {
    const bytes: Array<number> = []
    for (let at = 0; at < escaped.length; at++) {
      const isEscape = escaped[at] === "%"
      bytes.push(
        isEscape ? Number.parseInt(escaped.slice(at + 1, at + 3), 16) : escaped.charCodeAt(at)
      )
      if (isEscape) at += 2
    }
    return new TextDecoder("gbk").decode(Uint8Array.from(bytes))
  }
  const [, body = ""] = answer.split("\r\n\r\n")
  return new Map(
    body.split("&").map((pair) => {
      const [name = "", value = ""] = pair.split("=")
      return [name, text(value)] as const
    })
  )
}

/** An old web shop on a port of its own: `/back.asp?ticket=…` says who has come. `door`: the legacy door's port. */
export const openShop = (
  door: () => number,
  secret: string
): Effect.Effect<{ readonly url: string }, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((request, response) => {
        const ticket = new URL(request.url ?? "/", "http://shop").searchParams.get("ticket") ?? ""
        exchange(door(), secret, ticket).then(
          (fields) => {
            response.setHeader("content-type", "text/plain; charset=utf-8")
            response.end([...fields].map((pair) => pair.join(": ")).join("\n"))
          },
          (error: Error) => response.end(error.message)
        )
      })
      server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
    }),
    (server) =>
      Effect.sync(() => server.closeAllConnections()).pipe(
        Effect.andThen(Effect.sync(() => server.close()))
      )
  ).pipe(
    Effect.map((server) => ({
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/back.asp`
    }))
  )
