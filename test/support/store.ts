import { execFile } from "node:child_process"
import { connect } from "node:net"
import { Effect, Redacted, Schema } from "effect"
import type { Dialect } from "#core"
import { bankMis } from "../../plugins/pos/dialects/bank-mis.ts"
import { houseXml } from "../../plugins/pos/dialects/house-xml.ts"
import type { Installation } from "./installation.ts"

export type Texts = Readonly<Record<string, string>>

/** What a store's tills sign with when nothing else is configured. */
export const secret = "pos-dummy-key"

const spoken = (dialect: Dialect) => ({
  write: (texts: Texts) => Effect.orDie(Schema.encodeEffect(dialect.request)(texts)),
  read: (bytes: Uint8Array) => Effect.orDie(Schema.decodeEffect(dialect.reply)(bytes))
})

export const house = spoken(houseXml(() => Redacted.make(secret)))
export const mis = spoken(bankMis)

/** What a till says of a sale; `TicketNo` tells it from the others of its day. */
export const about = (TicketNo: string): Texts => ({
  StoreNo: "GZ0013",
  PosNo: "02",
  CashierNo: "0917",
  TicketNo,
  TranTime: "20261124120000"
})

export const sale = (TicketNo: string, AuthCode: string, TotalFee = "128.50"): Texts => ({
  TranCode: "MICROPAY",
  ...about(TicketNo),
  TotalFee,
  AuthCode,
  Body: "天河城店-日用百货"
})

/** What a terminal says through its bank's library. */
export const slip = (type: string, fields: Texts = {}): Texts => {
  const blank = { amount: "", oldDate: "", rrn: "", trace: "", code: "" }
  return { pos: "02", cashier: "0917", check: "471", ...blank, type, ...fields }
}

/** The connection broke, or was refused, before all was heard. */
export class Unheard extends Schema.TaggedError<Unheard>()("Unheard", { reason: Schema.String }) {}

const curlOptions = ["-sS", "--noproxy", "*", "--max-time", "60"]

/** What curl prints; a body is posted. */
export const curl = (
  { body }: { readonly body?: Uint8Array },
  ...args: ReadonlyArray<string>
): Effect.Effect<Uint8Array<ArrayBuffer>, Unheard> =>
  Effect.callback((resume) => {
    const options = { encoding: "buffer", maxBuffer: 1 << 26 } as const
    const posting = body === undefined ? [] : ["--data-binary", "@-"]
    const all = [...curlOptions, ...posting, ...args]
    const child = execFile("curl", all, options, (error, stdout) =>
      resume(
        error === null
          ? Effect.succeed(new Uint8Array(stdout))
          : Effect.fail(new Unheard({ reason: error.message }))
      )
    )
    child.stdin?.on("error", () => {}).end(body)
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** How a raw socket is used: what is sent, and when enough has come back. */
interface Talk {
  readonly port: number
  readonly bytes: Uint8Array | string
  /** Says that no more will come, as clients of old C libraries do. */
  readonly end?: boolean
  /** Enough has been heard; else the other end says when it is over. */
  readonly until?: (heard: Buffer) => boolean
}

/** Speaks on a socket of its own and listens. */
export const talk = ({ bytes, end = false, port, until }: Talk) =>
  Effect.callback<Buffer, Unheard>((resume) => {
    const chunks: Array<Buffer> = []
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true })
    const over = () => {
      const heard = Buffer.concat(chunks)
      resume(
        until?.(heard) === false || heard.length === 0
          ? Effect.fail(new Unheard({ reason: `over after ${heard.length} bytes` }))
          : Effect.succeed(heard)
      )
      socket.destroy()
    }
    socket.once("connect", () => (end ? socket.end(bytes) : socket.write(bytes)))
    socket.on("data", (chunk) => {
      chunks.push(chunk)
      if (until?.(Buffer.concat(chunks)) === true) over()
    })
    socket.once("end", over)
    socket.once("error", ({ message }) => resume(Effect.fail(new Unheard({ reason: message }))))
    return Effect.sync(() => socket.destroy())
  })

/** A POST as a small old client writes it: HTTP/1.0, without a Host. */
export const post = ({ ports }: Installation, path: string, body: Uint8Array) =>
  Effect.map(
    talk({ port: ports.legacy, bytes: request(path, body) }),
    (heard) => new Uint8Array(heard.subarray(heard.indexOf("\r\n\r\n") + 4))
  )

const request = (path: string, body: Uint8Array) =>
  Buffer.concat([
    Buffer.from(`POST ${path} HTTP/1.0\r\nContent-Length: ${body.length}\r\n\r\n`),
    body
  ])

/** One message of a terminal, one connection; the library reads 148 bytes. */
export const ask = ({ ports }: Installation, message: Uint8Array) =>
  talk({ port: ports.mis, bytes: message, until: (heard) => heard.length >= 148 })

export const says = Effect.fnUntraced(function* (at: Installation, texts: Texts) {
  return yield* house.read(yield* post(at, "/pos/xml", yield* house.write(texts)))
})

export const slips = Effect.fnUntraced(function* (at: Installation, texts: Texts) {
  return yield* mis.read(yield* ask(at, yield* mis.write(texts)))
})
