import { type FieldType, type FieldValues, written } from "./fields.ts"
import { fitTo, type Loss } from "./fit.ts"

/** A field: its type, and behind it what people call it: `"amount 支付金额"`. */
export type FieldSpec = `${FieldType} ${string}`

type TypeIn<S extends FieldSpec> = S extends `${infer T extends FieldType} ${string}` ? T : never

/** What must be said in the fields of a notice. */
export type Said<F extends NoticeFields> = { readonly [K in keyof F]: FieldValues[TypeIn<F[K]>] }

/** The fields of a notice by the plugin's own names for them. */
export type NoticeFields = { readonly [name: string]: FieldSpec }

/**
 * A template that a plugin may send: one kind of message to one person about something that concerns them. There is no purpose for
 * advertising: that goes to those who agreed to it, and not by notices.
 */
export interface Notice<out F extends NoticeFields = NoticeFields> {
  readonly name: string
  /** `urgent`: also at night; a gate has changed. Not: a parcel is on its way. */
  readonly purpose: "transactional" | "urgent"
  /** As its reader sees it, and as WeChat's library calls it: `支付成功通知`. */
  readonly title: string
  /** Why whoever reads it wants to know. */
  readonly why: string
  readonly fields: F
}

/** Declares a notice. A field that it does not declare cannot be said. */
export const notice = <const F extends NoticeFields>(
  name: string,
  declared: Omit<Notice<F>, "name">
): Notice<F> => ({ name, ...declared })

/** The parts of a field's declaration. */
export const fieldOf = (spec: FieldSpec): { readonly type: FieldType; readonly label: string } => {
  const space = spec.indexOf(" ")
  // What stands before the space is a type, as the compiler has seen.
  return { type: spec.slice(0, space) as FieldType, label: spec.slice(space + 1).trim() }
}

/** The texts of all fields, as people read them. */
export const textsOf = <F extends NoticeFields>(
  { fields }: Notice<F>,
  said: Said<F>
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, spec]) => [
      name,
      said[name] === undefined ? "" : written(fieldOf(spec).type, said[name])
    ])
  )

/** What would not be read as it was said, for tests of a plugin: `what: cut`. */
export const misfits = <F extends NoticeFields>(
  notice: Notice<F>,
  said: Said<F>
): ReadonlyArray<`${string}: ${Loss | "not of its type"}`> =>
  Object.entries(textsOf(notice, said)).flatMap(([name, text]) => {
    const spec = notice.fields[name]
    const fitted = spec === undefined ? undefined : fitTo(fieldOf(spec).type, text)
    if (fitted === undefined) return [`${name}: not of its type` as const]
    return fitted.losses.map((loss) => `${name}: ${loss}` as const)
  })
