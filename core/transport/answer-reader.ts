import { type Body, bodyOf } from "./http-body.ts"
import { type Extent, parseHeaders, saidExtent, words } from "./http-head.ts"
import { Intake } from "./intake.ts"

/** An answer as an old server wrote it. */
export interface ReadAnswer {
  readonly status: number
  /** Names in lower case, texts in latin1: a reason or value in GBK is kept as it came. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array
  /** Fewer bytes than its length promised. */
  readonly cut: boolean
  /** Nobody doubts where it ended, so its line may be used again. */
  readonly keep: boolean
}

interface Head {
  readonly status: number
  readonly version: "1.0" | "1.1"
  readonly headers: ReadonlyMap<string, string>
}

const mostHead = 16 * 1024

/** Cuts one answer out of what an old server sends, down to what Node's own parser refuses. It knows no sockets and no time. */
export class AnswerReader {
  readonly #intake = new Intake()
  readonly #limit: number
  readonly #bodiless: boolean
  #head: Head | undefined
  #extent: Extent | undefined
  #body: Body | undefined
  #read: Buffer | undefined

  constructor(method: string, limit: number) {
    this.#limit = limit
    this.#bodiless = method === "HEAD"
  }

  /** The answer, why there will be none, or nothing as long as more is needed. */
  push(bytes: Uint8Array): ReadAnswer | string | undefined {
    this.#intake.push(bytes)
    if (this.#read === undefined) {
      const failed = this.#go()
      if (failed !== undefined) return failed
    }
    // More than its length said: the server counts characters. What follows is the rest of it, as nothing else was asked.
    if (this.#read === undefined || this.surplus) {
      const size = this.#intake.length + (this.#read?.length ?? 0)
      return size > this.#limit + mostHead ? tooLarge(this.#limit) : undefined
    }
    return this.#whole(this.#read, { cut: false })
  }

  /** Whether bytes came behind the end that the length said; the answer ends when no more come. */
  get surplus(): boolean {
    return typeof this.#extent?.reaches === "number" && /[^\r\n]/.test(this.#behind)
  }

  get #behind(): string {
    return this.#read === undefined ? "" : this.#intake.peek().toString("latin1")
  }

  /** What is there when no more comes, or why it is no answer. */
  end(): ReadAnswer | string {
    if (this.#head === undefined) return "closed without an answer"
    const rest = this.#intake.take()
    if (this.#read !== undefined)
      return this.#whole(Buffer.concat([this.#read, rest]), { cut: false })
    if (this.#body?.open === true) return this.#whole(rest, { cut: false })
    return typeof this.#extent?.reaches === "number"
      ? this.#whole(rest, { cut: true })
      : "half an answer"
  }

  #go(): string | undefined {
    while (this.#head === undefined) {
      const bytes = headBytes(this.#intake)
      if (bytes === undefined)
        return this.#intake.length > mostHead ? "a head of more than 16 KiB" : undefined
      const head = parse(bytes)
      if (head === undefined) return "not HTTP"
      // 100 Continue and its kin come before the answer.
      if (head.status >= 100 && head.status < 200) continue
      this.#head = head
      const none = this.#bodiless || head.status === 204 || head.status === 304
      this.#extent = none ? { reaches: 0, doubtful: false } : extentOf(head)
      if (this.#extent === undefined) return "a body whose end nobody can tell"
      this.#body = bodyOf(this.#extent.reaches, this.#limit)
    }
    const read = this.#body?.read(this.#intake)
    if (read === "too large") return tooLarge(this.#limit)
    if (read === "malformed") return "a malformed body"
    this.#read = read
    return undefined
  }

  #whole(body: Uint8Array, { cut }: { readonly cut: boolean }): ReadAnswer | string {
    const head = this.#head as Head
    if (body.length > this.#limit) return tooLarge(this.#limit)
    const wishes = words(head, "connection")
    const wished =
      head.version === "1.1" ? !wishes.includes("close") : wishes.includes("keep-alive")
    const sure = this.#extent?.doubtful === false && this.#body?.open === false
    return {
      status: head.status,
      headers: head.headers,
      body,
      cut,
      keep: wished && sure && !cut && body.length === (this.#read?.length ?? -1)
    }
  }
}

const tooLarge = (limit: number) => `an answer of more than ${limit} bytes`

const extentOf = (head: Head): Extent | undefined => {
  const said = saidExtent(head)
  return said === "nothing" ? { reaches: "open", doubtful: false } : said
}

/** Up to the blank line; lines end in LF or CR LF. */
const headBytes = (intake: Intake): Buffer | undefined => {
  const bytes = intake.peek(mostHead)
  const ends = [bytes.indexOf("\n\n"), bytes.indexOf("\n\r\n")]
  const [lf = -1, crlf = -1] = ends
  if (lf === -1 && crlf === -1) return undefined
  return crlf === -1 || (lf !== -1 && lf < crlf) ? intake.take(lf + 2) : intake.take(crlf + 3)
}

const parse = (bytes: Buffer): Head | undefined => {
  const text = bytes.toString("latin1").replace(/^[\r\n]+/, "")
  const [line = ""] = text.split("\n", 1)
  const found = /^HTTP\/1\.(\d)\s+(\d{3})(?:\s|$)/.exec(line)
  const headers = parseHeaders(text.slice(line.length + 1))
  if (found === null || headers === undefined) return undefined
  return { status: Number(found[2]), version: found[1] === "0" ? "1.0" : "1.1", headers }
}
