import type { Socket } from "node:net"
import tls from "node:tls"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted, type Scope } from "effect"
import { type Outgoing, Transport } from "../../core/transport.ts"
import { BODY, certificate, serveTls } from "./transport-server.ts"

const ok = (body: string) => `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`

const post = (port: number, more: Partial<Outgoing> = {}): Outgoing => ({
  method: "POST",
  url: `http://127.0.0.1:${port}/pay`,
  headers: { "content-type": "text/plain" },
  body: Buffer.from(BODY),
  timeout: "10 seconds",
  ...more
})

const exchange = (request: Outgoing) => Transport.use((transport) => transport.exchange(request))

const test = (rule: string, body: () => Effect.Effect<void, unknown, Transport | Scope.Scope>) =>
  it.effect(rule, () => Effect.suspend(body).pipe(Effect.provide(Transport.layer)))

describe("over TLS", () => {
  test("a line is opened once, the peer checked, and used again", () =>
    Effect.gen(function* () {
      const identity = yield* certificate
      tls.setDefaultCACertificates([...tls.getCACertificates("bundled"), identity.cert])
      const lines = new Set<Socket>()
      const port = yield* serveTls(identity, (socket) => {
        lines.add(socket)
        socket.write(ok("fine"))
      })

      const url = `https://localhost:${port}/pay`
      yield* exchange(post(port, { url }))
      yield* exchange(post(port, { url }))
      const wrongName = yield* Effect.flip(
        exchange(post(port, { url: `https://127.0.0.1:${port}/pay` }))
      )

      assert.strictEqual(lines.size, 1)
      assert.strictEqual(wrongName._tag, "NotSent")
      assert.strictEqual(wrongName.reason, "ERR_TLS_CERT_ALTNAME_INVALID")
    }))

  test("each certificate of ours is shown on lines of its own, and none where none was meant", () =>
    Effect.gen(function* () {
      const [identity, one, two] = [yield* certificate, yield* certificate, yield* certificate]
      tls.setDefaultCACertificates([...tls.getCACertificates("bundled"), identity.cert])
      const shown: Array<string> = []
      const asking = { ...identity, requestCert: true, rejectUnauthorized: false }
      const port = yield* serveTls(asking, (socket) => {
        if (!(socket instanceof tls.TLSSocket)) return
        shown.push(socket.getPeerX509Certificate()?.toString() ?? "none")
        socket.write(ok("fine"))
      })
      const url = `https://localhost:${port}/pay`
      const [first, second] = [one, two].map(({ cert, key }, index) => ({
        id: String(index),
        cert,
        key: Redacted.make(key)
      }))
      if (first === undefined || second === undefined) return assert.fail("two were made")
      for (const client of [first, undefined, second, first, undefined])
        yield* exchange(post(port, { url, ...(client && { client }) }))
      const names = new Map([
        [one.cert.trim(), "first"],
        [two.cert.trim(), "second"]
      ])
      assert.deepStrictEqual(
        shown.map((cert) => names.get(cert.trim()) ?? cert),
        ["first", "none", "second", "first", "none"]
      )
    }))
})
