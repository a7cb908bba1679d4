import { Duration, Schema } from "effect"

/** A payment code is accepted for one minute; after five nobody can still need one. WeChat Pay: code payment. */
export const secretsLive = Duration.toMillis("5 minutes")

/** Where secrets stand in a body, in bytes, the end excluded. */
type Ranges = ReadonlyArray<readonly [start: number, end: number]>

/** Finds every place of texts that are plain ASCII, as payment codes are in every charset of an old system. */
export const findSecrets = (body: Uint8Array, secrets: ReadonlyArray<string>): Ranges => {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  const ranges: Array<readonly [number, number]> = []
  for (const secret of secrets) {
    const { length } = secret
    let start = length === 0 ? -1 : bytes.indexOf(secret, 0, "latin1")
    while (start >= 0) {
      ranges.push([start, start + length])
      start = bytes.indexOf(secret, start + length, "latin1")
    }
  }
  return ranges
}

/** The same body with its secrets overwritten and every other byte in its place. */
export const mask = (body: Uint8Array, ranges: Ranges): Uint8Array => {
  const masked = Uint8Array.from(body)
  for (const [start, end] of ranges) masked.fill(asterisk, start, end)
  return masked
}

const asterisk = 0x2a

const text = Schema.fromJsonString(Schema.Array(Schema.Tuple([Schema.Int, Schema.Int])))
export const writeRanges = Schema.encodeSync(text)
export const readRanges = Schema.decodeSync(text)
