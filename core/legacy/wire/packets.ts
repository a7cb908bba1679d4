import { Intake } from "../../transport/intake.ts"
import type { Cut, Cutter, Problem, Stop } from "./cutter.ts"

/**
 * Where a message of a raw TCP peer ends: after so many bytes (`shortest`: a peer that then says no more has said enough), as a
 * number before it says (two bytes, the high one first, or four digits), or when the peer has no more to say.
 */
export type Framing =
  | { readonly kind: "fixed"; readonly bytes: number; readonly shortest?: number }
  | { readonly kind: "length-2" }
  | { readonly kind: "digits-4" }
  | { readonly kind: "close" }

export interface Packet extends Cut {
  readonly bytes: Uint8Array
  /** No other can follow on this socket. */
  readonly last: boolean
}

/** Cuts the packets of a framing; an empty one between two is a sign of life and nothing else. */
export class PacketCutter implements Cutter<Packet> {
  readonly #framing: Framing
  readonly #limit: number
  readonly #intake = new Intake()
  #broken = false

  constructor(framing: Framing, limit: number) {
    this.#framing = framing
    this.#limit = limit
  }

  get waiting(): number {
    return this.#intake.length
  }

  get begun(): boolean {
    return this.#intake.length > 0
  }

  get open(): boolean {
    const { kind } = this.#framing
    return kind === "fixed" && this.#intake.length >= (this.#framing.shortest ?? Infinity)
  }

  push(bytes: Uint8Array): void {
    this.#intake.push(bytes)
  }

  next(): Packet | undefined {
    for (;;) {
      if (this.#broken) return undefined
      const prefix = prefixes[this.#framing.kind]
      const length = lengthOf(this.#framing, this.#intake)
      if (length === "malformed") return this.#break("malformed")
      if ((length ?? this.#intake.length) > this.#limit) return this.#break("too large")
      if (length === undefined || this.#intake.length < prefix + length) return undefined
      const bytes = this.#intake.take(prefix + length).subarray(prefix)
      if (length > 0) return { bytes, last: false }
    }
  }

  stop(why: Stop): Packet | undefined {
    if (this.#broken || !this.begun) return undefined
    const whole = this.#framing.kind === "close" ? why === "ended" : this.open && why !== "slow"
    if (whole) return { bytes: this.#intake.take(), last: true }
    return this.#break(why === "slow" ? "too slow" : "half a message")
  }

  #break(problem: Problem): Packet {
    this.#broken = true
    return { bytes: this.#intake.take(), last: true, problem }
  }
}

const prefixes = { fixed: 0, "length-2": 2, "digits-4": 4, close: 0 }

/** How long the next message is, without its prefix, once that is known. */
const lengthOf = (framing: Framing, intake: Intake): number | "malformed" | undefined => {
  if (framing.kind === "fixed") return framing.bytes
  if (framing.kind === "close" || intake.length < prefixes[framing.kind]) return undefined
  if (framing.kind === "length-2") return intake.peek(2).readUInt16BE()
  const digits = intake.peek(4).toString("latin1")
  return /^\d{4}$/.test(digits) ? Number(digits) : "malformed"
}

/** An answer as this framing sends it. */
export const enclose = (framing: Framing, bytes: Uint8Array): Uint8Array => {
  const prefix = Buffer.alloc(prefixes[framing.kind])
  if (framing.kind === "length-2") prefix.writeUInt16BE(bytes.length)
  if (framing.kind === "digits-4") {
    if (bytes.length > 9999) throw new RangeError(`${bytes.length} bytes do not fit four digits`)
    prefix.write(String(bytes.length).padStart(4, "0"), "latin1")
  }
  return prefix.length === 0 ? bytes : Buffer.concat([prefix, bytes])
}
