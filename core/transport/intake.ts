const nothing = Buffer.alloc(0)
const LF = 0x0a
const CR = 0x0d

/**
 * Bytes that came and wait to be cut. Room grows by doubling, so that a peer that dribbles costs no more than one that
 * does not, and what was taken is never written over.
 */
export class Intake {
  #room: Buffer = nothing
  #start = 0
  #end = 0

  get length(): number {
    return this.#end - this.#start
  }

  push(bytes: Uint8Array): void {
    if (this.length === 0) {
      this.#room = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      this.#start = 0
      this.#end = bytes.length
      return
    }
    const length = this.length + bytes.length
    if (this.#start + length > this.#room.length) {
      const room = Buffer.allocUnsafe(length * 2)
      room.set(this.peek())
      this.#room = room
      this.#end = this.length
      this.#start = 0
    }
    this.#room.set(bytes, this.#end)
    this.#end += bytes.length
  }

  /** Where this byte stands, counted from the first that waits; -1 if it does not. */
  indexOf(byte: number, from = 0): number {
    return this.peek().indexOf(byte, from)
  }

  peek(count = this.length): Buffer {
    return this.#room.subarray(this.#start, Math.min(this.#start + count, this.#end))
  }

  take(count = this.length): Buffer {
    const taken = this.peek(count)
    this.#start += taken.length
    return taken
  }

  /** The next line without its end, which is LF or CR LF. */
  line(): Buffer | undefined {
    const end = this.indexOf(LF)
    if (end === -1) return undefined
    const line = this.take(end + 1)
    return line.subarray(0, end > 0 && line[end - 1] === CR ? end - 1 : end)
  }
}
