import type { FieldType } from "./fields.ts"

/** What a text lost on its way into a field. */
export type Loss =
  /** Its end. */
  | "cut"
  /** Characters that the type does not take. */
  | "characters"
  /** There was nothing to say, and something stands for it. */
  | "empty"

/** A text that WeChat takes in a field, and what it lost. */
export interface Fitted {
  readonly text: string
  readonly losses: ReadonlyArray<Loss>
}

interface Rule {
  /** In characters, of which a Han character is one. */
  readonly most: (text: string) => number
  /** What the type does not take, to be left out. */
  readonly strange: RegExp
  /** What a whole text must be: of a number or a time a part is another number. */
  readonly whole?: RegExp
  /** What stands for nothing. There is none where it would say something that is not so. */
  readonly nothing?: string
  /** Shows that the end is missing. */
  readonly ellipsis?: string
}

const han = /\p{Script=Han}/u
const clock = String.raw`([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?`
const day = String.raw`\d{4}(年|-|/)\d{1,2}(月|-|/)\d{1,2}日?`
const once = (one: string) => new RegExp(`^${one}(~${one})?$`)
const upTo = (most: number) => () => most

const never = /(?!)/gu

/** Every type as WeChat's table has it; platform guide, §5.3. */
const rules: Readonly<Record<FieldType, Rule>> = {
  thing: { most: upTo(20), strange: never, nothing: "-", ellipsis: "…" },
  number: { most: upTo(34), strange: /,|[^\d.]+$/gu, whole: /^-?\d{1,32}(\.\d+)?$/ },
  letter: { most: upTo(32), strange: /[^A-Za-z]/gu, nothing: "NA" },
  symbol: { most: upTo(5), strange: /[\p{L}\p{N}\p{M}\s]/gu, nothing: "-" },
  character_string: { most: upTo(32), strange: /\p{Script=Han}/gu, nothing: "-", ellipsis: "…" },
  time: { most: upTo(64), strange: never, whole: once(`(${day} ?)?${clock}`) },
  date: { most: upTo(64), strange: never, whole: once(`${day}( ?${clock})?`) },
  amount: { most: upTo(24), strange: /[,\s]/gu, whole: /^[¥￥$€£]?\d{1,10}(\.\d+)?元?$/ },
  phone_number: { most: upTo(17), strange: /\s/gu, whole: /^[\d*+()（）-]+$/, nothing: "-" },
  car_number: {
    most: upTo(8),
    strange: /[^\p{Script=Han}A-Za-z\d]/gu,
    whole: /^\p{Script=Han}?[A-Za-z\d]+\p{Script=Han}?$/u
  },
  name: { most: (text) => (han.test(text) ? 10 : 20), strange: /\p{N}/gu, nothing: "无" },
  phrase: { most: upTo(5), strange: /\P{Script=Han}/gu, nothing: "无" },
  const: { most: upTo(20), strange: never }
}

/**
 * Fits a text to a type of field, as WeChat otherwise refuses all of the message (47003) or drops what it does not show without a word.
 * It is cut between what people see as characters. Nothing, where no text could be made of it that is still true.
 */
export const fitTo = (type: FieldType, text: string): Fitted | undefined => {
  const rule = rules[type]
  const plain = withoutEmoji(text.toWellFormed().replaceAll(breaks, " ").replaceAll(unseen, ""))
  const clean = plain.replaceAll(rule.strange, "").replaceAll(/ {2,}/g, " ").trim()
  const most = rule.most(clean)
  const isLong = lengthOf(clean) > most
  if (clean === "" || (rule.whole !== undefined && (isLong || !rule.whole.test(clean))))
    return rule.nothing === undefined ? undefined : { text: rule.nothing, losses: ["empty"] }
  const isChanged = clean !== text.replaceAll(breaks, " ").replaceAll(/ {2,}/g, " ").trim()
  const changed: ReadonlyArray<Loss> = isChanged ? ["characters"] : []
  if (!isLong) return { text: clean, losses: changed }
  const end = rule.ellipsis ?? ""
  return { text: cut(clean, most - lengthOf(end)) + end, losses: [...changed, "cut"] }
}

const breaks = /[\r\n\u2028\u2029\t]+/g
/** What has no width, but for what joins the parts of a character. */
const unseen = /(?!\u200d)\p{C}/gu
const emoji = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u

const characters = new Intl.Segmenter("zh", { granularity: "grapheme" })

/** WeChat drops emoji since May 2023, without a word. */
const withoutEmoji = (text: string): string =>
  emoji.test(text)
    ? Array.from(characters.segment(text), ({ segment }) => segment)
        .filter((segment) => !emoji.test(segment))
        .join("")
    : text

const lengthOf = (text: string): number => Array.from(text).length

const cut = (text: string, most: number): string => {
  let kept = ""
  for (const { segment } of characters.segment(text)) {
    if (lengthOf(kept) + lengthOf(segment) > most) break
    kept += segment
  }
  return kept.trimEnd()
}
