import { Effect, Schema, SchemaIssue, SchemaTransformation } from "effect"

// Beijing has had no summer time since 1991; old systems' clocks never knew it.
const eastOfGreenwich = 8 * 60 * 60 * 1000

const onTheWall = (ms: number): string => new Date(ms + eastOfGreenwich).toISOString().slice(0, 19)

/** UTC milliseconds as 14 digits on a clock in Beijing; parts of a second are dropped. */
export const toBeijing = (ms: number): string => onTheWall(ms).replace(/\D/g, "")

/** The date in Beijing as 8 digits. */
export const beijingDate = (ms: number): string => toBeijing(ms).slice(0, 8)

/** When the day in Beijing ends, in UTC milliseconds. */
export const endOfDay = (ms: number): number =>
  (Math.floor((ms + eastOfGreenwich) / aDay) + 1) * aDay - eastOfGreenwich

/** When the month in Beijing ends, in UTC milliseconds. */
export const endOfMonth = (ms: number): number => {
  const there = new Date(ms + eastOfGreenwich)
  return Date.UTC(there.getUTCFullYear(), there.getUTCMonth() + 1, 1) - eastOfGreenwich
}

const aDay = 24 * 60 * 60 * 1000

/** As WeChat Pay writes and wants times: `2024-05-18T13:31:07+08:00`. */
export const rfc3339 = (ms: number): string => `${onTheWall(ms)}+08:00`

const fourteenDigits = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/

/** The UTC milliseconds of 14 digits on a clock in Beijing; `undefined` for what no clock shows. */
export const fromBeijing = (text: string): number | undefined => {
  const [, year, month, day, hour, minute, second] = (fourteenDigits.exec(text) ?? []).map(Number)
  const ms =
    Date.UTC(year ?? Number.NaN, (month ?? 0) - 1, day, hour, minute, second) - eastOfGreenwich
  // `Date.UTC` lets 31 February overflow into March, so only what comes back the same was a date.
  return Number.isFinite(ms) && toBeijing(ms) === text ? ms : undefined
}

const Instant = Schema.Int.check(
  Schema.isBetween({ minimum: Date.UTC(1900, 0, 1), maximum: Date.UTC(9999, 0, 1) })
)

/** `"20240518133107"` on a clock in Beijing ⇄ UTC milliseconds. */
export const BeijingTime = Schema.String.pipe(
  Schema.decodeTo(
    Instant,
    SchemaTransformation.transformEffect<number, string>({
      decode: (text) => {
        const ms = fromBeijing(text)
        return ms === undefined
          ? Effect.fail(new SchemaIssue.InvalidValue({ expected: "a date and time of 14 digits" }))
          : Effect.succeed(ms)
      },
      encode: (ms) => Effect.succeed(toBeijing(ms))
    })
  )
)
