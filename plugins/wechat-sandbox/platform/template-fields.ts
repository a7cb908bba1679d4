import { Schema } from "effect"
import { type Errcode, no } from "./errcodes.ts"

/** The words of a message, as they are sent. */
export const TemplateData = Schema.Record(
  Schema.String,
  Schema.Struct({ value: Schema.Union([Schema.String, Schema.Finite]) })
)
export type TemplateData = typeof TemplateData.Type

const han = /\p{Script=Han}/u
const time = String.raw`(\d{4}(年|-|/)\d{1,2}(月|-|/)\d{1,2}日?\s*)?([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?`
const date = String.raw`\d{4}(年|-|/)\d{1,2}(月|-|/)\d{1,2}日?`
const range = (one: string) => new RegExp(`^${one}(\\s*~\\s*${one})?$`)

const length = (text: string) => [...text].length

/** What each type of word accepts. Lengths are in characters, and a Han character counts 1. */
const accepts: Readonly<Record<string, (value: string) => boolean>> = {
  thing: (value) => length(value) <= 20 && !/[\r\n]/.test(value),
  number: (value) => /^-?\d+(\.\d+)?$/.test(value) && value.replaceAll(/\D/g, "").length <= 32,
  letter: (value) => /^[A-Za-z]{1,32}$/.test(value),
  symbol: (value) => length(value) <= 5 && /^[^\p{L}\p{N}\p{C}\s]+$/u.test(value),
  character_string: (value) => length(value) <= 32 && !han.test(value) && !/\p{C}/u.test(value),
  time: (value) => range(time).test(value),
  date: (value) => range(`${date}(\\s*([01]?\\d|2[0-3]):[0-5]\\d)?`).test(value),
  amount: (value) => /^[¥￥$€£]?\d{1,10}(\.\d+)?元?$/.test(value),
  phone_number: (value) => length(value) <= 17 && /^[\d\s*+()（）-]+$/.test(value),
  car_number: (value) => length(value) <= 8 && /^\p{L}?[A-Za-z\d·-]+\p{L}?$/u.test(value),
  name: (value) => length(value) <= (han.test(value) ? 10 : 20) && !/[\r\n\d]/.test(value),
  phrase: (value) => length(value) <= 5 && /^\p{Script=Han}+$/u.test(value),
  const: (value) => length(value) <= 20
}

/** The words a template has, line by line: what stands before each, and how it is named. */
const wordsOf = (content: string) =>
  content.split("\n").flatMap((line) => {
    const [, name = "", key = ""] = /^(.*?)[:：]?\{\{(\w+)\.DATA\}\}/.exec(line) ?? []
    return key === "" ? [] : [{ name, key, type: key.replace(/\d+$/, "") }]
  })

const wordIn = (data: TemplateData, key: string) => String(data[key]?.value ?? "")

/** The first word that is missing or is not of its type; words from before there were types may be anything. */
export const wrongWord = (content: string, data: TemplateData): Errcode | undefined => {
  const wrong = wordsOf(content).find(({ key, type }) => {
    const value = wordIn(data, key)
    const accept = accepts[type]
    return accept !== undefined && (value === "" || !accept(value))
  })
  return wrong && no(47003, ` data.${wrong.key}.value invalid`)
}

export interface Line {
  readonly name: string
  readonly value: string
}

const emoji = /\p{Extended_Pictographic}(\u{FE0F}|\u{200D}|[\u{1F3FB}-\u{1F3FF}])*/gu

/**
 * What its reader sees. Since May 2023 the opening and the closing are not shown, nor colours and emoji, and a word of no type ends at
 * twenty characters or the first line break; the sender hears nothing of it.
 */
export const seen = (content: string, data: TemplateData): ReadonlyArray<Line> =>
  wordsOf(content)
    .filter(({ key }) => key !== "first" && key !== "remark")
    .map(({ key, name, type }) => {
      const value = wordIn(data, key).replaceAll(emoji, "")
      const [line = ""] = value.split(/\r?\n/)
      return { name, value: accepts[type] === undefined ? [...line].slice(0, 20).join("") : line }
    })
