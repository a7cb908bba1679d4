import { createServer, type Server, type Socket } from "node:net"
import tls from "node:tls"
import { SubjectAlternativeNameExtension, X509CertificateGenerator } from "@peculiar/x509"
import { Effect } from "effect"

/** What a server does about a request, once the whole of it has come. */
type Script = (socket: Socket, request: string) => void

export const BODY = "one sale"

const listen = (server: Server) =>
  Effect.acquireRelease(
    Effect.callback<number>((resume) => {
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(Effect.succeed(typeof address === "object" && address !== null ? address.port : 0))
      })
    }),
    () => Effect.sync(() => server.close())
  )

const conversing = (script: Script) => (socket: Socket) => {
  let received = ""
  socket.on("error", () => {})
  socket.on("data", (bytes) => {
    received += bytes.toString("latin1")
    if (!received.endsWith(BODY)) return
    const request = received
    received = ""
    script(socket, request)
  })
}

/** A server on a real socket. */
export const serve = (script: Script) => listen(createServer(conversing(script)))

/** One that takes any bytes for a request. */
export const serveBytes = (script: (socket: Socket) => void) =>
  listen(
    createServer((socket) => {
      socket.on("error", () => {})
      socket.once("data", () => script(socket))
    })
  )

/** A certificate for `localhost` that vouches for itself. */
export const certificate = Effect.promise(async () => {
  const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" }
  const keys = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"])
  const made = await X509CertificateGenerator.createSelfSigned({
    name: "CN=localhost",
    keys,
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: "dns", value: "localhost" }])]
  })
  const key = Buffer.from(await crypto.subtle.exportKey("pkcs8", keys.privateKey))
  const pem = `-----BEGIN PRIVATE KEY-----\n${key.toString("base64")}\n-----END PRIVATE KEY-----\n`
  return { cert: made.toString("pem"), key: pem }
})

export const serveTls = (
  identity: tls.TlsOptions & { readonly cert: string; readonly key: string },
  script: Script
) => listen(tls.createServer(identity, conversing(script)))
