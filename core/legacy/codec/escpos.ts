import { encodeText } from "./charset.ts"

/** What a receipt printer is told. Each step is a new receipt; the one before stays as it was. */
export interface EscPos {
  /** For the lines that follow. */
  readonly align: (side: "left" | "center" | "right") => EscPos
  /** Of the lines that follow; `"double"` is twice as high and wide. */
  readonly size: (letters: "normal" | "double") => EscPos
  readonly line: (text: string) => EscPos
  /** Empty lines. */
  readonly feed: (lines: number) => EscPos
  /** A QR code, drawn by the printer; `dots` to a module's side, 1 to 16. */
  readonly qr: (text: string, dots?: number) => EscPos
  /** Cuts the paper but for a corner. */
  readonly cut: () => EscPos
  readonly bytes: Uint8Array
}

const ESC = 0x1b
const FS = 0x1c
const GS = 0x1d
const LF = 0x0a
const sides = { left: 0, center: 1, right: 2 }
const sizes = { normal: 0x00, double: 0x30 }

const after = (done: ReadonlyArray<number>): EscPos => {
  const then = (...bytes: ReadonlyArray<number>) => after([...done, ...bytes])
  return {
    align: (side) => then(ESC, 0x61, sides[side]),
    size: (letters) => then(ESC, 0x21, sizes[letters]),
    line: (text) => then(...printable(text), LF),
    feed: (lines) => then(...Array.from({ length: lines }, () => LF)),
    qr: (text, dots = 6) =>
      then(
        ...qrCommand(0x41, 0x32, 0), // model 2
        ...qrCommand(0x43, dots),
        ...qrCommand(0x45, 0x31), // error correction M
        ...qrCommand(0x50, 0x30, ...encodeText(text, "utf-8", { substitute: "?" })),
        ...qrCommand(0x51, 0x30) // print
      ),
    cut: () => then(GS, 0x56, 0x41, 3),
    get bytes() {
      return Uint8Array.from(done)
    }
  }
}

/** `GS ( k`, function 1xx of "two-dimensional codes"; the length counts the two bytes after it too. */
const qrCommand = (code: number, ...data: ReadonlyArray<number>): ReadonlyArray<number> => {
  const length = data.length + 2
  return [GS, 0x28, 0x6b, length & 0xff, length >> 8, 0x31, code, ...data]
}

/**
 * GB 18030 writes `¥` in four bytes, which printers print as rubbish, and `￥` in two. A control character inside a name
 * would be a command: `ESC p` opens the cash drawer.
 */
const printable = (text: string): Uint8Array =>
  encodeText(text.replaceAll("¥", "￥").replace(/\p{Cc}/gu, " "), "gb18030", { substitute: "?" })

/** An empty receipt: the printer reset and set to Chinese characters. */
export const escpos: EscPos = after([ESC, 0x40, FS, 0x26])
