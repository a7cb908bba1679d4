import { type Body, bodyOf } from "../../transport/http-body.ts"
import {
  extentOf,
  type Head,
  parseHeaders,
  parseRequestLine,
  type RequestLine,
  words
} from "../../transport/http-head.ts"
import { Intake } from "../../transport/intake.ts"
import type { Cut, Cutter, Problem, Stop } from "./cutter.ts"

export interface HttpRequest extends Head {
  readonly is: "request"
  readonly body: Uint8Array
  /** The socket may be used for another request: the caller wishes it, and nobody doubts where this one ends. */
  readonly keep: boolean
}

/** Less than a request. The line is there if that much could be read. */
export interface BrokenRequest extends Cut {
  readonly is: "broken"
  readonly problem: Problem
  readonly line: RequestLine | undefined
}

/** The caller holds its body back until it hears that it may come. */
export interface Hesitation {
  readonly is: "hesitation"
}

export type HttpMessage = (HttpRequest | BrokenRequest | Hesitation) & Cut

const bounds = { head: 16 * 1024, headers: 100 }
const LF = 0x0a
const CR = 0x0d

/** Cuts HTTP/1.x requests as old clients write them, down to those Node's own parser refuses. */
export class HttpCutter implements Cutter<HttpMessage> {
  readonly #limit: number
  readonly #intake = new Intake()
  #line: RequestLine | undefined
  /** How much of the head has been looked at, and how many lines that was. */
  #looked = 0
  #lines = 0
  #current: { readonly head: Head; readonly doubtful: boolean; readonly body: Body } | undefined
  #hesitates = false
  #broken = false

  /** `limit` is the largest body in bytes. */
  constructor(limit: number) {
    this.#limit = limit
  }

  get waiting(): number {
    return this.#intake.length
  }

  get begun(): boolean {
    return this.#line !== undefined || this.#intake.length > 0
  }

  get open(): boolean {
    return this.#current?.body.open === true
  }

  push(bytes: Uint8Array): void {
    this.#intake.push(bytes)
  }

  next(): HttpMessage | undefined {
    if (this.#broken) return undefined
    const refused = this.#current === undefined ? this.#readHead() : undefined
    if (refused !== undefined) return this.#break(refused)
    const body = this.#current?.body.read(this.#intake)
    if (body === undefined) return this.#hesitation()
    return typeof body === "string" ? this.#break(body) : this.#whole(body)
  }

  stop(why: Stop): HttpMessage | undefined {
    if (this.#broken || !this.begun) return undefined
    if (this.open && why !== "slow") return this.#whole(this.#intake.take())
    return this.#break(why === "slow" ? "too slow" : "half a message")
  }

  #readHead(): Problem | undefined {
    const bytes = this.#headBytes()
    if (bytes === undefined || typeof bytes === "string") return bytes
    const headers = parseHeaders(bytes.toString("latin1", bytes.indexOf(LF) + 1))
    if (this.#line === undefined || headers === undefined) return "malformed"
    const head = { ...this.#line, headers }
    const extent = extentOf(head)
    if (extent === undefined) return "malformed"
    const body = bodyOf(extent.reaches, this.#limit)
    this.#current = { head, doubtful: extent.doubtful, body }
    this.#hesitates = head.version === "1.1" && words(head, "expect").includes("100-continue")
    return undefined
  }

  /** A head up to its blank line. A blank line before it is what some clients write after a body. */
  #headBytes(): Buffer | Problem | undefined {
    for (;;) {
      const end = this.#intake.indexOf(LF, this.#looked)
      if ((end === -1 ? this.#intake.length : end) >= bounds.head) return "too large"
      if (end === -1) return undefined
      const line = this.#intake.peek(end).subarray(this.#looked)
      const blank = line.length === 0 || (line.length === 1 && line[0] === CR)
      if (blank) {
        const bytes = this.#intake.take(end + 1)
        this.#looked = this.#lines = 0
        if (this.#line !== undefined) return bytes
      } else {
        this.#line ??= parseRequestLine(line.toString("latin1"))
        this.#looked = end + 1
        this.#lines += 1
        if (this.#line === undefined) return "malformed"
        if (this.#lines > bounds.headers + 1) return "too large"
      }
    }
  }

  #hesitation(): Hesitation | undefined {
    if (!this.#hesitates) return undefined
    this.#hesitates = false
    return { is: "hesitation" }
  }

  #whole(body: Uint8Array): HttpRequest | undefined {
    if (this.#current === undefined) return undefined
    const {
      head,
      doubtful,
      body: { open }
    } = this.#current
    this.#current = this.#line = undefined
    this.#hesitates = false
    const wishes = words(head, "connection")
    const wished =
      head.version === "1.1" ? !wishes.includes("close") : wishes.includes("keep-alive")
    return { ...head, is: "request", body, keep: wished && !doubtful && !open }
  }

  #break(problem: Problem): BrokenRequest {
    this.#broken = true
    return { is: "broken", problem, line: this.#line }
  }
}
