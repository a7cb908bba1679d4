import { Duration, Effect } from "effect"
import type { World } from "#core"
import type { RetCode } from "../model.ts"

const gbk = new TextDecoder("gb18030")

/** What a till sent or was sent, so that a person can read it. */
export const show = Effect.fnUntraced(function* (
  world: World,
  head: string,
  bytes: Uint8Array,
  as: { readonly lines: (bytes: Uint8Array) => ReadonlyArray<string>; readonly hex: boolean }
) {
  yield* world.say(`${head} (${bytes.length} bytes, GBK)`)
  for (const line of as.lines(bytes)) yield* world.say(`  ${line}`)
  if (as.hex) for (const line of hexLines(bytes)) yield* world.say(`  ${line}`)
  yield* world.say("")
})

/** Bytes that are a text. */
export const textLines = (bytes: Uint8Array) => gbk.decode(bytes).split(/\r?\n/).filter(Boolean)

/** Bytes cut into columns, each with where it begins and how wide it is. */
export const columnLines =
  (layout: ReadonlyArray<{ readonly name: string; readonly width: number }>) =>
  (bytes: Uint8Array): ReadonlyArray<string> => {
    let at = 0
    return layout.flatMap(({ name, width }) => {
      const column = bytes.subarray(at, at + width)
      const line = `${number(at)} ${number(width)}  ${name.padEnd(10)}  "${gbk.decode(column)}"`
      at += width
      return column.length === 0 ? [] : [line]
    })
  }

const number = (value: number) => String(value).padStart(4)

const hexLines = (bytes: Uint8Array) =>
  Array.from({ length: Math.ceil(bytes.length / 16) }, (_, row) => {
    const part = Buffer.from(bytes.subarray(row * 16, row * 16 + 16))
    const pairs = part.toString("hex").replace(/(..)(?=.)/g, "$1 ")
    return `${(row * 16).toString(16).padStart(4, "0")}  ${pairs}`
  })

export const seconds = (duration: Duration.Duration) =>
  `${Duration.toSeconds(duration).toFixed(2)} s`

const meanings: { readonly [code in RetCode]: string } = {
  "00": "done",
  P1: "the customer is paying; ask again, and take no other payment yet",
  P2: "WeChat's answer is awaited; ask again, and take no other payment yet",
  P3: "the refund waits for the supervisor; ask again when it is confirmed",
  P4: "the invoice is being made; ask again",
  R0: "reversed: no money was taken, or it has been given back",
  F1: "the code is expired, used or not WeChat's; scan a new one",
  F2: "not enough money, or the card refuses; scan another code",
  F3: "refused for another reason",
  E1: "the message is malformed",
  E2: "the signature is wrong; POS_SECRET must be what the till signs with",
  E3: "this ticket was used with another amount",
  E4: "there is no such sale",
  E5: "beyond what can be refunded",
  E8: "WeChat cannot be reached; nothing was taken",
  E9: "a fault of Weir's own; whether money was taken is what a query says"
}

/** What the cashier hears, and what that means. */
export const verdict = (code: string, said: string): string =>
  `${code}: ${Object.hasOwn(meanings, code) ? meanings[code as RetCode] : "unknown"} [${said}]`
