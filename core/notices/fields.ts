import { toBeijing } from "../values/beijing.ts"
import { type Fen, formatYuan } from "../values/money.ts"

/** The types that WeChat's templates have fields of (公众平台, 订阅通知参数值内容限制说明). */
export type FieldType = keyof FieldValues

/** A moment, or from when until when; UTC ms. */
export type Time = number | { readonly from: number; readonly to: number }

/** What a plugin says in a field of each type. */
export interface FieldValues {
  readonly thing: string
  readonly number: number | string
  readonly letter: string
  readonly symbol: string
  readonly character_string: string
  readonly time: Time
  readonly date: Time
  readonly amount: Fen
  readonly phone_number: string
  readonly car_number: string
  readonly name: string
  readonly phrase: string
  readonly const: string
}

const types: Readonly<Record<FieldType, true>> = {
  thing: true,
  number: true,
  letter: true,
  symbol: true,
  character_string: true,
  time: true,
  date: true,
  amount: true,
  phone_number: true,
  car_number: true,
  name: true,
  phrase: true,
  const: true
}

export const isFieldType = (text: string): text is FieldType => Object.hasOwn(types, text)

/** Values of a field, by its type. */
export type FieldValue = FieldValues[FieldType]

/** A value as people read it, before it is fitted to what WeChat takes. */
export const written = (type: FieldType, value: FieldValue): string => {
  if (typeof value === "string") return value
  if (typeof value === "number")
    switch (type) {
      case "amount":
        return `¥${formatYuan(value as Fen)}`
      case "time":
        return onTheClock(value)
      case "date":
        return inTheCalendar(value)
      default:
        return String(value)
    }
  const { from, to } = value
  return `${written(type, from)}~${written(type, to)}`
}

/** `2024年5月6日 15:01`, in Beijing. */
const onTheClock = (ms: number): string => {
  const digits = toBeijing(ms)
  return `${inTheCalendar(ms)} ${digits.slice(8, 10)}:${digits.slice(10, 12)}`
}

const inTheCalendar = (ms: number): string => {
  const digits = toBeijing(ms)
  return `${digits.slice(0, 4)}年${Number(digits.slice(4, 6))}月${Number(digits.slice(6, 8))}日`
}
