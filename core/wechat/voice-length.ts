/** How long a recording lasts, in seconds, by counting its frames; 0 where none can be read. */
export const lengthOf = (bytes: Uint8Array): number =>
  bytes[0] === 0x23 ? amrLength(bytes) : mp3Length(bytes)

/** 3GPP TS 26.101: bytes of a frame by its mode; each lasts 20 ms. */
const amrFrames = [13, 14, 16, 18, 20, 21, 27, 32, 6]

const amrLength = (bytes: Uint8Array): number => {
  let frames = 0
  let at = "#!AMR\n".length
  while (at < bytes.length) {
    const size = amrFrames[((bytes[at] ?? 0) >> 3) & 15]
    // Modes 9 to 14 are nobody's, 15 is a frame without data.
    at += size ?? 1
    frames++
  }
  return frames * 0.02
}

/** ISO/IEC 11172-3 and 13818-3, layer III: kbit/s by index, for version 1 and for 2 and 2.5. */
const kilobits = {
  1: [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320],
  2: [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160]
} as const
const hertz = [44_100, 48_000, 32_000]

const mp3Length = (bytes: Uint8Array): number => {
  let seconds = 0
  let at = behindTag(bytes)
  while (at + 4 <= bytes.length) {
    const frame = frameAt(bytes, at)
    if (frame === undefined) break
    seconds += frame.seconds
    at += frame.size
  }
  return seconds
}

/** ID3v2: its size stands in four bytes of seven bits. */
const behindTag = (bytes: Uint8Array): number => {
  if (bytes[0] !== 0x49) return 0
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(6, 10)
  return 10 + ((a & 127) << 21) + ((b & 127) << 14) + ((c & 127) << 7) + (d & 127)
}

const frameAt = (bytes: Uint8Array, at: number) => {
  const [sync = 0, first = 0, second = 0] = bytes.subarray(at, at + 3)
  if (sync !== 0xff || (first & 0xe0) !== 0xe0 || ((first >> 1) & 3) !== 1) return undefined
  const version = (first >> 3) & 3
  const isFirst = version === 3
  const rate = kilobits[isFirst ? 1 : 2][second >> 4]
  const base = hertz[(second >> 2) & 3]
  if (!rate || base === undefined || version === 1) return undefined
  const samplesASecond = base / (isFirst ? 1 : version === 2 ? 2 : 4)
  const samples = isFirst ? 1152 : 576
  const size = Math.floor((samples / 8) * ((rate * 1000) / samplesASecond)) + ((second >> 1) & 1)
  return { size, seconds: samples / samplesASecond }
}
