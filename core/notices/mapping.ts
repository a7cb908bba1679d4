import { type FieldType, isFieldType } from "./fields.ts"
import { fieldOf, type Notice } from "./notice.ts"
import type { Mapping } from "./templates.ts"

/** A template as an account has it. */
export interface AccountTemplate {
  readonly id: string
  readonly title: string
  /** With its fields, as `订单号:{{character_string1.DATA}}`. */
  readonly content: string
}

/** How well a template says a notice. */
export interface Match {
  readonly template: AccountTemplate
  readonly fields: Mapping
  /** Fields of the template for which the notice has nothing. WeChat wants all of them, so it then cannot be used. */
  readonly lacking: ReadonlyArray<string>
  /** Of titles and labels, 0 to 1. */
  readonly likeness: number
  /** Whether it is about the same, by its title: WeChat takes templates away that are used for something else. */
  readonly isAlike: boolean
}

/** The best of some templates for a notice: all fields first, then the likeness of titles and labels. */
export const bestOf = (
  notice: Notice,
  templates: ReadonlyArray<AccountTemplate>
): Match | undefined =>
  templates
    .map((template) => match(notice, template))
    .filter(({ fields }) => Object.keys(fields).length > 0)
    .toSorted(
      (a, b) =>
        a.lacking.length - b.lacking.length ||
        Number(b.isAlike) - Number(a.isAlike) ||
        b.likeness - a.likeness
    )[0]

const match = (notice: Notice, template: AccountTemplate): Match => {
  const wanted = wordsOf(template.content)
  const pairs = wanted
    .flatMap(({ key, label, type }) =>
      Object.entries(notice.fields).flatMap(([name, spec]) => {
        const own = fieldOf(spec)
        if (type === undefined || !holds(type, own.type)) return []
        const isSame = type === own.type
        return [{ key, name, likeness: alike(label, own.label), isSame }]
      })
    )
    .toSorted((a, b) => Number(b.isSame) - Number(a.isSame) || b.likeness - a.likeness)
  const fields: Record<string, string> = {}
  let likeness = 0
  for (const pair of pairs) {
    if (pair.key in fields || Object.values(fields).includes(pair.name)) continue
    fields[pair.key] = pair.name
    likeness += pair.likeness
  }
  const lacking = wanted.filter(({ key }) => !(key in fields)).map(({ key }) => key)
  const titles = alike(template.title, notice.title)
  return {
    template,
    fields,
    lacking,
    isAlike: titles >= 0.4,
    likeness: (titles + likeness / Math.max(wanted.length, 1)) / 2
  }
}

/** Types whose texts another type takes as they are. */
const holders: Partial<Record<FieldType, ReadonlyArray<FieldType>>> = {
  thing: [
    "character_string",
    "number",
    "letter",
    "name",
    "phrase",
    "car_number",
    "const",
    "time",
    "date"
  ],
  character_string: ["number", "letter", "phone_number"],
  date: ["time"]
}

const holds = (type: FieldType, own: FieldType): boolean =>
  type === own || (holders[type]?.includes(own) ?? false)

/** What stands before each field, and how it is named; templates from before 2023 have fields of no type. */
const wordsOf = (content: string) =>
  content.split("\n").flatMap((line) => {
    const [, label = "", key] = /^(.*?)[:：]?\s*\{\{(\w+)\.DATA\}\}/.exec(line) ?? []
    if (key === undefined) return []
    const type = key.replace(/\d+$/, "")
    return [{ label, key, type: isFieldType(type) ? type : undefined }]
  })

/** Dice's coefficient over pairs of characters: `订单号` and `单号` share one. */
const alike = (one: string, other: string): number => {
  const [a, b] = [pairsOf(one), pairsOf(other)]
  if (a.size + b.size === 0) return one === other ? 1 : 0
  return (2 * [...a].filter((pair) => b.has(pair)).length) / (a.size + b.size)
}

const pairsOf = (text: string): ReadonlySet<string> => {
  const characters = Array.from(text)
  return new Set(characters.slice(1).map((character, place) => `${characters[place]}${character}`))
}
