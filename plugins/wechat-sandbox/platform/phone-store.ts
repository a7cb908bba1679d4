import type { Sql } from "#core"
import type { Whose } from "./messages.ts"

/** 总是保持以上选择，不再询问. */
export interface KeptChoiceRow {
  readonly appid: string
  readonly openid: string
  readonly template_id: string
  readonly accept: number
}

/** A QR on a website's login page. */
export interface QrLoginRow {
  readonly uuid: string
  readonly appid: string
  readonly state: "shown" | "scanned" | "agreed" | "refused" | "used"
  /** Who scanned it. */
  readonly person: string | null
  readonly made_at: number
}

/** What a person's phone knows of a chat. */
export interface ChatMarkRow {
  readonly appid: string
  readonly openid: string
  /** The place of the last message that was seen. */
  readonly read_to: number
  /** Whether the account may know where the person is. */
  readonly locating: "unasked" | "allowed" | "refused"
}

type PhoneTables = {
  readonly sandbox_chat_marks: ChatMarkRow
  readonly sandbox_kept_choices: KeptChoiceRow
  readonly sandbox_qr_logins: QrLoginRow
}

export const phoneTables = (sql: Sql) => sql.withTables<PhoneTables>()

/** What they want done without being asked again. */
export const keptChoices = (sql: Sql, { appid, openid }: Whose) =>
  phoneTables(sql)
    .selectFrom("sandbox_kept_choices")
    .selectAll()
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .execute()

export const keepChoice = async (sql: Sql, choice: KeptChoiceRow) => {
  await forgetChoice(sql, choice, choice.template_id)
  await phoneTables(sql).insertInto("sandbox_kept_choices").values(choice).execute()
}

/** They are asked again. */
export const forgetChoice = (sql: Sql, { appid, openid }: Whose, template: string) =>
  phoneTables(sql)
    .deleteFrom("sandbox_kept_choices")
    .where("appid", "=", appid)
    .where("openid", "=", openid)
    .where("template_id", "=", template)
    .execute()
