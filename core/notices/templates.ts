import { Schema } from "effect"
import type { Wanted } from "../customers/reach.ts"
import type { Sql } from "../database/database.ts"
import type { FieldType } from "./fields.ts"
import { fitTo } from "./fit.ts"
import { type TemplateRow, tables } from "./store.ts"

/** How a template says a notice: by its own fields (`thing4`), the plugin's names of what stands there. */
export type Mapping = Readonly<Record<string, string>>

const text = Schema.fromJsonString(Schema.Record(Schema.String, Schema.String))
const decode = Schema.decodeSync(text)
const encode = Schema.encodeSync(text)

export const mappingIn = ({ fields }: TemplateRow): Mapping => decode(fields)

/** Every template that says a notice. */
export const allTemplates = (sql: Sql): Promise<ReadonlyArray<TemplateRow>> =>
  tables(sql).selectFrom("weir_notice_templates").selectAll().execute()

/** The templates of all accounts that say a notice. */
export const findTemplates = (
  sql: Sql,
  plugin: string,
  notice: string
): Promise<ReadonlyArray<TemplateRow>> =>
  tables(sql)
    .selectFrom("weir_notice_templates")
    .selectAll()
    .where("plugin", "=", plugin)
    .where("notice", "=", notice)
    .execute()

/** As the pool wants to know them. */
export const wantedBy = (rows: ReadonlyArray<TemplateRow>): NonNullable<Wanted["templates"]> => {
  const wanted: Record<string, { subscription?: string; template?: string }> = {}
  for (const { appid, kind, template } of rows)
    wanted[appid] = { ...wanted[appid], [kind]: template }
  return wanted
}

/** The type of a template's field is in its name. */
const typeOfKey = (key: string): string => key.replace(/\d+$/, "")

/** What stands in each field of a template; or the name of the one for which no true text could be made. */
export const filled = (
  mapping: Mapping,
  texts: Readonly<Record<string, string>>
): { readonly fields: Readonly<Record<string, string>> } | { readonly unfit: string } => {
  const fields: Record<string, string> = {}
  for (const [key, name] of Object.entries(mapping)) {
    // A mapping is only stored with fields whose types are known.
    const fitted = fitTo(typeOfKey(key) as FieldType, texts[name] ?? "")
    if (fitted === undefined) return { unfit: key }
    fields[key] = fitted.text
  }
  return { fields }
}

/** Has a notice said by a template of an account from now on. */
export const saveTemplate = async (
  sql: Sql,
  { mapping, ...of }: Omit<TemplateRow, "fields"> & { readonly mapping: Mapping }
): Promise<void> => {
  const row = { ...of, fields: encode(mapping) }
  const { appid, kind, notice, plugin } = row
  await tables(sql)
    .deleteFrom("weir_notice_templates")
    .where("appid", "=", appid)
    .where("plugin", "=", plugin)
    .where("notice", "=", notice)
    .where("kind", "=", kind)
    .execute()
  await tables(sql).insertInto("weir_notice_templates").values(row).execute()
}
