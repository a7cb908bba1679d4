import { createHash } from "node:crypto"

/** What happened, line by line. Two runs were the same when their hashes are; keys, signatures and paths never enter. */
export class Trace {
  readonly lines: Array<string> = []
  readonly #now: () => number
  readonly #hash = createHash("sha256")

  constructor(now: () => number) {
    this.#now = now
  }

  add(text: string): void {
    const line = `${this.#now()} ${text}`
    this.lines.push(line)
    this.#hash.update(`${line}\n`)
  }

  /** Of all so far. */
  get hash(): string {
    return this.#hash.copy().digest("hex").slice(0, 16)
  }
}

/** Stands for bytes in a line of the trace. */
export const mark = (bytes: Uint8Array | string): string =>
  createHash("sha256").update(bytes).digest("hex").slice(0, 10)
