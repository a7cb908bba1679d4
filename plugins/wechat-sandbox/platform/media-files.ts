import { Effect } from "effect"
import type { RawRequest } from "#core"
import { type Code, type Errcode, no } from "./errcodes.ts"

export type MediaType = "image" | "voice" | "video" | "thumb"

const MiB = 1 << 20

/** What may be uploaded as what, how large, and how WeChat says that it is not. */
const kinds: Readonly<Record<MediaType, { size: number; files: RegExp; tooLarge: Code }>> = {
  image: { size: 10 * MiB, files: /\.(bmp|png|jpe?g|gif)$/i, tooLarge: 40009 },
  voice: { size: 2 * MiB, files: /\.(amr|mp3)$/i, tooLarge: 40006 },
  video: { size: 10 * MiB, files: /\.mp4$/i, tooLarge: 40006 },
  thumb: { size: 64 * 1024, files: /\.jpe?g$/i, tooLarge: 40006 }
}

export const isMediaType = (type: string): type is MediaType => Object.hasOwn(kinds, type)

export interface Uploaded {
  readonly name: string
  readonly contentType: string
  readonly bytes: Uint8Array
  /** What else stood in the form: a video's `description`. */
  readonly fields: Readonly<Record<string, string>>
}

/** The file of a form, which stands under `media`. */
export const uploaded = Effect.fnUntraced(function* (
  type: MediaType,
  { body, headers }: RawRequest
): Effect.fn.Return<Uploaded, Errcode> {
  const form = yield* Effect.tryPromise({
    try: () =>
      new Response(Buffer.from(body), {
        headers: { "content-type": headers["content-type"] ?? "" }
      }).formData(),
    catch: () => no(41005)
  })
  const file = form.get("media")
  if (file === null || typeof file === "string") return yield* no(41005)
  if (file.size === 0) return yield* no(44001)
  const { files, size, tooLarge } = kinds[type]
  if (!files.test(file.name)) return yield* no(type === "image" ? 40137 : 40005)
  if (file.size > size) return yield* no(tooLarge)
  const fields: Record<string, string> = {}
  for (const [name, value] of form) if (typeof value === "string") fields[name] = value
  const bytes = new Uint8Array(yield* Effect.promise(() => file.arrayBuffer()))
  return { name: file.name, contentType: contentTypeOf(file.name), bytes, fields }
})

/** By the name alone, whatever the form says. */
const contentTypeOf = (name: string) => {
  const ending = /[^.]*$/.exec(name.toLowerCase())?.[0] ?? ""
  return contentTypes[ending] ?? "application/octet-stream"
}

const contentTypes: Readonly<Record<string, string>> = {
  bmp: "image/bmp",
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  gif: "image/gif",
  amr: "audio/amr",
  mp3: "audio/mpeg",
  mp4: "video/mpeg4"
}
