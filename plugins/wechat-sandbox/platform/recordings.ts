import { Effect } from "effect"
import { randomText } from "../random.ts"
import type { Recorded } from "./said.ts"
import type { MediaRow } from "./store.ts"

interface Kind {
  readonly type: MediaRow["type"]
  readonly name: string
  readonly contentType: string
  readonly bytes: Uint8Array
}

/** One white point. */
const png = Buffer.from(
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGP4DwABAQEAG7buVgAAAABJRU5ErkJggg==",
  "base64"
)
/** Forty milliseconds of nothing. */
const amr = Buffer.concat([Buffer.from("#!AMR\n"), Buffer.from([0x3c, ...Array(31).fill(0)])])
/** A film of no length. */
const mp4 = Buffer.from([
  ...[0, 0, 0, 0x18, ...Buffer.from("ftypisom"), 0, 0, 2, 0, ...Buffer.from("isommp42")],
  ...[0, 0, 0, 8, ...Buffer.from("mdat")]
])

const image: Kind = { type: "image", name: "image.png", contentType: "image/png", bytes: png }
const voice: Kind = { type: "voice", name: "voice.amr", contentType: "audio/amr", bytes: amr }
const video: Kind = { type: "video", name: "video.mp4", contentType: "video/mp4", bytes: mp4 }

/** What was photographed, spoken or filmed becomes temporary media of the account; a film has a picture as well. */
export const recordings = Effect.fnUntraced(function* (appid: string, said: Recorded, at: number) {
  const first = said.type === "image" ? image : said.type === "voice" ? voice : video
  const kinds = first === video ? [video, { ...image, type: "thumb" }] : [first]
  return yield* Effect.forEach(kinds, (kind) =>
    Effect.map(
      randomText(64),
      (media_id): MediaRow => ({
        appid,
        media_id,
        type: kind.type,
        permanent: 0,
        name: kind.name,
        content_type: kind.contentType,
        bytes:
          kind.type === first.type && said.data !== undefined
            ? Buffer.from(said.data, "base64")
            : kind.bytes,
        facts: "{}",
        created_at: at
      })
    )
  )
})
