import { lengthOf } from "./voice-length.ts"

/** What WeChat takes as media (媒体文件). */
export type MediaKind = "image" | "voice" | "video" | "thumb"

interface Format {
  readonly ending: string
  readonly type: string
  readonly is: (bytes: Uint8Array) => boolean
}

const begins =
  (at: number, ...signature: ReadonlyArray<number>) =>
  (bytes: Uint8Array) =>
    signature.every((byte, offset) => bytes[at + offset] === byte)
const says = (at: number, text: string) => begins(at, ...Buffer.from(text, "latin1"))

const jpeg = { ending: "jpg", type: "image/jpeg", is: begins(0, 0xff, 0xd8, 0xff) }
const png = { ending: "png", type: "image/png", is: begins(0, 0x89, 0x50, 0x4e, 0x47) }
const gif = { ending: "gif", type: "image/gif", is: says(0, "GIF8") }
const bmp = { ending: "bmp", type: "image/bmp", is: says(0, "BM") }
const amr = { ending: "amr", type: "audio/amr", is: says(0, "#!AMR\n") }
const mp3 = {
  ending: "mp3",
  type: "audio/mpeg",
  is: (bytes: Uint8Array) =>
    says(0, "ID3")(bytes) || (bytes[0] === 0xff && ((bytes[1] ?? 0) & 0xe6) === 0xe2)
}
const mp4 = { ending: "mp4", type: "video/mp4", is: says(4, "ftyp") }

const mebibyte = 1024 * 1024

/** 新增临时素材, 上传图文消息内的图片: formats and sizes by kind; a `picture` stands in an article. */
const limits: Readonly<
  Record<MediaKind | "picture", { readonly formats: ReadonlyArray<Format>; readonly most: number }>
> = {
  image: { formats: [jpeg, png, gif, bmp], most: 10 * mebibyte },
  voice: { formats: [amr, mp3], most: 2 * mebibyte },
  video: { formats: [mp4], most: 10 * mebibyte },
  thumb: { formats: [jpeg], most: 64 * 1024 },
  picture: { formats: [jpeg, png], most: mebibyte }
}

/** The longest voice that WeChat takes, in seconds. */
const longestVoice = 60

/** What WeChat would refuse a file with, and why; its format, if it would take it. Goes by the bytes, not by what they are called. */
export const mediaFormat = (
  kind: MediaKind | "picture",
  bytes: Uint8Array
): Format | { readonly code: number; readonly says: string } => {
  const { formats, most } = limits[kind]
  if (bytes.length === 0) return { code: 44001, says: "the file is empty" }
  if (bytes.length > most)
    return {
      code: isPicture(kind) ? 40009 : 40006,
      says: `a ${kind} weighs ${most} bytes at most, not ${bytes.length}`
    }
  const format = formats.find(({ is }) => is(bytes))
  if (format === undefined) {
    const allowed = formats.map(({ ending }) => ending).join(", ")
    return { code: isPicture(kind) ? 40137 : 40005, says: `a ${kind} is one of ${allowed}` }
  }
  const length = kind === "voice" ? lengthOf(bytes) : 0
  return length > longestVoice
    ? { code: 40006, says: `a voice lasts ${longestVoice} s at most, not ${Math.ceil(length)}` }
    : format
}

const isPicture = (kind: string) => kind === "image" || kind === "picture"
