import type { Sql } from "#core"
import { platformLives } from "./model.ts"
import { type MediaRow, platform } from "./store.ts"

/** What an account has under this id; temporary media are gone after three days. */
export const mediaOf = async (
  sql: Sql,
  appid: string,
  mediaId: string,
  now: number
): Promise<MediaRow | undefined> => {
  const row = await platform(sql)
    .selectFrom("sandbox_media")
    .selectAll()
    .where("appid", "=", appid)
    .where("media_id", "=", mediaId)
    .executeTakeFirst()
  if (row === undefined) return undefined
  const isDead = row.permanent === 0 && row.created_at + platformLives.temporaryMedia <= now
  return isDead ? undefined : row
}

export const insertMedia = async (sql: Sql, row: MediaRow): Promise<MediaRow> => {
  await platform(sql).insertInto("sandbox_media").values(row).execute()
  return row
}

/** Whoever has the address of a picture or film sees it. */
export const mediaBy = (sql: Sql, mediaId: string) =>
  platform(sql)
    .selectFrom("sandbox_media")
    .selectAll()
    .where("media_id", "=", mediaId)
    .executeTakeFirst()

export const deleteMedia = (sql: Sql, { appid, media_id }: MediaRow) =>
  platform(sql)
    .deleteFrom("sandbox_media")
    .where("appid", "=", appid)
    .where("media_id", "=", media_id)
    .execute()

/** What an account keeps for good, without the bytes, newest first. */
export const materialsOf = (sql: Sql, appid: string) =>
  platform(sql)
    .selectFrom("sandbox_media")
    .select(["media_id", "type", "name", "facts", "created_at"])
    .where("appid", "=", appid)
    .where("permanent", "=", 1)
    .orderBy("created_at", "desc")
    .orderBy("media_id")
    .execute()
