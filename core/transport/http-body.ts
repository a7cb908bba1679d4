import type { Extent } from "./http-head.ts"
import { Intake } from "./intake.ts"

/** Cuts one body out of what comes. */
export interface Body {
  /** The whole body, why there will be none, or nothing as long as more is needed. */
  read(intake: Intake): Buffer | "too large" | "malformed" | undefined
  /** Nothing in the message says where it ends. */
  readonly open: boolean
}

export const bodyOf = (reaches: Extent["reaches"], limit: number): Body => {
  if (reaches === "open") return untilTheEnd(limit)
  if (reaches === "chunks") return new Chunks(limit)
  return counted(reaches, limit)
}

const counted = (count: number, limit: number): Body => ({
  open: false,
  read: (intake) => {
    if (count > limit) return "too large"
    return intake.length < count ? undefined : intake.take(count)
  }
})

const untilTheEnd = (limit: number): Body => ({
  open: true,
  read: (intake) => (intake.length > limit ? "too large" : undefined)
})

const bounds = { line: 1024, trailers: 100 }

class Chunks implements Body {
  readonly open = false
  readonly #limit: number
  readonly #body = new Intake()
  /** Bytes missing in the current chunk. */
  #missing = 0
  /** Lines since the last chunk, which is the empty one. */
  #trailers: number | undefined

  constructor(limit: number) {
    this.#limit = limit
  }

  read(intake: Intake): Buffer | "too large" | "malformed" | undefined {
    for (;;) {
      if (this.#missing > 0) {
        const part = intake.take(this.#missing)
        if (part.length === 0) return undefined
        this.#body.push(part)
        this.#missing -= part.length
        continue
      }
      const line = intake.line()
      if (line === undefined) return intake.length > bounds.line ? "malformed" : undefined
      const outcome = this.#trailers === undefined ? this.#size(line) : this.#trailer(line)
      if (outcome !== undefined) return outcome
    }
  }

  #size(line: Buffer): "too large" | "malformed" | undefined {
    // A chunk ends in a line break of its own: the blank line before a size.
    if (line.length === 0) return undefined
    const size = /^([0-9a-f]+)[ \t]*(?:;|$)/i.exec(line.toString("latin1"))?.[1]
    if (size === undefined || line.length > bounds.line) return "malformed"
    this.#missing = Number.parseInt(size, 16)
    if (this.#missing === 0) this.#trailers = 0
    return this.#body.length + this.#missing > this.#limit ? "too large" : undefined
  }

  #trailer(line: Buffer): Buffer | "malformed" | undefined {
    if (line.length === 0) return this.#body.take()
    this.#trailers = (this.#trailers ?? 0) + 1
    return this.#trailers > bounds.trailers ? "malformed" : undefined
  }
}
